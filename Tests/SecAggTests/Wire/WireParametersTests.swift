import FLMath
import SecAgg
import SecAggWire
import Testing

@Suite("Wire: session parameters")
struct WireParametersTests {
  private func parameters(
    cohortSize: Int = 100, degree: Int? = 12, threshold: Int = 7, elementCount: Int = 1_000,
    _ kind: LaneKind = .unsigned, minimumValueBits: Int = 16, maximumContributors: Int = 100
  ) throws -> SessionParameters {
    try SessionParameters(
      cohortSize: cohortSize, degree: degree, threshold: threshold,
      layout: VectorLayout(
        elementCount: elementCount,
        lanes: ElementLanes(
          kind, minimumValueBits: minimumValueBits, maximumContributors: maximumContributors)),
      minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: Array("model".utf8)))
  }

  @Test("parameters come back with the same digest")
  func roundTrip() throws {
    let all = try [
      SampleMessages.all().parameters, parameters(), parameters(degree: nil),
      parameters(cohortSize: 1 << 20, degree: 62), parameters(elementCount: 1),
      parameters(elementCount: 268_000_000),
    ]
    for parameters in all {
      let parsed = try SessionParameters(serialized: parameters.serialized())
      #expect(parsed == parameters)
      #expect(parsed.digest == parameters.digest)
    }
  }

  @Test("every lane layout comes back", arguments: 2...62)
  func laneLayouts(minimumValueBits: Int) throws {
    for contributors in [3, 4, 5, 64, 100]
    where
      (try? UnsignedLanes(
        minimumValueBits: minimumValueBits, maximumContributors: contributors)) != nil
    {
      let parameters = try parameters(
        threshold: 2, minimumValueBits: minimumValueBits, maximumContributors: contributors)
      #expect(try SessionParameters(serialized: parameters.serialized()) == parameters)
    }
  }

  @Test("every layout of signed lanes comes back", arguments: 2...52)
  func signedLaneLayouts(minimumBits: Int) throws {
    let parameters = try parameters(.signed, minimumValueBits: minimumBits)
    let back = try SessionParameters(serialized: parameters.serialized())
    #expect(back == parameters)
    #expect(back.layout.lanes.kind == .signed)
  }

  @Test("a width that signed lanes do not have is refused", arguments: [1, 15, 17, 53, 64])
  func signedValueBits(found: UInt64) throws {
    let bytes = try #require(
      ProtobufFields.editing(try parameters(.signed).serialized(), at: [8]) { _ in .varint(found) })
    let error = #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
    guard case .invalidValue("value_bits", _) = error?.reason else {
      Issue.record("refused for another reason: \(error.debugDescription)")
      return
    }
  }

  @Test("another lane kind is refused by the digest")
  func otherLaneKind() throws {
    // 9 bits are a width of both kinds: with 7 of headroom in 4 lanes, and alone in 7.
    for kinds in [[LaneKind.unsigned, .signed], [.signed, .unsigned]] {
      let bytes = try #require(
        ProtobufFields.editing(
          try parameters(kinds[0], minimumValueBits: 9).serialized(), at: [13]
        ) { _ in .varint(UInt64(kinds[1].rawValue)) })
      let error = #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
      guard case .digestMismatch = error?.reason else {
        Issue.record("refused for another reason: \(error.debugDescription)")
        return
      }
    }
  }

  @Test("parameters cut short, extended or with a bit flipped are refused")
  func damage() throws {
    let bytes = try parameters().serialized()
    for count in bytes.indices {
      let error = #expect(throws: WireError.self, "\(count) bytes") {
        try SessionParameters(serialized: Array(bytes.prefix(count)))
      }
      #expect(error?.sender == nil)
    }
    for byte in UInt8.min...UInt8.max {
      #expect(throws: WireError.self) { try SessionParameters(serialized: bytes + [byte]) }
    }
    for bit in 0..<8 * bytes.count {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: WireError.self, "bit \(bit)") { try SessionParameters(serialized: flipped) }
    }
  }

  @Test("mutated parameters are refused or unchanged", arguments: [21, 22] as [UInt64])
  func mutations(seed: UInt64) throws {
    let (one, other) = (try parameters(), try parameters(threshold: 8))
    var mutator = MessageMutator(seed: seed)
    for _ in 0..<2_000 {
      let mutated = try mutator.mutate(one.serialized(), other: other.serialized())
      guard let parsed = try? SessionParameters(serialized: mutated.bytes) else { continue }
      #expect(parsed == one || parsed == other, "\(mutated)")
    }
  }

  /// Field numbers, and values that would be valid but for the digest.
  @Test(
    "other values than those of the digest are refused",
    arguments: [
      (2, .bytes(Array(repeating: 1, count: 32))), (4, .varint(101)), (5, .varint(14)),
      (6, .varint(8)), (7, .varint(999)), (9, .varint(99)), (10, .varint(3)),
      (12, .bytes(Array(repeating: 1, count: 32))), (15, .bytes(Array(repeating: 1, count: 32))),
    ] as [(Int, ProtobufFields.Value)])
  func digestMismatch(field: Int, value: ProtobufFields.Value) throws {
    let bytes = try #require(
      ProtobufFields.editing(try parameters().serialized(), at: [field]) { _ in value })
    let error = #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
    guard case .digestMismatch(let stated, let computed) = error?.reason else {
      Issue.record("refused for another reason: \(error.debugDescription)")
      return
    }
    #expect(stated != computed)
  }

  @Test(
    "absent fields are refused",
    arguments: [
      (2, "session_id"), (3, "threat_model"), (4, "cohort_size"), (5, "degree"), (6, "threshold"),
      (7, "element_count"), (8, "value_bits"), (9, "maximum_contributors"),
      (10, "minimum_contributors"), (11, "mask_cipher"), (12, "application_context"),
      (13, "lane_kind"), (15, "digest"),
    ])
  func missing(field: Int, name: String) throws {
    let bytes = try #require(
      ProtobufFields.editing(try parameters().serialized(), at: [field]) { _ in nil })
    #expect(throws: WireError(sender: nil, reason: .missingField(name))) {
      try SessionParameters(serialized: bytes)
    }
  }

  @Test(
    "values out of range are refused by the name of their field",
    arguments: [
      (3, 9, "threat_model"), (4, 2, "cohort_size"), (4, 1 << 21, "cohort_size"),
      (5, 13, "degree"), (5, 100, "degree"), (6, 1, "threshold"), (6, 13, "threshold"),
      (7, 1 << 33, "element_count"), (7, .max, "element_count"), (8, 1, "value_bits"),
      (8, 17, "value_bits"), (8, 64, "value_bits"), (8, UInt64(UInt32.max), "value_bits"),
      (9, 101, "maximum_contributors"), (9, UInt64(UInt32.max), "maximum_contributors"),
      (10, 1, "minimum_contributors"), (10, 101, "minimum_contributors"), (11, 9, "mask_cipher"),
      (13, 3, "lane_kind"), (13, UInt64(UInt32.max), "lane_kind"),
    ] as [(Int, UInt64, String)])
  func invalid(field: Int, value: UInt64, name: String) throws {
    let bytes = try #require(
      ProtobufFields.editing(try parameters().serialized(), at: [field]) { _ in .varint(value) })
    let error = #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
    #expect(error?.sender == nil)
    guard case .invalidValue(let found, let problem) = error?.reason else {
      Issue.record("refused for another reason: \(error.debugDescription)")
      return
    }
    // So many contributors leave other widths, or none.
    #expect(found == name || (field == 9 && found == "value_bits"))
    #expect(!problem.isEmpty)
  }

  @Test("another version and unknown fields are refused")
  func version() throws {
    let bytes = try parameters().serialized()
    for found in [0, 2] as [UInt64] {
      let edited = try #require(
        ProtobufFields.editing(bytes, at: [1]) { _ in .varint(found) })
      let reason = WireError.Reason.unsupportedVersion(found: UInt32(found))
      #expect(throws: WireError(sender: nil, reason: reason)) {
        try SessionParameters(serialized: edited)
      }
    }
    let extended = try #require(
      ProtobufFields.appending(14, .varint(1), to: bytes, at: []))
    let reason = WireError.Reason.unknownFields(message: "secagg.v1.SessionParameters")
    #expect(throws: WireError(sender: nil, reason: reason)) {
      try SessionParameters(serialized: extended)
    }
  }

  /// What every other field lacks is looked at before the range of any.
  @Test("an element count beyond all integers gives way to an absent field", arguments: [13, 8, 9])
  func presenceBeforeRange(absent: Int) throws {
    let names = [13: "lane_kind", 8: "value_bits", 9: "maximum_contributors"]
    let name = try #require(names[absent])
    for count in [1 << 33, 1 << 63, UInt64.max] {
      let large = try #require(
        ProtobufFields.editing(try parameters().serialized(), at: [7]) { _ in .varint(count) })
      let lacking = try #require(ProtobufFields.editing(large, at: [absent]) { _ in nil })
      #expect(throws: WireError(sender: nil, reason: .missingField(name))) {
        try SessionParameters(serialized: lacking)
      }
      // The layout rule comes before the range of the count.
      let narrow = try #require(ProtobufFields.editing(large, at: [8]) { _ in .varint(17) })
      for (bytes, field) in [(narrow, "value_bits"), (large, "element_count")] {
        let error = #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
        guard case .invalidValue(field, _) = error?.reason else {
          Issue.record("refused for another reason: \(error.debugDescription)")
          return
        }
      }
    }
  }

  @Test("vectors too long for a message are refused before the session starts")
  func tooLongVectors() throws {
    // One lane a word, so that there are more words than 2 GiB hold.
    let large = try parameters(elementCount: 1 << 32, minimumValueBits: 40)
    let limit = (Int(Int32.max) - 1 - 128) / 8
    let reason = WireError.Reason.tooLarge(
      field: "masked_input.words", found: (1 << 32) + 1, atMost: limit)
    #expect(throws: WireError(sender: nil, reason: reason)) { try large.serialized() }
    let small = try parameters(minimumValueBits: 40).serialized()
    let edited = try #require(
      ProtobufFields.editing(small, at: [7]) { _ in .varint(1 << 32) })
    #expect(throws: WireError(sender: nil, reason: reason)) {
      try SessionParameters(serialized: edited)
    }
  }
}
