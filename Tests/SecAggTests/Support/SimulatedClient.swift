import SecAgg

/// One client of a test session, holding whichever round it is in.
final class SimulatedClient {
  let id: ClientID
  private let input: PackedVector
  private var advertising: AdvertiseKeysRound?
  private var sharing: ShareKeysRound?
  private var masking: MaskedInputRound?
  private var checking: ConsistencyCheckRound?
  var identities: (any IdentityDirectory)? = TestIdentities.directory
  /// What the client learns before it masks, if anything.
  var inputContext: Digest?
  /// A dishonest dealer deals shares of other polynomials to the holders for which this is true: each pair of
  /// shares is sealed and committed to as it should be, but they do not fit together.
  var dealsOtherPolynomials: ((ClientID) -> Bool)?

  init(
    id: ClientID, parameters: SessionParameters, input: PackedVector,
    policy: ClientPolicy? = nil
  ) throws {
    self.id = id
    self.input = input
    let policy = policy ?? .expecting(parameters)
    switch parameters.threatModel {
    case .semiHonest:
      advertising = try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
    case .malicious:
      advertising = try AdvertiseKeysRound(
        id: id, parameters: parameters, policy: policy, signedBy: TestIdentities.key(of: id))
    }
  }

  /// The client's first message.
  func advertise() -> ClientMessage? {
    switch advertising {
    case .some(let round): .keyAdvertisement(round.message)
    case .none: nil
    }
  }

  /// Rejects a message that the client does not wait for.
  func check(_ message: ServerMessage) throws(ClientError) {
    switch advertising {
    case .some(let round): return try round.check(message);
    case .none: break
    }
    switch sharing {
    case .some(let round): return try round.check(message);
    case .none: break
    }
    switch masking {
    case .some(let round): return try round.check(message);
    case .none: break
    }
    switch checking {
    case .some(let round): return try round.check(message);
    case .none: break
    }
    throw .otherRound(found: message.round, expected: nil)
  }

  /// The client's answer to a message of the server; a client in another round has none.
  func answer(
    _ message: ServerMessage, execution: Execution = Execution()
  ) throws -> ClientMessage? {
    switch message {
    case .rosterAnnouncement(let announcement):
      guard let round = advertising.take() else { return nil }
      guard let dealsOtherPolynomials else {
        let next = try round.shareKeys(
          with: announcement, identities: identities, execution: execution)
        let answer = ClientMessage.shareDistribution(next.message)
        sharing = consume next
        return answer
      }
      let bytes = round.suspend()
      let other = try AdvertiseKeysRound(resuming: bytes).shareKeys(
        with: announcement, identities: identities, execution: execution
      ).message
      let next = try AdvertiseKeysRound(resuming: bytes).shareKeys(
        with: announcement, identities: identities, execution: execution)
      let answer = next.message.with(
        shares: zip(next.message.shares, other.shares).map { right, other in
          dealsOtherPolynomials(right.peer) ? other : right
        })
      sharing = consume next
      return .shareDistribution(answer)
    case .shareDelivery(let delivery):
      guard let round = sharing.take() else { return nil }
      let next = try round.maskInput(
        input, delivery: delivery, inputContext: inputContext, execution: execution)
      let answer = ClientMessage.maskedInput(next.message)
      masking = consume next
      return answer
    case .contributorAnnouncement(let announcement):
      guard let round = masking.take() else { return nil }
      let next = try round.checkConsistency(
        of: announcement, signedBy: TestIdentities.key(of: id))
      let answer = ClientMessage.contributorEndorsement(next.message)
      checking = consume next
      return answer
    case .unmaskingRequest(let request):
      if let round = checking.take() { return .unmaskingResponse(try round.unmask(request)) }
      guard let round = masking.take() else { return nil }
      return .unmaskingResponse(try round.unmask(request))
    }
  }

  /// Puts the client to sleep and wakes it from the bytes, as an app that is killed between rounds.
  func sleepAndWake() throws {
    if let round = advertising.take() {
      advertising = try AdvertiseKeysRound(resuming: round.suspend())
    }
    if let round = sharing.take() { sharing = try ShareKeysRound(resuming: round.suspend()) }
    if let round = masking.take() { masking = try MaskedInputRound(resuming: round.suspend()) }
    if let round = checking.take() {
      checking = try ConsistencyCheckRound(resuming: round.suspend())
    }
  }
}
