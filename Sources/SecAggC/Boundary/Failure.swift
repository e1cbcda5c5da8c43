internal import SecAgg

/// Why a call of the C interface failed, as its caller is told.
struct Failure: Error, Sendable, Hashable {
  let status: Status
  /// The client whose message was refused, if one client's was.
  let culprit: ClientID?
  /// What was expected, what came, what to do.
  let message: String

  init(_ status: Status, culprit: ClientID? = nil, _ message: String) {
    self.status = status
    self.culprit = culprit
    self.message = message
  }

  static func invalidArgument(_ message: String) -> Failure {
    Failure(.invalidArgument, message)
  }

  static func null(_ argument: StaticString) -> Failure {
    .invalidArgument("\(argument) is NULL")
  }

  static func noHandle(_ kind: StaticString, isNull: Bool) -> Failure {
    Failure(
      .invalidHandle,
      isNull
        ? "expected a \(kind), found NULL"
        : "expected a \(kind), found a handle that was freed, is of another kind, or never was one")
  }
}

/// An error of the library that has a status.
protocol FailureConvertible: Error {
  var failure: Failure { get }
}

/// Runs `body` and translates what it throws.
func translating<Value: ~Copyable, Problem: FailureConvertible>(
  _ body: () throws(Problem) -> Value
) throws(Failure) -> Value {
  do throws(Problem) {
    return try body()
  } catch {
    throw error.failure
  }
}
