import SecAgg
import SecAggWire
import Synchronization

/// One client of a session, holding whichever round it is in. Speaks bytes, as over a network.
final class SessionClient: Sendable {
  /// The rounds of a client, and the state of one that has finished or given up.
  private enum State: ~Copyable {
    case advertising(AdvertiseKeysRound)
    case sharing(ShareKeysRound)
    case masking(MaskedInputRound)
    case ended
  }

  /// What a step gave and what it cost.
  struct Step: Sendable {
    let bytes: [UInt8]
    let milliseconds: Double
  }

  let id: ClientID
  private let state: Mutex<State>

  init(id: ClientID, parameters: SessionParameters) throws {
    self.id = id
    state = Mutex(.advertising(try AdvertiseKeysRound(id: id, parameters: parameters)))
  }

  /// The first message.
  func advertise() throws -> [UInt8] {
    try state.withLock { state in
      switch consume state {
      case .advertising(let round):
        let message = ClientMessage.keyAdvertisement(round.message)
        state = .advertising(round)
        return message.serialized()
      case let other:
        state = other
        throw OutOfTurn()
      }
    }
  }

  /// The answer to a message of the server. `input` is asked for when the time has come to mask it;
  /// what it takes to make one is not counted.
  func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> Step {
    try state.withLock { state in
      let current = consume state
      state = .ended
      var milliseconds = 0.0
      let message = try CPUClock.measure(into: &milliseconds) {
        try ServerMessage(serialized: bytes)
      }
      switch (consume current, message) {
      case (.advertising(let round), .rosterAnnouncement(let announcement)):
        let start = CPUClock.threadMilliseconds()
        let next = try round.shareKeys(with: announcement)
        let answer = ClientMessage.shareDistribution(next.message).serialized()
        state = .sharing(next)
        return Step(
          bytes: answer, milliseconds: milliseconds + CPUClock.threadMilliseconds() - start)
      case (.sharing(let round), .shareDelivery(let delivery)):
        let vector = try input()
        let start = CPUClock.threadMilliseconds()
        let next = try round.maskInput(vector, delivery: delivery)
        let answer = ClientMessage.maskedInput(next.message).serialized()
        state = .masking(next)
        return Step(
          bytes: answer, milliseconds: milliseconds + CPUClock.threadMilliseconds() - start)
      case (.masking(let round), .unmaskingRequest(let request)):
        let start = CPUClock.threadMilliseconds()
        let answer = ClientMessage.unmaskingResponse(try round.unmask(request)).serialized()
        return Step(
          bytes: answer, milliseconds: milliseconds + CPUClock.threadMilliseconds() - start)
      default:
        throw OutOfTurn()
      }
    }
  }

  /// The server's message does not belong to the client's round.
  struct OutOfTurn: Error, CustomStringConvertible {
    let description = "a message of the server came out of turn"
  }
}
