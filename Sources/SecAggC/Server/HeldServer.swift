internal import SecAgg
internal import SecAggWire

/// A server behind a handle. Its calls run one after the other.
final class HeldServer: Sendable {
  let parameters: SessionParameters
  private let state: Locked<State>

  /// What changes from call to call.
  private struct State {
    var server: AggregationServer
    /// The faults that the last attempt to unmask found, if it failed. Those of a sum are in the aggregate.
    var faults: [ShareFault] = []
  }

  /// Opens a session.
  init(parameters: SessionParameters, identities: PinnedIdentities?) throws(Failure) {
    try parameters.threatModel.check("a directory", isGiven: identities != nil)
    self.parameters = parameters
    state = Locked(
      State(server: AggregationServer(parameters: parameters, identities: identities)))
  }

  /// The server of a stored state.
  init(restoring bytes: [UInt8], identities: PinnedIdentities?) throws(Failure) {
    let server = try translating { () throws(ServerError) in
      try AggregationServer(restoring: bytes, identities: identities)
    }
    try server.parameters.threatModel.check("a directory", isGiven: identities != nil)
    parameters = server.parameters
    state = Locked(State(server: server))
  }

  /// Where the session stands.
  var phase: ServerPhase { state.withLock { $0.server.phase } }

  /// Whose message of the present round was accepted.
  var received: [ClientID] { state.withLock { $0.server.received } }

  /// Who can still send one.
  var awaited: [ClientID] { state.withLock { $0.server.awaited } }

  /// The faults that the last attempt to unmask found, if it failed.
  var faults: [ShareFault] { state.withLock { $0.faults } }

  /// The whole state.
  func stored() -> [UInt8] {
    // A copy shares the memory of the sum until the server changes it, so that a message is held up no
    // longer than copying it takes.
    let server = state.withLock { $0.server }
    return server.stored()
  }

  /// Takes a client's message. Messages are parsed in parallel.
  func receive(_ bytes: [UInt8], from sender: ClientID) throws(Failure) {
    let message = try translating { () throws(WireError) in
      try ClientMessage(serialized: bytes, from: sender)
    }
    try state.withLock { (state) throws(Failure) in
      try translating { () throws(ServerError) in try state.server.receive(message, from: sender) }
    }
  }

  /// Opens the next round.
  func closeRound() throws(Failure) {
    try state.withLock { (state) throws(Failure) in
      _ = try translating { () throws(ServerError) in try state.server.closeRound() }
    }
  }

  /// The message that opens the present round for one client.
  func message(for recipient: ClientID) throws(Failure) -> [UInt8] {
    let message = try state.withLock { (state) throws(Failure) in
      try translating { () throws(ServerError) in try state.server.message(for: recipient) }
    }
    return try translating { () throws(WireError) in try message.serialized() }
  }

  /// Takes the masks off.
  func unmask(
    inputContext: Digest?, execution: Execution
  ) throws(Failure) -> UnmaskedAggregate {
    try state.withLock { (state) throws(Failure) in
      do throws(ServerError) {
        let aggregate = try state.server.unmask(
          inputContext: inputContext, execution: execution)
        state.faults = []
        return aggregate
      } catch {
        state.faults = error.faults
        throw error.failure
      }
    }
  }
}
