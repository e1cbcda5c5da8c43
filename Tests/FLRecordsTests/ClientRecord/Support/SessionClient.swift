import SecAgg

/// A client's part in one session of the semi-honest model. How it makes its vector is the caller's.
final class SessionClient {
  private let encode: () throws -> PackedVector
  private var session: ClientSession

  var first: ClientMessage { session.opening }

  init(
    id: ClientID, parameters: SessionParameters, context: Digest,
    encode: @escaping () throws -> PackedVector
  ) throws {
    session = try ClientSession(
      id: id, parameters: parameters, policy: ClientPolicy(applicationContext: context))
    self.encode = encode
  }

  /// The client's answer to a message of the server.
  func answer(_ message: ServerMessage) throws -> ClientMessage? {
    switch try session.handle(message) {
    case .reply(let reply): reply
    case .inputNeeded: try session.mask(encode())
    case .stray: nil
    }
  }

  /// The client's message after its app was killed and started again.
  func messageAfterRestoring() throws -> ClientMessage? {
    let key = StorageKey()
    session = try ClientSession(restoring: session.stored(under: key), under: key)
    return session.message
  }
}
