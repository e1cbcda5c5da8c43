internal import SecAgg

extension HeldClient {
  /// The client's state, sealed. The client has ended then.
  ///
  /// - Parameter isSent: the masked input need not be kept.
  func suspend(under key: borrowing SecretBytes, isSent: Bool) throws(Failure) -> [UInt8] {
    try state.withLock { (state) throws(Failure) in
      switch state.take() {
      case .advertising(let round):
        SealedClient.seal(round.suspend(), of: .advertiseKeys, under: key)
      case .sharing(let round): SealedClient.seal(round.suspend(), of: .shareKeys, under: key)
      case .masked(let round):
        SealedClient.seal(
          isSent ? round.suspendSent() : round.suspend(), of: .maskedInput, under: key)
      case .endorsed(let round):
        SealedClient.seal(round.suspend(), of: .consistencyCheck, under: key)
      case let other: throw state.putBack(other, expected: "to a client with something left to do")
      }
    }
  }

  /// Wakes the client of a sealed state.
  convenience init(
    resuming sealed: [UInt8], key: borrowing SecretBytes, identity: Immutable<IdentityKey>?
  ) throws(Failure) {
    guard let round = SealedClient.round(of: sealed) else {
      throw Failure(.stateUnreadable, "the bytes are no suspended client of this version")
    }
    guard let bytes = SealedClient.open(sealed, with: key) else {
      throw Failure(
        .stateUnreadable, "the suspended client is damaged, or was sealed under another key")
    }
    let state = try ClientState(resuming: bytes, in: round)
    guard let parameters = state.parameters, let id = state.message?.sender else {
      throw Failure(.stateUnreadable, "a suspended client that has ended")
    }
    try parameters.threatModel.check("an identity", isGiven: identity != nil)
    self.init(id: id, parameters: parameters, identity: identity, state: state)
  }
}

extension ClientState {
  /// The state of a client that was suspended in a round.
  fileprivate init(
    resuming bytes: borrowing SecretBytes, in round: ProtocolRound
  ) throws(Failure) {
    do throws(ClientError) {
      switch round {
      case .advertiseKeys: self = .advertising(try AdvertiseKeysRound(resuming: bytes))
      case .shareKeys: self = .sharing(try ShareKeysRound(resuming: bytes))
      case .maskedInput: self = .masked(try MaskedInputRound(resumingSent: bytes))
      case .consistencyCheck: self = .endorsed(try ConsistencyCheckRound(resuming: bytes))
      case .unmasking: self = .ended
      }
    } catch {
      throw error.failure
    }
  }

  /// The parameters of the session; `nil` if the client has no more part in it.
  fileprivate var parameters: SessionParameters? {
    switch self {
    case .advertising(let round): round.parameters
    case .sharing(let round): round.parameters
    case .masked(let round): round.parameters
    case .endorsed(let round): round.parameters
    case .answered: nil
    case .ended: nil
    }
  }
}
