import FLMath
import Testing

@testable import SecAgg

/// Parameters written to a stored state and read back.
@Suite("Encoding of session parameters")
struct SessionEncodingTests {
  private func encoding(of parameters: SessionParameters) -> [UInt8] {
    var writer = ByteWriter()
    parameters.write(to: &writer)
    return writer.bytes
  }

  private func decoded(_ bytes: [UInt8]) throws(StoredStateError) -> SessionParameters {
    try ByteReader.reading(bytes.span) { (reader) throws(StoredStateError) -> SessionParameters in
      try SessionParameters(from: &reader)
    }
  }

  private func parameters(
    _ kind: LaneKind = .unsigned, minimumValueBits: Int = 16, maximumContributors: Int = 9
  ) throws -> SessionParameters {
    try SessionParameters(
      cohortSize: 9, degree: 4, threshold: 3,
      layout: VectorLayout(
        elementCount: 11,
        lanes: ElementLanes(
          kind, minimumValueBits: minimumValueBits, maximumContributors: maximumContributors)),
      minimumContributors: 2, applicationContext: SessionParameters.applicationContext(of: [1]))
  }

  /// All widths that lanes can have, the single lane of 63 bits included.
  @Test("what was written is read", arguments: 2...62)
  func roundTrip(minimumValueBits: Int) throws {
    for kind in LaneKind.allCases {
      for maximumContributors in [2, 3, 4, 9] {
        guard
          let parameters = try? parameters(
            kind, minimumValueBits: minimumValueBits, maximumContributors: maximumContributors)
        else { continue }
        let back = try decoded(encoding(of: parameters))
        let comment: Comment = "\(kind), \(minimumValueBits) bits, up to \(maximumContributors)"
        #expect(back == parameters, comment)
        #expect(back.digest == parameters.digest, comment)
        #expect(back.layout.lanes.kind == kind, comment)
      }
    }
  }

  @Test("cut short anywhere it is refused")
  func truncated() throws {
    let bytes = encoding(of: try parameters())
    for count in bytes.indices {
      #expect {
        try decoded(Array(bytes.prefix(count)))
      } throws: { error in
        if case StoredStateError.truncated(_, found: count) = error { true } else { false }
      }
    }
  }

  @Test("bytes behind it are refused", arguments: [1, 2, 8])
  func trailing(count: Int) throws {
    let bytes = encoding(of: try parameters()) + [UInt8](repeating: 0, count: count)
    #expect(throws: StoredStateError.trailingBytes(count)) { try decoded(bytes) }
  }

  /// A field that says something else is refused or makes other parameters, whose encoding is
  /// exactly what was read: no two encodings are of the same parameters.
  @Test("whatever is accepted is written again as it was read")
  func canonical() throws {
    let parameters = try parameters()
    let bytes = encoding(of: parameters)
    var accepted = 0
    for place in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << UInt8(bit)
        guard let found = try? decoded(changed) else { continue }
        accepted += 1
        #expect(encoding(of: found) == changed, "byte \(place), bit \(bit)")
        #expect(found.digest != parameters.digest, "byte \(place), bit \(bit)")
      }
    }
    // Every bit of the session id and of the context is free.
    #expect(accepted >= 512)
  }

  /// Where the counts stand: behind the session id and the threat model.
  @Test("huge counts are refused", arguments: 0..<7)
  func hugeCounts(field: Int) throws {
    for value in [UInt64.max, 1 << 63, 1 << 40] {
      var bytes = encoding(of: try parameters())
      for index in 0..<8 { bytes[33 + 8 * field + index] = UInt8(value >> UInt64(8 * index) & 255) }
      #expect {
        try decoded(bytes)
      } throws: { error in
        if case StoredStateError.invalidField = error { true } else { false }
      }
    }
  }

  @Test("unknown threat models, lane kinds and ciphers are refused", arguments: [UInt8(0), 3, 255])
  func unknownEnumerations(value: UInt8) throws {
    var bytes = encoding(of: try parameters())
    let kind = 32 + 1 + 7 * 8
    let cipher = kind + 1
    #expect((bytes[32], bytes[kind], bytes[cipher]) == (1, 1, 1))
    bytes[32] = value
    #expect(throws: StoredStateError.invalidField("threat model")) { try decoded(bytes) }
    bytes[32] = 1
    bytes[kind] = value
    #expect(throws: StoredStateError.invalidField("lane kind")) { try decoded(bytes) }
    bytes[kind] = 1
    bytes[cipher] = value
    #expect(throws: StoredStateError.invalidField("mask cipher")) { try decoded(bytes) }
  }
}
