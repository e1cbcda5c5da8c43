public import SecAgg

extension ServerSession {
  /// Takes a client's message in bytes, as they came.
  ///
  /// Complexity: O(size), and that of taking the message.
  ///
  /// - Parameter sender: the client that the channel authenticated.
  /// - Throws: `ServerError` with that `culprit`, `.malformed` for bytes that are no message of a client. The
  ///   message is dropped and nothing has changed.
  public mutating func receive(
    _ bytes: [UInt8], from sender: ClientID
  ) throws(ServerError) {
    let message: ClientMessage
    do {
      message = try ClientMessage(serialized: bytes, from: sender)
    } catch {
      throw .malformed(from: sender, reason: error.reason.description)
    }
    try receive(message, from: sender)
  }
}
