public import SecAgg

extension ClientSession {
  /// Takes a server message in bytes, as they came.
  ///
  /// Complexity: O(size), and that of taking the message.
  ///
  /// - Parameter execution: how many threads to use; left out, as many as the machine has processors.
  /// - Returns: `.stray(.malformed)` for bytes that are no message; nothing has changed then.
  /// - Throws: as ``ClientSession/handle(_:execution:)`` for a message.
  public mutating func handle(
    _ bytes: [UInt8], execution: Execution = Execution()
  ) throws(ClientError) -> Response {
    let message: ServerMessage
    do {
      message = try ServerMessage(serialized: bytes)
    } catch {
      return .stray(.malformed(reason: error.reason.description))
    }
    return try handle(message, execution: execution)
  }
}
