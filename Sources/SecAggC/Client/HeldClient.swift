internal import SecAgg
internal import SecAggWire

/// A client behind a handle. Its calls run one after the other.
final class HeldClient: Sendable {
  let id: ClientID
  let parameters: SessionParameters
  let identity: Immutable<IdentityKey>?
  let state: Locked<ClientState>

  init(
    id: ClientID, parameters: SessionParameters, identity: Immutable<IdentityKey>?,
    state: consuming ClientState
  ) {
    self.id = id
    self.parameters = parameters
    self.identity = identity
    self.state = Locked(state)
  }

  /// A client in round 0, with fresh keys.
  convenience init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy,
    identity: Immutable<IdentityKey>?
  ) throws(Failure) {
    try parameters.threatModel.check("an identity", isGiven: identity != nil)
    let round = try translating { () throws(ClientError) in
      if let identity {
        try AdvertiseKeysRound(
          id: id, parameters: parameters, policy: policy, signedBy: identity.value)
      } else {
        try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
      }
    }
    self.init(id: id, parameters: parameters, identity: identity, state: .advertising(round))
  }

  /// The round whose message is ready; `nil` if the client has ended.
  var round: ProtocolRound? { state.withLock { $0.round } }

  /// The client's message of its round, in bytes.
  func message() throws(Failure) -> MessageParts {
    // Put into bytes outside the lock: a long vector takes time.
    let (message, isSent) = state.withLock { ($0.message, $0.isSent) }
    guard let message else { throw .wrongRound(nil, expected: "to a client that goes on") }
    guard !isSent else {
      throw Failure(.noMessage, "the client was suspended without its message, which was sent")
    }
    return try translating { () throws(WireError) in try message.serializedParts() }
  }
}

extension ThreatModel {
  /// What belongs to the malicious model must be given there and nowhere else: who passes it in the
  /// other believes to be protected and is not.
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
