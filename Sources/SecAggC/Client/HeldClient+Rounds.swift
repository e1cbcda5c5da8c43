internal import SecAgg
internal import SecAggWire

/// The rounds. Stray and repeated messages are rejected first and change nothing, as are mistakes of the caller. Then
/// the state is taken out and its round is consumed. If that throws, nothing is put back, and the client has ended.
extension HeldClient {
  /// Round 1.
  func shareKeys(
    with bytes: [UInt8], identities: PinnedIdentities?, execution: Execution
  ) throws(Failure) {
    try parameters.threatModel.check("a directory", isGiven: identities != nil)
    let message = try ServerMessage(received: bytes)
    guard case .rosterAnnouncement(let announcement) = message else {
      throw .otherMessage(expected: "a roster announcement")
    }
    try state.withLock { (state) throws(Failure) in
      try state.check(message, expected: "to a client in round 0")
      switch state.take() {
      case .advertising(let round):
        do throws(ClientError) {
          state = .sharing(
            try round.shareKeys(with: announcement, identities: identities, execution: execution))
        } catch {
          throw error.failure
        }
      case let other:
        throw state.putBack(other, expected: "to a client in round 0")
      }
    }
  }

  /// Round 2.
  ///
  /// - Parameter encode: makes the vector; not called if there is no use for it.
  func maskInput(
    delivery bytes: [UInt8], averaging: SecureFedAvg, inputContext: Digest?, execution: Execution,
    encode: () throws(Failure) -> PackedVector
  ) throws(Failure) {
    guard averaging.layout == parameters.layout else {
      throw .invalidArgument("the averaging has other settings than the session's")
    }
    let round = round
    guard round == .shareKeys else { throw .wrongRound(round, expected: "to a client in round 1") }
    let message = try ServerMessage(received: bytes)
    guard case .shareDelivery(let delivery) = message else {
      throw .otherMessage(expected: "a share delivery")
    }
    try state.withLock { (state) throws(Failure) in
      try state.check(message, expected: "to a client in round 1")
      // Made where it is used up: a vector that this closure captured would be copied to be masked.
      let vector = try encode()
      switch state.take() {
      case .sharing(let round):
        do throws(ClientError) {
          state = .masked(
            try round.maskInput(
              consume vector, delivery: delivery, inputContext: inputContext,
              execution: execution))
        } catch {
          throw error.failure
        }
      case let other:
        throw state.putBack(other, expected: "to a client in round 1")
      }
    }
  }

  /// Round 3, in the malicious model.
  func endorse(_ bytes: [UInt8]) throws(Failure) {
    guard let identity else {
      throw Failure(.wrongPhase, "the semi-honest model has no consistency check")
    }
    let message = try ServerMessage(received: bytes)
    guard case .contributorAnnouncement(let announcement) = message else {
      throw .otherMessage(expected: "a contributor announcement")
    }
    try state.withLock { (state) throws(Failure) in
      try state.check(message, expected: "to a client in round 2")
      switch state.take() {
      case .masked(let round):
        do throws(ClientError) {
          state = .endorsed(
            try round.checkConsistency(of: announcement, signedBy: identity.value))
        } catch {
          throw error.failure
        }
      case let other:
        throw state.putBack(other, expected: "to a client in round 2")
      }
    }
  }

  /// Round 4.
  func unmask(_ bytes: [UInt8]) throws(Failure) {
    let message = try ServerMessage(received: bytes)
    guard case .unmaskingRequest(let request) = message else {
      throw .otherMessage(expected: "an unmasking request")
    }
    try state.withLock { (state) throws(Failure) in
      try state.check(message, expected: "to a client in the last round but one")
      switch state.take() {
      case .masked(let round):
        do throws(ClientError) {
          state = .answered(try round.unmask(request))
        } catch {
          throw error.failure
        }
      case .endorsed(let round):
        do throws(ClientError) {
          state = .answered(try round.unmask(request))
        } catch {
          throw error.failure
        }
      case let other:
        throw state.putBack(other, expected: "to a client in the last round but one")
      }
    }
  }
}

extension ServerMessage {
  /// A message of the server as it arrived.
  fileprivate init(received bytes: [UInt8]) throws(Failure) {
    self = try translating { () throws(WireError) in try ServerMessage(serialized: bytes) }
  }
}

extension Failure {
  /// A message of the server that belongs to another call.
  fileprivate static func otherMessage(expected: StaticString) -> Failure {
    Failure(.messageRefused, "expected \(expected), found another message of the server")
  }
}
