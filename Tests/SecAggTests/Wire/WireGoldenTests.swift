import FLMath
import SecAgg
import SecAggWire
import Testing

@Suite("Wire: golden bytes")
struct WireGoldenTests {
  private let session: Digest
  private let commitment: Digest
  private let id: ClientID
  private let peer: ClientID
  private let keys: (PublicKey, PublicKey)
  private let shares: [AddressedShares]

  init() throws {
    session = try #require(Digest(bytes: Array(0..<32)))
    commitment = try #require(Digest(bytes: Array(32..<64)))
    id = try #require(ClientID(7))
    peer = try #require(ClientID(300))
    let zeros = [UInt8](repeating: 0, count: 30)
    keys = (try PublicKey(bytes: [9] + zeros + [0]), try PublicKey(bytes: [2] + zeros + [0x10]))
    shares = [
      AddressedShares(peer: peer, shares: try #require(SealedShares(bytes: Array(0..<152))))
    ]
  }

  private func expect(_ message: ClientMessage, is golden: String) throws {
    #expect(try message.serialized() == GoldenBytes.bytes(golden))
    #expect(try ClientMessage(serialized: GoldenBytes.bytes(golden), from: id) == message)
  }

  private func expect(_ message: ServerMessage, is golden: String) throws {
    #expect(try message.serialized() == GoldenBytes.bytes(golden))
    #expect(try ServerMessage(serialized: GoldenBytes.bytes(golden)) == message)
  }

  @Test("a key advertisement")
  func keyAdvertisement() throws {
    try expect(
      .keyAdvertisement(
        KeyAdvertisement(session: session, sender: id, sealingKey: keys.0, maskKey: keys.1)),
      is: GoldenBytes.keyAdvertisement)
  }

  @Test("a share distribution")
  func shareDistribution() throws {
    try expect(
      .shareDistribution(
        ShareDistribution(
          session: session, sender: id, selfMaskCommitment: commitment, shares: shares)),
      is: GoldenBytes.shareDistribution)
  }

  @Test("a masked input")
  func maskedInput() throws {
    try expect(
      .maskedInput(MaskedInput(session: session, sender: id, words: [1, 0x0102_0304_0506_0708])),
      is: GoldenBytes.maskedInput)
  }

  @Test("an unmasking response")
  func unmaskingResponse() throws {
    func share(_ words: [UInt64]) throws -> SecretShare {
      try SecretShare(
        bytes: words.flatMap { word in
          (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        })
    }
    let first = try #require(ClientID(1))
    try expect(
      .unmaskingResponse(
        UnmaskingResponse(
          session: session, sender: id,
          shares: [
            RevealedShare(subject: first, kind: .selfMask, share: share([1, 2, 3, 4, 5])),
            RevealedShare(
              subject: peer, kind: .maskKey,
              share: share([1 << 32, 2 << 32, 3 << 32, 4 << 32, 5 << 32])),
          ],
          unopened: [try #require(ClientID(3)), try #require(ClientID(200))])),
      is: GoldenBytes.unmaskingResponse)
  }

  @Test("a roster announcement")
  func rosterAnnouncement() throws {
    try expect(
      .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: id, rosterSize: 5, commitment: commitment,
          neighbours: [
            KeyAdvertisement(session: session, sender: peer, sealingKey: keys.0, maskKey: keys.1)
          ])),
      is: GoldenBytes.rosterAnnouncement)
  }

  @Test("a share delivery")
  func shareDelivery() throws {
    try expect(
      .shareDelivery(ShareDelivery(session: session, recipient: id, shares: shares)),
      is: GoldenBytes.shareDelivery)
  }

  @Test("an unmasking request")
  func unmaskingRequest() throws {
    try expect(
      .unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: id, contributorCount: 4, contributors: [id, peer])),
      is: GoldenBytes.unmaskingRequest)
  }

  @Test("session parameters")
  func parameters() throws {
    let parameters = try SessionParameters(
      sessionID: session, cohortSize: 5, threshold: 3,
      layout: VectorLayout(
        elementCount: 10, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 5)),
      minimumContributors: 2, applicationContext: commitment)
    #expect(try parameters.serialized() == GoldenBytes.bytes(GoldenBytes.parameters))
    #expect(
      try SessionParameters(serialized: GoldenBytes.bytes(GoldenBytes.parameters)) == parameters)
  }
}
