package import SecAgg
import SecAggWire
import Synchronization

/// A client's answer and its cost.
package struct ClientStep: Sendable {
  package let bytes: [UInt8]
  /// Without making the vector that is masked in the step.
  package let cost: RoleCost
}

/// A client of one session as the server sees it: bytes in, bytes out. It runs in this process or
/// in one of its own.
package protocol ClientEndpoint: Sendable {
  /// The client's number.
  var id: ClientID { get }
  /// The first message.
  var advertisement: [UInt8] { get }
  /// Whether no other client is at work while this one answers, so that its wall time is its own.
  var answersAlone: Bool { get }
  /// The answer to a message of the server. `input` is asked for when the time has come to mask it.
  func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep
}

extension ClientEndpoint {
  package var answersAlone: Bool { false }
}

/// A client within this process, holding whichever round it is in.
package final class SessionClient: ClientEndpoint {
  package let id: ClientID
  package let advertisement: [UInt8]
  private let identities: SimulatedIdentities
  private let execution: Execution
  private let scope: RoleClock.Scope
  private let state: Mutex<ClientState>

  /// - Parameters:
  ///   - context: the application context that the client expects.
  ///   - execution: the threads that the client may use.
  ///   - scope: whose CPU time is the client's.
  package init(
    id: ClientID, parameters: SessionParameters, expecting context: Digest,
    identities: SimulatedIdentities, execution: Execution = .threads(1),
    scope: RoleClock.Scope = .thread
  ) throws {
    self.id = id
    self.identities = identities
    self.execution = execution
    self.scope = scope
    let policy = ClientPolicy(applicationContext: context)
    let round =
      switch parameters.threatModel {
      case .semiHonest:
        try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
      case .malicious:
        try AdvertiseKeysRound(
          id: id, parameters: parameters, policy: policy, signedBy: identities.key(of: id))
      }
    advertisement = try ClientMessage.keyAdvertisement(round.message).serialized()
    state = Mutex(.advertising(round))
  }

  package func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep {
    try answer(bytes, inputContext: nil, input: input)
  }

  /// The same with the input context to mask with.
  package func answer(
    _ bytes: [UInt8], inputContext: Digest?, input: () throws -> PackedVector
  ) throws -> ClientStep {
    try state.withLock { state throws in
      var clock = RoleClock(scope)
      // The simulation makes the vector, so the time for that does not count as the client's.
      let message = try clock.measure { try ServerMessage(serialized: bytes) }
      // A stray or repeated message changes nothing.
      try state.check(message)
      var current = ClientState.ended
      swap(&current, &state)
      let vector: PackedVector? = if case .shareDelivery = message { try input() } else { nil }
      let mark = clock.mark()
      let step = try current.answered(
        message, by: id, identities, input: consume vector, inputContext: inputContext,
        execution: execution)
      clock.add(since: mark)
      let result = ClientStep(bytes: step.bytes, cost: clock.cost)
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

  /// Rejects a message of the server that is not the one that the client waits for.
  func check(_ message: ServerMessage) throws(ClientError) {
    switch self {
    case .advertising(let round): try round.check(message)
    case .sharing(let round): try round.check(message)
    case .masking(let round): try round.check(message)
    case .checking(let round): try round.check(message)
    case .ended: throw .otherRound(found: message.round, expected: nil)
    }
  }

  /// The state after a step, with the client's answer.
  struct Answered: ~Copyable {
    let bytes: [UInt8]
    private let next: ClientState

    init(_ bytes: [UInt8], next: consuming ClientState) {
      self.bytes = bytes
      self.next = next
    }

    consuming func takeNext() -> ClientState { next }
  }

  consuming func answered(
    _ message: ServerMessage, by id: ClientID, _ identities: SimulatedIdentities,
    input: consuming PackedVector?, inputContext: Digest?, execution: Execution
  ) throws -> Answered {
    switch consume self {
    case .advertising(let round):
      guard case .rosterAnnouncement(let announcement) = message else { throw OutOfTurn() }
      let next = try round.shareKeys(
        with: announcement, identities: identities, execution: execution)
      let answer = try ClientMessage.shareDistribution(next.message).serialized()
      return Answered(answer, next: .sharing(next))
    case .sharing(let round):
      // Taken out, so that it is masked where it is and not copied.
      guard case .shareDelivery(let delivery) = message, let vector = input.take() else {
        throw OutOfTurn()
      }
      let next = try round.maskInput(
        consume vector, delivery: delivery, inputContext: inputContext, execution: execution)
      let answer = try ClientMessage.maskedInput(next.message).serialized()
      return Answered(answer, next: .masking(next))
    case .masking(let round):
      if case .contributorAnnouncement(let announcement) = message {
        let next = try round.checkConsistency(
          of: announcement, signedBy: identities.key(of: id))
        let answer = try ClientMessage.contributorEndorsement(next.message).serialized()
        return Answered(answer, next: .checking(next))
      }
      guard case .unmaskingRequest(let request) = message else { throw OutOfTurn() }
      let answer = try ClientMessage.unmaskingResponse(round.unmask(request)).serialized()
      return Answered(answer, next: .ended)
    case .checking(let round):
      guard case .unmaskingRequest(let request) = message else { throw OutOfTurn() }
      let answer = try ClientMessage.unmaskingResponse(round.unmask(request)).serialized()
      return Answered(answer, next: .ended)
    case .ended:
      throw OutOfTurn()
    }
  }

  /// The server's message does not belong to the client's round.
  struct OutOfTurn: Error, CustomStringConvertible {
    let description = "a message of the server came out of turn"
  }
}
