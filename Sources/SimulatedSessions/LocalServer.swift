package import SecAgg
import SecAggWire

/// A server of one session as its clients see it: bytes in, bytes out. It runs in this process or
/// in one of its own.
package protocol ServerEndpoint {
  /// Hands over a client's message.
  mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws
  /// Ends a round; throws `ServerRefusal` when too few clients are left.
  mutating func closeRound() throws -> [ClientID]
  /// The message that opens the present round for a client.
  mutating func message(for id: ClientID) throws -> [UInt8]
  /// Takes the masks off; throws `ServerRefusal` when too few clients have answered.
  mutating func unmask() throws -> UnmaskedSums
  /// What the server has used since the last call.
  mutating func takeCost() throws -> RoleCost
}

/// The sums that a server decoded, and the clients that contributed to them.
package struct UnmaskedSums: Sendable, Equatable {
  package var contributors: [ClientID]
  package var sums: [UInt64]
}

/// The server ended the session without a sum, because too many clients have dropped out.
package struct ServerRefusal: Error, CustomStringConvertible {
  /// The name of the server's error.
  let errorCase: String
  package let description: String

  /// - Parameter error: the error of the server, in this process or in another one.
  init(_ error: NamedError) {
    errorCase = error.name
    description = error.text
  }
}

/// A server within this process.
package struct LocalServer: ServerEndpoint {
  private var server: ServerSession
  private let execution: Execution
  private var clock: RoleClock
  /// The whole aggregate, once the sum is unmasked.
  package private(set) var aggregate: UnmaskedAggregate?
  /// The faults of the last attempt to unmask the sum.
  package private(set) var faults: [ShareFault] = []

  /// - Parameters:
  ///   - execution: the threads that the server may use.
  ///   - scope: whose CPU time is the server's.
  package init(
    parameters: SessionParameters, identities: SimulatedIdentities,
    execution: Execution = .threads(1), scope: RoleClock.Scope = .thread
  ) {
    self.execution = execution
    clock = RoleClock(scope)
    server = ServerSession(parameters: parameters, identities: identities)
  }

  package mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws {
    try clock.measure {
      try server.receive(ClientMessage(serialized: bytes, from: sender), from: sender)
    }
  }

  package mutating func closeRound() throws -> [ClientID] {
    do {
      try clock.measure { _ = try server.closeRound() }
      return server.awaited
    } catch let error as ServerError {
      throw ServerRefusal(NamedError(error))
    }
  }

  package mutating func message(for id: ClientID) throws -> [UInt8] {
    try clock.measure { try server.message(for: id).serialized() }
  }

  package mutating func unmask() throws -> UnmaskedSums { try unmask(inputContext: nil) }

  /// The same with the input context of the clients.
  package mutating func unmask(inputContext: Digest?) throws -> UnmaskedSums {
    do {
      let execution = execution
      let sum = try clock.measure {
        try server.closeRound(inputContext: inputContext, execution: execution)
      }
      guard let aggregate = sum else { throw ServerError.wrongPhase(present: nil) }
      self.aggregate = aggregate
      faults = aggregate.faults
      return UnmaskedSums(contributors: aggregate.contributors, sums: aggregate.sums.unsigned ?? [])
    } catch let error as ServerError {
      faults = error.faults
      throw ServerRefusal(NamedError(error))
    }
  }

  package mutating func takeCost() -> RoleCost { clock.takeCost() }
}
