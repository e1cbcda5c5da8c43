internal import CSecAggABI
internal import SecAgg

/// Runs the body of a function of the C interface: what it throws becomes the function's status, and is
/// written to `failure` unless that is NULL.
func answer(
  _ failure: UnsafeMutablePointer<secagg_failure>?, _ body: () throws(Failure) -> Void
) -> secagg_status {
  unsafe answerWithRemark(failure) { () throws(Failure) in
    try body()
    return ""
  }
}

/// The same for a function that says something even if it succeeds.
func answerWithRemark(
  _ failure: UnsafeMutablePointer<secagg_failure>?, _ body: () throws(Failure) -> String
) -> secagg_status {
  do throws(Failure) {
    let remark = try body()
    unsafe failure?.report(.ok, culprit: 0, remark)
    return Status.ok.code
  } catch {
    unsafe failure?.report(error.status, culprit: error.culprit?.rawValue ?? 0, error.message)
    return error.status.code
  }
}

/// The same for a function that makes something with a handle; without an object, the handle is NULL.
func answer<Object>(
  _ failure: UnsafeMutablePointer<secagg_failure>?,
  handle out: UnsafeMutablePointer<OpaquePointer?>?, in table: borrowing HandleTable<Object>,
  _ body: () throws(Failure) -> Object?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    guard let out = unsafe out else { throw .null("out") }
    unsafe out.pointee = nil
    guard let object = try body() else { return }
    unsafe out.pointee = unsafe table.handle(for: object)
  }
}

extension UnsafeMutablePointer<secagg_failure> {
  /// Fills in the struct; the message is cut between characters where it does not fit.
  fileprivate func report(_ status: Status, culprit: UInt32, _ message: String) {
    unsafe pointee.status = status.code
    unsafe pointee.culprit = culprit
    unsafe withUnsafeMutableBytes(of: &pointee.message) { text in
      var used = 0
      for character in message.unicodeScalars {
        let bytes = UTF8.encode(character) ?? UTF8.encodedReplacementCharacter
        guard used + bytes.count < text.count else { break }
        for byte in bytes {
          unsafe text[used] = byte
          used += 1
        }
      }
      unsafe text[used] = 0
    }
  }
}
