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

/// A client within this process.
package final class SessionClient: ClientEndpoint {
  package let id: ClientID
  package let advertisement: [UInt8]
  private let execution: Execution
  private let scope: RoleClock.Scope
  private let session: Mutex<ClientSession>

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
    self.execution = execution
    self.scope = scope
    let policy = ClientPolicy(applicationContext: context)
    let session =
      switch parameters.threatModel {
      case .semiHonest:
        try ClientSession(id: id, parameters: parameters, policy: policy)
      case .malicious:
        try ClientSession(
          id: id, parameters: parameters, policy: policy, signedBy: identities.key(of: id),
          identities: identities)
      }
    advertisement = try session.opening.serialized()
    self.session = Mutex(session)
  }

  package func answer(_ bytes: [UInt8], input: () throws -> PackedVector) throws -> ClientStep {
    try answer(bytes, inputContext: nil, input: input)
  }

  /// The same with the input context to mask with.
  package func answer(
    _ bytes: [UInt8], inputContext: Digest?, input: () throws -> PackedVector
  ) throws -> ClientStep {
    try session.withLock { session throws in
      var clock = RoleClock(scope)
      var mark = clock.mark()
      let response = try session.handle(ServerMessage(serialized: bytes), execution: execution)
      clock.add(since: mark)
      let reply: ClientMessage
      switch response {
      case .reply(let message): reply = message
      case .stray(let reason): throw reason
      case .inputNeeded:
        // The simulation makes the vector, so the time for that does not count as the client's.
        let vector = try input()
        mark = clock.mark()
        reply = try session.mask(
          consume vector, inputContext: inputContext, execution: execution)
        clock.add(since: mark)
      }
      mark = clock.mark()
      let bytes = try reply.serialized()
      clock.add(since: mark)
      return ClientStep(bytes: bytes, cost: clock.cost)
    }
  }
}
