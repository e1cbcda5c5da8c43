import SecAgg
import SecAggWire

/// A server within this process.
struct LocalServer: ServerEndpoint {
  private var server: AggregationServer
  private let execution: Execution
  private var clock: RoleClock
  /// The whole aggregate, once the sum is unmasked.
  private(set) var aggregate: UnmaskedAggregate?
  /// The faults of the last attempt to unmask the sum.
  private(set) var faults: [ShareFault] = []

  /// - Parameters:
  ///   - execution: the threads that the server may use.
  ///   - scope: whose CPU time is the server's.
  init(
    parameters: SessionParameters, identities: SimulatedIdentities,
    execution: Execution = .threads(1), scope: RoleClock.Scope = .thread
  ) {
    self.execution = execution
    clock = RoleClock(scope)
    server = AggregationServer(parameters: parameters, identities: identities)
  }

  mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    try clock.measure {
      try server.receive(ClientMessage(serialized: bytes, from: sender), from: sender)
    }
  }

  mutating func closeRound() throws -> [ClientID] {
    do {
      return try clock.measure { try server.closeRound() }
    } catch let error as ServerError {
      throw ServerRefusal(NamedError(error))
    }
  }

  mutating func message(for id: ClientID) throws -> [UInt8] {
    try clock.measure { try server.message(for: id).serialized() }
  }

  mutating func unmask() throws -> UnmaskedSums { try unmask(inputContext: nil) }

  /// The same with the input context of the clients.
  mutating func unmask(inputContext: Digest?) throws -> UnmaskedSums {
    do {
      let execution = execution
      let aggregate = try clock.measure {
        try server.unmask(inputContext: inputContext, execution: execution)
      }
      self.aggregate = aggregate
      faults = aggregate.faults
      return UnmaskedSums(contributors: aggregate.contributors, sums: aggregate.sums.unsigned ?? [])
    } catch let error as ServerError {
      faults = error.faults
      throw ServerRefusal(NamedError(error))
    }
  }

  mutating func takeCost() -> RoleCost { clock.takeCost() }
}
