import CSecAggABI
import Testing

/// What a call of the C interface said, and that it said the same twice.
struct Answer: Error, Equatable, CustomStringConvertible {
  let status: Int
  let culprit: UInt32
  let message: String

  /// Calls with a struct full of other things.
  ///
  /// - Parameter hasRemark: whether the call says something although it succeeds.
  init(
    hasRemark: @autoclosure () -> Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    _ call: (UnsafeMutablePointer<secagg_failure>) -> secagg_status
  ) {
    var failure = secagg_failure()
    withUnsafeMutableBytes(of: &failure) { bytes in
      for index in bytes.indices { bytes[index] = 0xab }
    }
    status = Int(call(&failure))
    culprit = failure.culprit
    message = withUnsafeBytes(of: failure.message) { bytes in
      #expect(bytes.contains(0), "the message ends", sourceLocation: sourceLocation)
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(Int(failure.status) == status, sourceLocation: sourceLocation)
    #expect(
      message.isEmpty == (status == SECAGG_OK && !hasRemark()), sourceLocation: sourceLocation)
    #expect(status != SECAGG_OK || culprit == 0, sourceLocation: sourceLocation)
  }

  var description: String { "status \(status), culprit \(culprit): \(message)" }
}

/// Calls, and throws what was said unless all is well.
func succeed(
  sourceLocation: SourceLocation = #_sourceLocation,
  _ call: (UnsafeMutablePointer<secagg_failure>) -> secagg_status
) throws {
  let answer = Answer(sourceLocation: sourceLocation, call)
  if answer.status != SECAGG_OK { throw answer }
}

/// Calls, and expects a status.
@discardableResult
func expect(
  _ status: Int, _ comment: @autoclosure () -> Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ call: (UnsafeMutablePointer<secagg_failure>) -> secagg_status
) -> Answer {
  let answer = Answer(sourceLocation: sourceLocation, call)
  #expect(
    answer.status == status, comment() ?? Comment(rawValue: answer.message),
    sourceLocation: sourceLocation)
  return answer
}
