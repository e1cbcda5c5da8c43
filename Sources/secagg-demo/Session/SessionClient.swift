import SecAgg
import SecAggWire
import Synchronization

/// A client within this process, holding whichever round it is in.
final class SessionClient: ClientEndpoint {
  let id: ClientID
  let advertisement: [UInt8]
  private let identities: SimulatedIdentities
  private let state: Mutex<ClientState>

  init(id: ClientID, parameters: SessionParameters, identities: SimulatedIdentities) throws {
    self.id = id
    self.identities = identities
    let round =
      switch parameters.threatModel {
      case .semiHonest:
        try AdvertiseKeysRound(id: id, parameters: parameters)
      case .malicious:
        try AdvertiseKeysRound(
          id: id, parameters: parameters, signedBy: identities.key(of: id))
      }
    advertisement = try ClientMessage.keyAdvertisement(round.message).serialized()
    state = Mutex(.advertising(round))
  }

  func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep {
    try state.withLock { state throws in
      var current = ClientState.ended
      swap(&current, &state)
      let step = try current.answered(bytes, by: id, identities, input: input)
      let result = ClientStep(
        bytes: step.bytes, cost: RoleCost(milliseconds: step.milliseconds))
      state = step.takeNext()
      return result
    }
  }
}

/// The rounds of a client, and the state of one that has finished or given up.
private enum ClientState: ~Copyable, Sendable {
  case advertising(AdvertiseKeysRound)
  case sharing(ShareKeysRound)
  case masking(MaskedInputRound)
  case checking(ConsistencyCheckRound)
  case ended

  /// The state after a step, with what the step gave.
  struct Answered: ~Copyable {
    let bytes: [UInt8]
    let milliseconds: Double
    private let next: ClientState

    init(_ bytes: [UInt8], since start: Double, next: consuming ClientState) {
      self.bytes = bytes
      milliseconds = CPUClock.threadMilliseconds() - start
      self.next = next
    }

    consuming func takeNext() -> ClientState { next }
  }

  consuming func answered(
    _ bytes: [UInt8], by id: ClientID, _ identities: SimulatedIdentities,
    input: () throws -> PackedVector
  ) throws -> Answered {
    var start = CPUClock.threadMilliseconds()
    let message = try ServerMessage(serialized: bytes)
    switch consume self {
    case .advertising(let round):
      guard case .rosterAnnouncement(let announcement) = message else { throw OutOfTurn() }
      let next = try round.shareKeys(with: announcement, identities: identities)
      let answer = try ClientMessage.shareDistribution(next.message).serialized()
      return Answered(answer, since: start, next: .sharing(next))
    case .sharing(let round):
      guard case .shareDelivery(let delivery) = message else { throw OutOfTurn() }
      let parsing = CPUClock.threadMilliseconds() - start
      let vector = try input()
      start = CPUClock.threadMilliseconds() - parsing
      let next = try round.maskInput(vector, delivery: delivery)
      let answer = try ClientMessage.maskedInput(next.message).serialized()
      return Answered(answer, since: start, next: .masking(next))
    case .masking(let round):
      if case .contributorAnnouncement(let announcement) = message {
        let next = try round.checkConsistency(
          of: announcement, signedBy: identities.key(of: id))
        let answer = try ClientMessage.contributorEndorsement(next.message).serialized()
        return Answered(answer, since: start, next: .checking(next))
      }
      guard case .unmaskingRequest(let request) = message else { throw OutOfTurn() }
      let answer = try ClientMessage.unmaskingResponse(round.unmask(request)).serialized()
      return Answered(answer, since: start, next: .ended)
    case .checking(let round):
      guard case .unmaskingRequest(let request) = message else { throw OutOfTurn() }
      let answer = try ClientMessage.unmaskingResponse(round.unmask(request)).serialized()
      return Answered(answer, since: start, next: .ended)
    case .ended:
      throw OutOfTurn()
    }
  }

  /// The server's message does not belong to the client's round.
  struct OutOfTurn: Error, CustomStringConvertible {
    let description = "a message of the server came out of turn"
  }
}
