import SecAgg
import SecAggWire

/// What the server has used since it was last asked.
struct ServerCost: Sendable {
  var milliseconds: Double
  /// The largest resident memory of the server's process so far; 0 where the server shares its
  /// process with the clients.
  var peakBytes: Int
}

/// A server of one session as its clients see it: bytes in, bytes out. It runs in this process or
/// in one of its own.
protocol ServerEndpoint {
  /// Hands over a client's message.
  mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws
  /// Ends a round; throws `ServerRefusal` when too few clients are left.
  mutating func closeRound() throws -> [ClientID]
  /// The message that opens the present round for a client.
  mutating func message(for id: ClientID) throws -> [UInt8]
  /// Takes the masks off; throws `ServerRefusal` when too few clients have answered.
  mutating func unmask() throws -> UnmaskedSums
  /// What the server has used since the last call.
  mutating func takeCost() throws -> ServerCost
}

/// The sums that a server decoded and whose they are.
struct UnmaskedSums: Sendable, Equatable {
  var contributors: [ClientID]
  var sums: [UInt64]
}

/// A server within this process.
struct LocalServer: ServerEndpoint {
  private var server: AggregationServer
  private var milliseconds = 0.0
  /// The whole aggregate, once the sum is unmasked.
  private(set) var aggregate: UnmaskedAggregate?

  init(parameters: SessionParameters) {
    server = AggregationServer(parameters: parameters)
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

  mutating func takeCost() -> ServerCost {
    defer { milliseconds = 0 }
    return ServerCost(milliseconds: milliseconds, peakBytes: 0)
  }
}
