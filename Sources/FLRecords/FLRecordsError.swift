public import FLMath
public import SecAgg

/// Why a call of FLRecords fails: the subject, and the reason within it.
///
/// The functions of this module throw this type; only decoding throws `DecodingError`. The reason of a subject is
/// declared beside the code that throws it.
public enum FLRecordsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file cannot be read or written.
  case file(File)
  /// An audit log rejects a call.
  case audit(Audit)
  /// A privacy ledger, or another account of a budget, rejects a call.
  case ledger(Ledger)
  /// The participation record of a client rejects a call.
  case participation(Participation)
  /// An accountant cannot answer, or an event is out of its range.
  case mathematics(FLMathError)
  /// The vector cannot be encoded. In a participation record the round counts as answered, and its event as spent.
  case encoding(PrivateFedAvgError)

  /// The sentence of the reason: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .file(let reason): reason.description
    case .audit(let reason): reason.description
    case .ledger(let reason): reason.description
    case .participation(let reason): reason.description
    case .mathematics(let error): error.description
    case .encoding(let error): error.description
    }
  }

  /// Calls `call`, and throws its error as one of this module.
  static func ofMathematics<Result>(
    _ call: () throws(FLMathError) -> Result
  ) throws(FLRecordsError) -> Result {
    do throws(FLMathError) { return try call() } catch { throw .mathematics(error) }
  }
}
