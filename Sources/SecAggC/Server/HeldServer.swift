internal import SecAgg
internal import SecAggWire
internal import Synchronization

/// A server behind a handle. Its calls run one after the other.
final class HeldServer: Sendable {
  let parameters: SessionParameters
  private let server: Mutex<AggregationServer>

  /// Opens a session.
  init(parameters: SessionParameters, identities: PinnedIdentities?) throws(Failure) {
    try parameters.threatModel.check("a directory", isGiven: identities != nil)
    self.parameters = parameters
    server = Mutex(AggregationServer(parameters: parameters, identities: identities))
  }

  /// The server of a stored state.
  init(restoring bytes: [UInt8], identities: PinnedIdentities?) throws(Failure) {
    let server = try translating { () throws(ServerError) in
      try AggregationServer(restoring: bytes, identities: identities)
    }
    try server.parameters.threatModel.check("a directory", isGiven: identities != nil)
    parameters = server.parameters
    self.server = Mutex(server)
  }

  /// Where the session stands.
  var phase: ServerPhase { server.withLock { $0.phase } }

  /// Whose message of the present round was accepted.
  var received: [ClientID] { server.withLock { $0.received } }

  /// Who can still send one.
  var awaited: [ClientID] { server.withLock { $0.awaited } }

  /// The whole state.
  func stored() -> [UInt8] {
    // A copy shares the memory of the sum until the server changes it, so that a message is held up no
    // longer than copying it takes.
    let server = server.withLock { $0 }
    return server.stored()
  }

  /// Takes a client's message. Messages are parsed in parallel.
  func receive(_ bytes: [UInt8], from sender: ClientID) throws(Failure) {
    let message = try translating { () throws(WireError) in
      try ClientMessage(serialized: bytes, from: sender)
    }
    try server.withLock { (server) throws(Failure) in
      try translating { () throws(ServerError) in try server.receive(message, from: sender) }
    }
  }

  /// Opens the next round.
  func closeRound() throws(Failure) {
    try server.withLock { (server) throws(Failure) in
      _ = try translating { () throws(ServerError) in try server.closeRound() }
    }
  }

  /// The message that opens the present round for one client.
  func message(for recipient: ClientID) throws(Failure) -> [UInt8] {
    let message = try server.withLock { (server) throws(Failure) in
      try translating { () throws(ServerError) in try server.message(for: recipient) }
    }
    return try translating { () throws(WireError) in try message.serialized() }
  }

  /// Takes the masks off.
  func unmask(execution: Execution) throws(Failure) -> UnmaskedAggregate {
    try server.withLock { (server) throws(Failure) in
      try translating { () throws(ServerError) in try server.unmask(execution: execution) }
    }
  }
}
