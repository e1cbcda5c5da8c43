internal import SecAgg
internal import SecAggWire

/// A client behind a handle. Its calls run one after the other.
final class HeldClient: Sendable {
  let id: ClientID
  let parameters: SessionParameters
  private let session: Locked<ClientSession>

  /// What a server message leads to.
  enum Response {
    case reply
    case inputNeeded
    case stray(reason: String)
  }

  /// A client with fresh keys.
  convenience init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy,
    identity: Immutable<IdentityKey>?, identities: PinnedIdentities?
  ) throws(Failure) {
    try parameters.threatModel.check("an identity", isGiven: identity != nil)
    try parameters.threatModel.check("a directory", isGiven: identities != nil)
    let session = try translating { () throws(ClientError) in
      if let identity, let identities {
        try ClientSession(
          id: id, parameters: parameters, policy: policy, signedBy: identity.value,
          identities: identities)
      } else {
        try ClientSession(id: id, parameters: parameters, policy: policy)
      }
    }
    self.init(session)
  }

  /// The client of a stored session.
  convenience init(
    restoring bytes: [UInt8], under key: borrowing StorageKey, identity: Immutable<IdentityKey>?,
    identities: PinnedIdentities?
  ) throws(Failure) {
    guard (identity == nil) == (identities == nil) else {
      throw .invalidArgument(
        "identity and directory: expected both in the malicious model and none in the other, found one"
      )
    }
    let session: ClientSession
    do throws(ClientError) {
      if let identity, let identities {
        session = try ClientSession(
          restoring: bytes, under: key, signedBy: identity.value, identities: identities)
      } else {
        session = try ClientSession(restoring: bytes, under: key)
      }
    } catch {
      throw error.failure
    }
    self.init(session)
  }

  private init(_ session: consuming ClientSession) {
    id = session.id
    parameters = session.parameters
    self.session = Locked(session)
  }

  /// What the client waits for.
  var expectation: Expectation { session.withLock { $0.expectation } }

  /// Takes a server message. Bytes that are not a message are stray: anybody can send such bytes, and the
  /// client must not end for it.
  func handle(_ bytes: [UInt8], execution: Execution) throws(Failure) -> Response {
    let message: ServerMessage
    do throws(WireError) {
      message = try ServerMessage(serialized: bytes)
    } catch {
      return .stray(reason: error.description)
    }
    let response = try session.withLock { (session) throws(Failure) in
      try translating { () throws(ClientError) in
        try session.handle(message, execution: execution)
      }
    }
    switch response {
    case .reply: return .reply
    case .inputNeeded: return .inputNeeded
    case .stray(let error): return .stray(reason: error.description)
    }
  }

  /// Masks the client's vector.
  ///
  /// - Parameter encode: makes the vector. Not called if the client does not need one.
  func mask(
    inputContext: Digest?, execution: Execution, encode: () throws(Failure) -> PackedVector
  ) throws(Failure) {
    try session.withLock { (session) throws(Failure) in
      guard session.needsInput else {
        throw ClientError.inputNotNeeded(awaited: session.awaited).failure
      }
      // Made where it is used up: a vector that this closure captured would be copied to be masked.
      let vector = try encode()
      do throws(ClientError) {
        _ = try session.mask(consume vector, inputContext: inputContext, execution: execution)
      } catch {
        throw error.failure
      }
    }
  }

  /// The client's message in bytes: the reply to the last server message, or the first message.
  func message() throws(Failure) -> MessageParts {
    // Put into bytes outside the lock: a long vector takes time.
    let (message, isFinished) = session.withLock { ($0.message, $0.isFinished) }
    guard let message else {
      throw isFinished
        ? Failure(.wrongRound, "the client rejected the server's message and has ended; free it")
        : Failure(.noMessage, "the client was stored without its message, which was sent")
    }
    return try translating { () throws(WireError) in try message.serializedParts() }
  }

  /// The client, sealed.
  func stored(under key: borrowing StorageKey, keepingMessage: Bool) -> [UInt8] {
    session.withLock { $0.stored(under: key, keepingMessage: keepingMessage) }
  }
}

/// What a client waits for.
enum Expectation {
  /// The server message that opens the round.
  case message(ProtocolRound)
  /// The client's own vector.
  case input
  /// Nothing: its part is over.
  case nothing
}

extension ClientSession {
  fileprivate var expectation: Expectation {
    if needsInput { return .input }
    return awaited.map { .message($0) } ?? .nothing
  }
}

extension ThreatModel {
  /// Checks that what belongs to the malicious model is given there and nowhere else. Silently ignoring it
  /// would let the caller believe that it protects them.
  func check(_ belonging: StaticString, isGiven: Bool) throws(Failure) {
    switch self {
    case .semiHonest where isGiven:
      throw .invalidArgument("\(belonging) does not belong to the semi-honest model; pass NULL")
    case .malicious where !isGiven:
      throw .invalidArgument("the malicious model needs \(belonging), found NULL")
    default: return
    }
  }
}
