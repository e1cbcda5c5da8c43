internal import FLMath
@testable internal import SecAgg

/// One client whose secrets are marked, holding whichever round it is in. What it sends is public.
final class TrackedClient {
  let id: ClientID
  private let parameters: SessionParameters
  private let directory: PinnedIdentities
  private var advertising: AdvertiseKeysRound?
  private var sharing: ShareKeysRound?
  private var masking: MaskedInputRound?
  private var checking: ConsistencyCheckRound?

  init(id: ClientID, parameters: SessionParameters, directory: PinnedIdentities) {
    self.id = id
    self.parameters = parameters
    self.directory = directory
  }

  /// The long-lived key of a client, of a seed that is secret.
  static func identity(_ id: ClientID) throws -> IdentityKey {
    let seed = SessionParameters.applicationContext(of: Array("\(id)".utf8)).bytes
    let secret = SecretBytes(copying: seed)
    Secrecy.classify(secret)
    return try IdentityKey(seed: secret)
  }

  /// The elements of a client's vector.
  private static func elements(of id: ClientID, _ layout: VectorLayout) -> [UInt64] {
    let largest = UInt64.max >> UInt64(64 - layout.lanes.valueBits)
    return (0..<UInt64(layout.elementCount)).map {
      (($0 + 1) &* UInt64(id.rawValue) &* 0x9E37_79B9_7F4A_7C15) & largest
    }
  }

  /// What the elements of clients add up to.
  static func sum(of ids: [ClientID], _ layout: VectorLayout) -> [UInt64] {
    ids.reduce(into: [UInt64](repeating: 0, count: layout.elementCount)) { sum, id in
      for (index, element) in elements(of: id, layout).enumerated() { sum[index] += element }
    }
  }

  /// The client's next message: its first, or its answer to a message of the server.
  func answer(_ message: ServerMessage?) throws -> ClientMessage {
    switch message {
    case nil:
      let round: AdvertiseKeysRound
      switch parameters.threatModel {
      case .semiHonest:
        round = try AdvertiseKeysRound(
          id: id, parameters: parameters,
          policy: ClientPolicy(applicationContext: parameters.applicationContext))
      case .malicious:
        round = try AdvertiseKeysRound(
          id: id, parameters: parameters,
          policy: ClientPolicy(applicationContext: parameters.applicationContext),
          signedBy: Self.identity(id))
      }
      let message = round.message
      advertising = consume round
      return .keyAdvertisement(message)

    case .rosterAnnouncement(let announcement):
      guard let round = advertising.take() else { throw OutOfOrder() }
      let next = try round.shareKeys(with: announcement, identities: directory)
      let message = next.message
      sharing = consume next
      // The sealed shares are public, and so are the nonces in front of them.
      for entry in message.shares { Secrecy.declassify(entry.shares.bytes) }
      return .shareDistribution(
        ShareDistribution(
          session: message.session, sender: message.sender,
          selfMaskCommitment: Digest(
            words: Secrecy.declassified(message.selfMaskCommitment.words)),
          shares: message.shares))

    case .shareDelivery(let delivery):
      guard let round = sharing.take() else { throw OutOfOrder() }
      let elements = Self.elements(of: id, parameters.layout)
      Secrecy.classify(elements, bits: UInt64.max >> UInt64(64 - parameters.layout.lanes.valueBits))
      let next = try round.maskInput(
        PackedVector(elements, layout: parameters.layout), delivery: delivery)
      let message = next.message
      masking = consume next
      Secrecy.declassify(message.words)
      return .maskedInput(message)

    case .contributorAnnouncement(let announcement):
      guard let round = masking.take() else { throw OutOfOrder() }
      let next = try round.checkConsistency(of: announcement, signedBy: Self.identity(id))
      let message = next.message
      checking = consume next
      return .contributorEndorsement(message)

    case .unmaskingRequest(let request):
      let message: UnmaskingResponse
      if let round = checking.take() {
        message = try round.unmask(request)
      } else if let round = masking.take() {
        message = try round.unmask(request)
      } else {
        throw OutOfOrder()
      }
      secretBitsRevealed = Secrecy.secretBits(of: message.shares)
      Secrecy.declassify(message.shares)
      return .unmaskingResponse(message)
    }
  }

  private struct OutOfOrder: Error {}

  /// How many bits of the last answer were secret until it was given: of shares that are revealed.
  private var secretBitsRevealed = 0

  /// Puts the client to sleep and wakes it; after its last answer there is none left.
  ///
  /// - Returns: how many bits of the state, or of the last answer, are secret.
  func sleepAndWake() throws -> Int {
    if let round = advertising.take() {
      let state = round.stored()
      advertising = try AdvertiseKeysRound(restoring: state)
      return Secrecy.secretBits(of: state)
    }
    if let round = sharing.take() {
      let state = round.stored()
      sharing = try ShareKeysRound(restoring: state)
      return Secrecy.secretBits(of: state)
    }
    if let round = masking.take() {
      let state = round.stored()
      masking = try MaskedInputRound(restoring: state)
      return Secrecy.secretBits(of: state)
    }
    if let round = checking.take() {
      let state = round.stored()
      checking = try ConsistencyCheckRound(restoring: state)
      return Secrecy.secretBits(of: state)
    }
    return secretBitsRevealed
  }
}
