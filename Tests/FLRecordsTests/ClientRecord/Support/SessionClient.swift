import SecAgg

/// A client's part in one session of the semi-honest model. How it makes its vector is the caller's.
final class SessionClient {
  private let encode: () throws -> PackedVector
  private var advertising: AdvertiseKeysRound?
  private var sharing: ShareKeysRound?
  private var masking: MaskedInputRound?

  let first: ClientMessage

  init(
    id: ClientID, parameters: SessionParameters, context: Digest,
    encode: @escaping () throws -> PackedVector
  ) throws {
    let round = try AdvertiseKeysRound(
      id: id, parameters: parameters, policy: ClientPolicy(applicationContext: context))
    first = .keyAdvertisement(round.message)
    advertising = consume round
    self.encode = encode
  }

  /// The client's answer to a message of the server; a client in another round has none.
  func answer(_ message: ServerMessage) throws -> ClientMessage? {
    switch message {
    case .rosterAnnouncement(let announcement):
      guard let round = advertising.take() else { return nil }
      let next = try round.shareKeys(with: announcement)
      let answer = ClientMessage.shareDistribution(next.message)
      sharing = consume next
      return answer
    case .shareDelivery(let delivery):
      guard let round = sharing.take() else { return nil }
      let next = try round.maskInput(encode(), delivery: delivery)
      let answer = ClientMessage.maskedInput(next.message)
      masking = consume next
      return answer
    case .contributorAnnouncement: return nil
    case .unmaskingRequest(let request):
      guard let round = masking.take() else { return nil }
      return .unmaskingResponse(try round.unmask(request))
    }
  }

  /// Stores the client after it masked its input, as an app that is about to be killed.
  func suspendMasked() -> SecretBytes? {
    guard let round = masking.take() else { return nil }
    return round.suspend()
  }

  /// Wakes it, and gives the stored masked input once more.
  func wakeMasked(_ bytes: borrowing SecretBytes) throws -> ClientMessage {
    let round = try MaskedInputRound(resuming: bytes)
    let message = ClientMessage.maskedInput(round.message)
    masking = consume round
    return message
  }
}
