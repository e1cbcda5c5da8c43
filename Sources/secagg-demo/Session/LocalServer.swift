import SecAgg
import SecAggWire

/// A server within this process.
struct LocalServer: ServerEndpoint {
  private var server: AggregationServer
  private var milliseconds = 0.0
  /// The whole aggregate, once the sum is unmasked.
  private(set) var aggregate: UnmaskedAggregate?

  init(parameters: SessionParameters, identities: SimulatedIdentities) {
    server = AggregationServer(parameters: parameters, identities: identities)
  }

  mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    try CPUClock.measure(into: &milliseconds) {
      try server.receive(ClientMessage(serialized: bytes, from: sender), from: sender)
    }
  }

  mutating func closeRound() throws -> [ClientID] {
    do {
      return try CPUClock.measure(into: &milliseconds) { try server.closeRound() }
    } catch let error as ServerError {
      throw ServerRefusal(description: "\(error)")
    }
  }

  mutating func message(for id: ClientID) throws -> [UInt8] {
    try CPUClock.measure(into: &milliseconds) { try server.message(for: id).serialized() }
  }

  mutating func unmask() throws -> UnmaskedSums {
    do {
      let aggregate = try CPUClock.measure(into: &milliseconds) { try server.unmask() }
      self.aggregate = aggregate
      return UnmaskedSums(contributors: aggregate.contributors, sums: aggregate.sums)
    } catch let error as ServerError {
      throw ServerRefusal(description: "\(error)")
    }
  }

  mutating func takeCost() -> RoleCost {
    defer { milliseconds = 0 }
    return RoleCost(milliseconds: milliseconds)
  }
}
