internal import SecAgg
internal import SecAggWire

/// A server behind a handle. Its calls run one after the other.
final class HeldServer: Sendable {
  let parameters: SessionParameters
  private let state: Locked<State>

  /// What changes from call to call.
  private struct State {
    var session: ServerSession
    /// The faults that kept the last round from being closed. Those of a sum are in the aggregate.
    var faults: [ShareFault] = []
  }

  /// Opens a session.
  init(parameters: SessionParameters, identities: PinnedIdentities?) throws(Failure) {
    try parameters.threatModel.check("a directory", isGiven: identities != nil)
    self.parameters = parameters
    state = Locked(
      State(session: ServerSession(parameters: parameters, identities: identities)))
  }

  /// The server of a stored state.
  init(restoring bytes: [UInt8], identities: PinnedIdentities?) throws(Failure) {
    let session = try translating { () throws(ServerError) in
      try ServerSession(restoring: bytes, identities: identities)
    }
    try session.parameters.threatModel.check("a directory", isGiven: identities != nil)
    parameters = session.parameters
    state = Locked(State(session: session))
  }

  /// The round whose messages the session collects; `nil` after the end.
  var round: ProtocolRound? { state.withLock { $0.session.round } }

  /// The clients whose message of the present round was accepted.
  var received: [ClientID] { state.withLock { $0.session.received } }

  /// The clients that can still send one.
  var awaited: [ClientID] { state.withLock { $0.session.awaited } }

  /// The faults that kept the last round from being closed.
  var faults: [ShareFault] { state.withLock { $0.faults } }

  /// The whole state.
  func stored() -> [UInt8] {
    // A copy shares the memory of the sum until the server changes it, so that a message is held up no
    // longer than copying it takes.
    let session = state.withLock { $0.session }
    return session.stored()
  }

  /// Takes a client's message. Messages are parsed in parallel.
  func receive(_ bytes: [UInt8], from sender: ClientID) throws(Failure) {
    let message = try translating { () throws(WireError) in
      try ClientMessage(serialized: bytes, from: sender)
    }
    try state.withLock { (state) throws(Failure) in
      try translating { () throws(ServerError) in try state.session.receive(message, from: sender) }
    }
  }

  /// Opens the next round, or takes the masks off the sum.
  func closeRound(
    inputContext: Digest?, execution: Execution
  ) throws(Failure) -> UnmaskedAggregate? {
    try state.withLock { (state) throws(Failure) in
      do throws(ServerError) {
        let aggregate = try state.session.closeRound(
          inputContext: inputContext, execution: execution)
        state.faults = []
        return aggregate
      } catch {
        state.faults = error.faults
        throw error.failure
      }
    }
  }

  /// The message that opens the present round for one client.
  func message(for recipient: ClientID) throws(Failure) -> [UInt8] {
    let message = try state.withLock { (state) throws(Failure) in
      try translating { () throws(ServerError) in try state.session.message(for: recipient) }
    }
    return try translating { () throws(WireError) in try message.serialized() }
  }
}
