/// The server of one session: client messages in, messages to clients out, and at the end the sum.
///
/// ```swift
/// var session = ServerSession(parameters: parameters)
/// var sum: UnmaskedAggregate?
/// while sum == nil {
///   for (message, sender) in inbox() {
///     do { try session.receive(message, from: sender) } catch { log(error) }
///   }
///   sum = try session.closeRound()
///   for message in session.messages { send(message, to: message.recipient) }
/// }
/// ```
///
/// The session opens no sockets and keeps no clock or threads. A method that throws has changed nothing; only
/// an inconsistent sum ends the session. Memory is O(vector + cohort x degree), however many clients contribute:
/// a masked input is added to the sum and forgotten.
public struct ServerSession: Sendable {
  /// The session's parameters.
  public let parameters: SessionParameters
  private let identities: (any IdentityDirectory)?
  private(set) var state: State

  enum State: Sendable {
    case advertising(AdvertisingPhase)
    case sharing(SharingPhase)
    case maskedInput(MaskedInputPhase)
    case consistencyCheck(ConsistencyPhase)
    case unmasking(UnmaskingPhase)
    case ended
  }

  /// Opens a session.
  ///
  /// - Parameter identities: in the malicious model, the public identity key of every client. Without it every
  ///   client is rejected.
  public init(parameters: SessionParameters, identities: (any IdentityDirectory)? = nil) {
    self.init(
      parameters: parameters, identities: identities, state: .advertising(AdvertisingPhase()))
  }

  init(
    parameters: SessionParameters, identities: (any IdentityDirectory)?, state: State
  ) {
    self.parameters = parameters
    self.identities = identities
    self.state = state
  }

  /// The round whose messages the session collects; `nil` once the sum was released, or was found inconsistent.
  public var round: ProtocolRound? {
    switch state {
    case .advertising: .advertiseKeys
    case .sharing: .shareKeys
    case .maskedInput: .maskedInput
    case .consistencyCheck: .consistencyCheck
    case .unmasking: .unmasking
    case .ended: nil
    }
  }

  /// Takes a client's message.
  ///
  /// - Parameters:
  ///   - message: the parsed message.
  ///   - sender: the client that the channel authenticated. The message must name the same.
  /// - Throws: `ServerError` with that `culprit`; the message is dropped and nothing has changed.
  public mutating func receive(
    _ message: ClientMessage, from sender: ClientID
  ) throws(ServerError) {
    guard message.sender == sender else {
      throw .senderMismatch(channel: sender, message: message.sender)
    }
    guard message.session == parameters.digest else { throw .otherSession(from: sender) }
    let wrongRound = ServerError.wrongRound(
      from: sender, message: message.round, present: round)
    // The phase is moved out of the enumeration while it changes, so that what it holds is changed
    // in place. Matched together with the message, it would be copied. A phase that throws has
    // changed nothing.
    switch takeState() {
    case .advertising(var phase):
      defer { state = .advertising(phase) }
      guard case .keyAdvertisement(let message) = message else { throw wrongRound }
      try phase.receive(message, parameters: parameters) { identities?.identityKey(of: $0) }
    case .sharing(var phase):
      defer { state = .sharing(phase) }
      guard case .shareDistribution(let message) = message else { throw wrongRound }
      try phase.receive(message)
    case .maskedInput(var phase):
      defer { state = .maskedInput(phase) }
      guard case .maskedInput(let message) = message else { throw wrongRound }
      try phase.receive(message, parameters: parameters)
    case .consistencyCheck(var phase):
      defer { state = .consistencyCheck(phase) }
      guard case .contributorEndorsement(let message) = message else { throw wrongRound }
      try phase.receive(message)
    case .unmasking(var phase):
      defer { state = .unmasking(phase) }
      guard case .unmaskingResponse(let message) = message else { throw wrongRound }
      try phase.receive(message)
    case .ended:
      throw wrongRound
    }
  }

  /// Moves the state out, leaving `.ended`, so that it has a unique owner and is mutated in place.
  private mutating func takeState() -> State {
    var taken = State.ended
    swap(&taken, &state)
    return taken
  }

  /// The clients whose message of the present round was accepted, in id order.
  ///
  /// Complexity: O(n), in round 0 O(n log n): too much to ask for after every message.
  public var received: [ClientID] {
    switch state {
    case .advertising(let phase): phase.advertisements.keys.sorted()
    case .sharing(let phase): phase.distributions.compactMap { $0?.sender }
    case .maskedInput(let phase): phase.roster.ids { phase.isContributor[$0] }
    case .consistencyCheck(let phase):
      phase.contributions.roster.ids { phase.endorsements[$0] != nil }
    case .unmasking(let phase): phase.roster.ids { phase.hasAnswered[$0] }
    case .ended: []
    }
  }

  /// The clients that can still send a message of the present round, in id order. When none is
  /// left there is no point in waiting.
  ///
  /// Complexity: O(n).
  public var awaited: [ClientID] {
    switch state {
    case .advertising(let phase):
      ClientID.all(cohortSize: parameters.cohortSize).filter { phase.advertisements[$0] == nil }
    case .sharing(let phase):
      phase.roster.ids { phase.distributions[$0] == nil }
    case .maskedInput(let phase):
      phase.roster.ids { phase.distributions[$0] != nil && !phase.isContributor[$0] }
    case .consistencyCheck(let phase):
      phase.contributions.roster.ids {
        phase.contributions.isContributor[$0] && phase.endorsements[$0] == nil
      }
    case .unmasking(let phase):
      phase.roster.ids { phase.isAsked[$0] && !phase.hasAnswered[$0] }
    case .ended: []
    }
  }

  /// Ends the collection of the present round's messages. Opens the next round, for which each client in
  /// ``awaited`` is owed its message of ``messages``, or, in the last round, takes the masks off the sum and ends
  /// the session. A client that has not sent its message by now has dropped out.
  ///
  /// The last round can be closed as soon as the threshold of answers is there, and again after more have come.
  ///
  /// - Parameters:
  ///   - inputContext: the one that clients masked with, if they did: see `ClientSession.mask`. With another
  ///     one the masks do not cancel, and the session ends without a sum. Needed in the last round only.
  ///   - execution: how many threads to use, and who watches; left out, as many as the machine has
  ///     processors.
  /// - Returns: the sum of the contributors; `nil` if another round was opened.
  /// - Throws: `ServerError` when too few clients are left to ever release a sum, or they fall into pieces;
  ///   `.sharesMissing`: take more answers; `.sharesWrong`: no answers will help; `.cancelled`;
  ///   `.wrongPhase`. Nothing has changed then. `.sumInconsistent`: the session has ended without a sum.
  /// - Complexity: in the last round O(contributors x words) of key stream for self masks, and k x words for each
  ///   client that dropped out after sharing its keys, divided among the threads; a copy of the sum.
  @discardableResult
  public mutating func closeRound(
    inputContext: Digest? = nil, execution: Execution = Execution()
  ) throws(ServerError) -> UnmaskedAggregate? {
    switch state {
    case .advertising(let phase): state = .sharing(try phase.close(parameters: parameters))
    case .sharing(let phase): state = .maskedInput(try phase.close(parameters: parameters))
    case .maskedInput(let phase):
      let contributions = try phase.close(parameters: parameters)
      switch parameters.threatModel {
      case .semiHonest:
        state = .unmasking(
          UnmaskingPhase(contributions, isAsked: contributions.isContributor))
      case .malicious:
        state = .consistencyCheck(ConsistencyPhase(contributions))
      }
    case .consistencyCheck(let phase):
      state = .unmasking(try phase.close(parameters: parameters))
    case .unmasking(let phase):
      let (sum, faults) = try phase.unmask(
        parameters: parameters, inputContext: inputContext, on: execution)
      state = .ended
      return try UnmaskedAggregate(
        sum, of: parameters, contributors: phase.roster.ids { phase.isContributor[$0] },
        faults: faults)
    case .ended: throw .wrongPhase(present: nil)
    }
    return nil
  }

  /// The messages that open the present round, one for each client in ``awaited``. Each is made when it is its
  /// turn, so that no more than one has to be in memory.
  ///
  /// Complexity: that of ``message(for:)``, for each.
  public var messages: some Sequence<ServerMessage> {
    awaited.lazy.compactMap { try? message(for: $0) }
  }

  /// The message that opens the present round for one client.
  ///
  /// Complexity: O(k log k), in the complete graph O(n). It is made anew at each call, so that no
  /// more than one has to be held.
  ///
  /// - Throws: `.noMessage` for a client that dropped out or was left out; `.wrongPhase` before the first
  ///   `closeRound()` and after the end.
  public func message(for id: ClientID) throws(ServerError) -> ServerMessage {
    let session = parameters.digest
    switch state {
    case .sharing(let phase):
      return .rosterAnnouncement(try phase.announcement(for: id, session: session))
    case .maskedInput(let phase):
      return .shareDelivery(try phase.delivery(for: id, session: session))
    case .consistencyCheck(let phase):
      return .contributorAnnouncement(try phase.announcement(for: id, session: session))
    case .unmasking(let phase):
      return .unmaskingRequest(try phase.request(for: id, parameters: parameters))
    case .advertising, .ended:
      throw .wrongPhase(present: round)
    }
  }
}
