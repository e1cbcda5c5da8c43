/// A client's part in one session: server messages in, replies out.
///
/// ```swift
/// var session = try ClientSession(id: id, parameters: parameters, policy: policy)
/// send(session.opening)
/// while !session.isFinished {
///   switch try session.handle(receive()) {
///   case .reply(let message): send(message)
///   case .inputNeeded: send(try session.mask(update, by: secure))
///   case .stray(let reason): log(reason)
///   }
/// }
/// ```
///
/// The session opens no sockets and keeps no clock. It masks one vector and reveals shares once. A method that
/// throws has ended the session and wiped its secrets, unless its documentation says otherwise.
///
/// The order of the calls is checked at run time. ``AdvertiseKeysRound`` and the rounds that follow from it
/// let the compiler check it.
public struct ClientSession: ~Copyable, Sendable {
  /// What a server message leads to.
  public enum Response: Sendable, Hashable {
    /// Send this. A repeated server message gets the identical reply again.
    case reply(ClientMessage)
    /// The masking round has begun: call ``ClientSession/mask(_:inputContext:execution:)`` with this client's
    /// vector. Training may start now.
    case inputNeeded
    /// The message is for another client, session or round. Nothing has changed; the session goes on waiting.
    case stray(ClientError)
  }

  /// This client's number in the cohort.
  public var id: ClientID { context.id }
  /// The session's parameters.
  public var parameters: SessionParameters { context.parameters }
  /// The first message to send.
  public let opening: ClientMessage

  let context: ClientContext
  var state: State
  /// The checksum of the server message that was answered last.
  var answered: MessageChecksum?
  private let identity: IdentityKey?
  private let identities: (any IdentityDirectory)?

  enum State: ~Copyable, Sendable {
    case advertising(AdvertiseKeysRound)
    case sharing(ShareKeysRound)
    case inputNeeded(Masking)
    case masked(MaskedInputRound)
    case endorsed(ConsistencyCheckRound)
    case finished(UnmaskingResponse)
    case ended
  }

  /// A client whose neighbours' shares have come and whose vector has not.
  struct Masking: ~Copyable, Sendable {
    let round: ShareKeysRound
    let delivery: ShareDelivery
  }

  /// Draws fresh keys for one session of the semi-honest model.
  ///
  /// - Parameters:
  ///   - id: the client's number in the cohort.
  ///   - parameters: the session's parameters as the server announced them.
  ///   - policy: the application context that this client expects, and the least that it accepts.
  /// - Throws: `ClientError.idOutsideCohort`, `.policy`, `.identityNeeded` in the malicious model.
  public init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy
  ) throws(ClientError) {
    let round = try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
    self.init(round, identity: nil, identities: nil)
  }

  /// Draws fresh keys for one session of the malicious model and signs them.
  ///
  /// - Parameters:
  ///   - identity: the client's long-lived key. The session keeps a copy.
  ///   - identities: the public identity key of every client.
  /// - Throws: `ClientError.idOutsideCohort`, `.policy`, `.notInThreatModel` in the semi-honest model.
  public init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy,
    signedBy identity: borrowing IdentityKey, identities: any IdentityDirectory
  ) throws(ClientError) {
    let round = try AdvertiseKeysRound(
      id: id, parameters: parameters, policy: policy, signedBy: identity)
    self.init(round, identity: identity.copy(), identities: identities)
  }

  private init(
    _ round: consuming AdvertiseKeysRound, identity: consuming IdentityKey?,
    identities: (any IdentityDirectory)?
  ) {
    opening = .keyAdvertisement(round.message)
    context = round.context
    state = .advertising(round)
    self.identity = identity
    self.identities = identities
  }

  /// The session of a state that was stored.
  init(
    opening: ClientMessage, context: ClientContext, state: consuming State,
    answered: MessageChecksum?, identity: consuming IdentityKey?,
    identities: (any IdentityDirectory)?
  ) {
    self.opening = opening
    self.context = context
    self.state = state
    self.answered = answered
    self.identity = identity
    self.identities = identities
  }

  /// The round that the next server message opens; `nil` if the session waits for none: it needs its input, or
  /// is finished.
  public var awaited: ProtocolRound? {
    switch state {
    case .advertising: .shareKeys
    case .sharing: .maskedInput
    case .masked: parameters.threatModel == .malicious ? .consistencyCheck : .unmasking
    case .endorsed: .unmasking
    case .inputNeeded: nil
    case .finished: nil
    case .ended: nil
    }
  }

  /// Whether the session waits for ``mask(_:inputContext:execution:)``.
  public var needsInput: Bool {
    switch state {
    case .inputNeeded: true
    default: false
    }
  }

  /// Whether this client's part is over: it has revealed its shares, or an error ended it.
  public var isFinished: Bool { awaited == nil && !needsInput }

  /// The message to send again if the connection was lost: the reply to the last server message, or the
  /// opening. `nil` after an error, and if the session was stored without its message.
  public var message: ClientMessage? {
    switch state {
    case .advertising(let round): .keyAdvertisement(round.message)
    case .sharing(let round): .shareDistribution(round.message)
    case .inputNeeded(let masking): .shareDistribution(masking.round.message)
    case .masked(let round): round.isSent ? nil : .maskedInput(round.message)
    case .endorsed(let round): .contributorEndorsement(round.message)
    case .finished(let response): .unmaskingResponse(response)
    case .ended: nil
    }
  }

  /// Takes a server message.
  ///
  /// - Parameter execution: how many threads to use; left out, as many as the machine has processors.
  /// - Throws: `ClientError` for a message of this session and round that is below the client's policy or that
  ///   no honest server sends.
  /// - Complexity: that of the round's method on the typed rounds.
  public mutating func handle(
    _ message: ServerMessage, execution: Execution = Execution()
  ) throws(ClientError) -> Response {
    do {
      try context.check(session: message.session, recipient: message.recipient)
    } catch {
      return .stray(error)
    }
    let checksum = MessageChecksum(of: message)
    if checksum == answered {
      if needsInput { return .inputNeeded }
      if let reply = self.message { return .reply(reply) }
    }
    guard message.round == awaited else {
      return .stray(.otherRound(found: message.round, expected: awaited))
    }
    state = try next(after: message, on: execution)
    answered = checksum
    if needsInput { return .inputNeeded }
    guard let reply = self.message else { throw .otherRound(found: message.round, expected: nil) }
    return .reply(reply)
  }

  /// Masks this client's vector once ``Response/inputNeeded`` has asked for it.
  ///
  /// - Parameters:
  ///   - input: packed for the session's layout. Masked in place if the caller gives it up (`consume`).
  ///   - inputContext: a digest of what the client learnt after the session had begun and its input depends
  ///     on, such as the global model. Masks cancel only among clients with the same one, and only if the server
  ///     unmasks with it (specification, section 10). Left out if the application context says everything.
  ///   - execution: how many threads to use, and who watches.
  /// - Returns: the message to send.
  /// - Throws: `.inputNotNeeded` and `.layoutMismatch`, which change nothing; `.cancelled` when the
  ///   observer says so.
  public mutating func mask(
    _ input: consuming PackedVector, inputContext: Digest? = nil,
    execution: Execution = Execution()
  ) throws(ClientError) -> ClientMessage {
    guard needsInput else { throw .inputNotNeeded(awaited: awaited) }
    guard input.layout == parameters.layout else { throw .layoutMismatch }
    switch takeState() {
    case .inputNeeded(let masking):
      let delivery = masking.delivery
      let masked = try masking.round.maskInput(
        consume input, delivery: delivery, inputContext: inputContext, execution: execution)
      let message = ClientMessage.maskedInput(masked.message)
      state = .masked(masked)
      return message
    default:
      throw .inputNotNeeded(awaited: nil)
    }
  }

  /// Moves the state out; what is left has ended.
  private mutating func takeState() -> State {
    var taken = State.ended
    swap(&taken, &state)
    return taken
  }

  /// The state that a message of the awaited round leads to. If this throws, the session has ended.
  private mutating func next(
    after message: ServerMessage, on execution: Execution
  ) throws(ClientError) -> State {
    let stray = ClientError.otherRound(found: message.round, expected: nil)
    switch takeState() {
    case .advertising(let round):
      guard case .rosterAnnouncement(let announcement) = message else { throw stray }
      return .sharing(
        try round.shareKeys(with: announcement, identities: identities, execution: execution))
    case .sharing(let round):
      guard case .shareDelivery(let delivery) = message else { throw stray }
      _ = try round.positionsOfSharers(in: delivery)
      return .inputNeeded(Masking(round: round, delivery: delivery))
    case .masked(let round):
      switch message {
      case .contributorAnnouncement(let announcement):
        return .endorsed(try round.endorse(announcement, as: identity))
      case .unmaskingRequest(let request): return .finished(try round.unmask(request))
      default: throw stray
      }
    case .endorsed(let round):
      guard case .unmaskingRequest(let request) = message else { throw stray }
      return .finished(try round.unmask(request))
    case .inputNeeded: throw stray
    case .finished: throw stray
    case .ended: throw stray
    }
  }
}

extension MaskedInputRound {
  /// Signs the set of contributors with the identity that a session of the malicious model has.
  fileprivate consuming func endorse(
    _ announcement: ContributorAnnouncement, as identity: borrowing IdentityKey?
  ) throws(ClientError) -> ConsistencyCheckRound {
    switch identity {
    case .some(let identity): try checkConsistency(of: announcement, signedBy: identity)
    case .none: throw .identityNeeded
    }
  }
}
