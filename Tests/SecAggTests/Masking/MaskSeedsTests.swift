import FLMath
import Testing

@testable import SecAgg

/// The key schedule, recomputed from its description and against values of Python's `hashlib`.
@Suite("Mask seeds")
struct MaskSeedsTests {
  private struct Context {
    let secret: [UInt8]
    let session: Digest
    let roster: Digest
    let one: ClientID
    let other: ClientID

    init(
      secret: [UInt8], session: [UInt8], roster: [UInt8], _ one: UInt32, _ other: UInt32
    ) throws {
      self.secret = secret
      self.session = try #require(Digest(bytes: session))
      self.roster = try #require(Digest(bytes: roster))
      self.one = try #require(ClientID(one))
      self.other = try #require(ClientID(other))
    }

    init(_ generator: inout SimulationGenerator) throws {
      try self.init(
        secret: OctetString.random(32, &generator), session: OctetString.random(32, &generator),
        roster: OctetString.random(32, &generator),
        UInt32(truncatingIfNeeded: generator.next()) | 1,
        UInt32(truncatingIfNeeded: generator.next()) & ~1 | 2)
    }

    var maskPrivateKey: [UInt8] {
      OctetString.of(
        MaskSeeds.maskPrivateKey(
          fromSharedSecret: SecretBytes(copying: secret), owner: one, session: session))
    }

    var selfMask: [UInt8] {
      OctetString.of(
        MaskSeeds.selfMask(
          fromSharedSecret: SecretBytes(copying: secret), owner: one, binding: session))
    }

    var selfMaskCommitment: [UInt8] {
      MaskSeeds.selfMaskCommitment(
        toSharedSecret: SecretBytes(copying: secret), owner: one, session: session
      ).bytes
    }

    func pairwise(_ one: ClientID, _ other: ClientID) -> [UInt8] {
      OctetString.of(
        MaskSeeds.pairwise(
          agreed: SecretBytes(copying: secret), between: one, and: other, binding: session,
          roster: roster))
    }

    func byHand(_ label: String) -> [UInt8] {
      var encoding = HandEncoding(label: label)
      encoding.octets(session.bytes)
      encoding.half(one.rawValue)
      return encoding.hashed(key: secret)
    }
  }

  @Test("values of Python's hashlib")
  func knownAnswers() throws {
    let session = (100..<132).map { UInt8($0) }
    let roster = (200..<232).map { UInt8($0) }
    let shared = try Context(
      secret: (0..<40).map { UInt8($0) }, session: session, roster: roster, 7, 300)
    let agreed = try Context(
      secret: (0..<32).map { UInt8($0) }, session: session, roster: roster, 7, 300)
    #expect(
      shared.maskPrivateKey
        == OctetString.hex("156c0265ef63cfa9b4af421ab9bb0f140a3a61f3159627073410791f6e7802ec"))
    #expect(
      shared.selfMask
        == OctetString.hex("bd360f071093e2e767552766d17ee26e580c7923d45fe77b2f98dc86d3940bf8"))
    #expect(
      shared.selfMaskCommitment
        == OctetString.hex("8d9f4346045af5e1782ea999a08361f1b91bb00d3c5da95fb5e5571410883822"))
    #expect(
      agreed.pairwise(agreed.one, agreed.other)
        == OctetString.hex("f74bbe5c24fd0df927879dde7308b80935c5d2937ff325d4ecfc2f36d358a7bc"))
  }

  @Test("values of Python's hashlib, with an input context")
  func inputContext() throws {
    let session = try #require(Digest(bytes: (100..<132).map { UInt8($0) }))
    let inputContext = try #require(Digest(bytes: (40..<72).map { UInt8($0) }))
    #expect(MaskSeeds.binding(session: session, inputContext: nil) == session)
    let binding = MaskSeeds.binding(session: session, inputContext: inputContext)
    #expect(
      binding.bytes
        == OctetString.hex("a4fba5f48387667ded6ba23113de20e5096312b420bdaa00d84bfcaa0766a16c"))
    let roster = (200..<232).map { UInt8($0) }
    let shared = try Context(
      secret: (0..<40).map { UInt8($0) }, session: binding.bytes, roster: roster, 7, 300)
    let agreed = try Context(
      secret: (0..<32).map { UInt8($0) }, session: binding.bytes, roster: roster, 7, 300)
    #expect(
      shared.selfMask
        == OctetString.hex("075dcb9f52a5ab89e088dc971fdfd14b6644028918193d187ad984c4bc4c0103"))
    #expect(
      agreed.pairwise(agreed.one, agreed.other)
        == OctetString.hex("0151e8f1b4dbea045ef22b6c3fdaba035d89dcde09accbc979ac5a32c456214b"))
  }

  @Test("each input context of each session has a binding of its own")
  func bindings() throws {
    let digests = try (0..<4).map {
      try #require(Digest(bytes: [UInt8](repeating: $0, count: 32)))
    }
    var bindings: Set<Digest> = []
    for session in digests {
      for inputContext in digests.map(Optional.some) + [nil] {
        bindings.insert(MaskSeeds.binding(session: session, inputContext: inputContext))
      }
    }
    #expect(bindings.count == 20)
  }

  @Test("encodings by hand, hashed by libsodium")
  func byHand() throws {
    var generator = SimulationGenerator(seed: 7693)
    for trial in 0..<50 {
      let comment: Comment = "seed 7693, trial \(trial)"
      let context = try Context(&generator)
      #expect(context.maskPrivateKey == context.byHand("SecAgg/1 mask private key"), comment)
      #expect(context.selfMask == context.byHand("SecAgg/1 self mask"), comment)
      #expect(
        context.selfMaskCommitment == context.byHand("SecAgg/1 self mask commitment"), comment)
      var pairwise = HandEncoding(label: "SecAgg/1 pairwise mask")
      pairwise.octets(context.session.bytes)
      pairwise.octets(context.roster.bytes)
      pairwise.half(min(context.one.rawValue, context.other.rawValue))
      pairwise.half(max(context.one.rawValue, context.other.rawValue))
      let expected = pairwise.hashed(key: context.secret)
      #expect(context.pairwise(context.one, context.other) == expected, comment)
      #expect(context.pairwise(context.other, context.one) == expected, comment)
    }
  }

  @Test("every input changes every seed that it enters")
  func everyInputCounts() throws {
    let bytes = (0..<4).map { [UInt8](repeating: $0, count: 32) }
    let base = try Context(secret: bytes[0], session: bytes[1], roster: bytes[2], 1, 2)
    let variants = [
      try Context(secret: bytes[3], session: bytes[1], roster: bytes[2], 1, 2),
      try Context(secret: bytes[0], session: bytes[3], roster: bytes[2], 1, 2),
      try Context(secret: bytes[0], session: bytes[1], roster: bytes[2], 3, 2),
    ]
    for variant in variants {
      #expect(variant.maskPrivateKey != base.maskPrivateKey)
      #expect(variant.selfMask != base.selfMask)
      #expect(variant.selfMaskCommitment != base.selfMaskCommitment)
      #expect(variant.pairwise(variant.one, variant.other) != base.pairwise(base.one, base.other))
    }
    let otherRoster = try Context(secret: bytes[0], session: bytes[1], roster: bytes[3], 1, 2)
    #expect(otherRoster.pairwise(base.one, base.other) != base.pairwise(base.one, base.other))
  }

  @Test("of two neighbours one adds and the other subtracts")
  func directions() throws {
    let ids = ClientID.all(cohortSize: 5)
    for one in ids {
      for other in ids where one != other {
        let direction = Mask.pairwise(of: one, with: other).direction
        #expect(direction == (one.rawValue < other.rawValue ? .add : .subtract))
        #expect(direction.opposite == Mask.pairwise(of: other, with: one).direction)
      }
    }
  }
}
