import FLMath
import Testing

@testable import SecAgg

/// The files other than transcripts, and the inputs that they were written with.
enum PieceVectors {
  static let digests = VectorFile<DigestVector>(
    name: "session-digests",
    about: "Session parameters, their canonical encoding, its digest, the protobuf message."
  ) {
    let context = Hex(SessionParameters.applicationContext(of: Array("test vectors".utf8)))
    return try [
      (3, 2, 2, 1, 16, 3, LaneKind.unsigned), (100, 12, 7, 650, 16, 100, .unsigned),
      (100, 99, 50, 7, 58, 60, .unsigned), (100, 12, 7, 1024, 17, 100, .signed),
      (9, 8, 5, 8, 33, 9, .signed),
    ].map {
      (
        cohort: Int, degree: Int, threshold: Int, elements: Int, bits: Int, maximum: Int,
        kind: LaneKind
      ) in
      let lanes = try ElementLanes(
        kind, minimumValueBits: bits, maximumContributors: maximum)
      return ParametersRecord(
        sessionId: .fixed("digest \(cohort) \(degree)"),
        threatModel: degree == 12 ? 2 : 1, cohortSize: cohort, degree: degree,
        threshold: threshold, elementCount: elements, valueBits: lanes.valueBits,
        maximumContributors: maximum, minimumContributors: 2,
        laneKind: kind.rawValue, maskCipher: 1,
        applicationContext: context)
    }
  }

  static let graphs = VectorFile<GraphVector>(
    name: "graphs",
    about: "Roster commitment -> permutation -> neighbours of every rank, endorsers; ranks from 0."
  ) {
    [(3, 2), (5, 4), (6, 4), (9, 2), (9, 4), (16, 6), (33, 8), (600, 2)].map {
      GraphVector.Input(
        commitment: .fixed("graph \($0) \($1)"), rosterSize: $0, degree: $1)
    }
  }

  static let rosters = VectorFile<RosterVector>(
    name: "rosters",
    about: "Advertisements in id order -> roster commitment and inclusion proofs."
  ) {
    try [(1, false), (2, false), (3, true), (4, true), (5, false), (7, true), (13, true)].map {
      count, isSigned in
      RosterVector.Input(
        session: .fixed("roster \(count)"),
        clients: try (1...count).map { number in
          let name = "roster \(count), client \(number)"
          return RosterVector.Client(
            id: UInt32(3 * number - 1), sealingKey: try publicKey(name + ", sealing key"),
            maskKey: try publicKey(name + ", mask key"),
            signature: isSigned ? .fixed(name + ", no real signature", count: 64) : nil)
        })
    }
  }

  private static func publicKey(_ text: String) throws -> Hex {
    Hex(try KeyPair(privateKey: Hex.fixed(text).secret).publicKey.bytes)
  }

  static let sharing = VectorFile<SharingVector>(
    name: "sharing",
    about: "Coefficients -> shares."
  ) {
    [
      (1, [7]), (2, [1, 2]), (2, [3, 1_048_576, 9, 5]), (3, [1, 2, 3, 4, 5, 6, 7]),
      (5, [2, 4, 8, 16, 32]),
    ].map { (threshold: Int, holders: [UInt32]) in
      SharingVector.Input(
        threshold: threshold,
        coefficients: .fixedElements(
          "sharing \(threshold) \(holders.count)", count: 5 * threshold),
        holders: holders)
    }
  }

  static let masks = VectorFile<MaskVector>(
    name: "masks",
    about: "Packing and mask expansion for lanes of 32, 64, 21 and 12 bits, and signed ones."
  ) {
    let unsigned = try [
      (25, 100, 21, 7, MaskCipher.chacha20), (40, 100, 9, 8, .chacha20),
      (18, 8, 10, 513, .chacha20),
      (10, 4, 11, 1, .chacha20), (25, 100, 21, 7, .aes256ctr), (18, 8, 10, 513, .aes256ctr),
      (10, 4, 11, 1, .aes256ctr),
    ].map { bits, contributors, count, offset, cipher in
      let lanes = try UnsignedLanes(minimumValueBits: bits, maximumContributors: contributors)
      let largest = lanes.maximumSum(contributors: 1)
      let elements = Hex.fixed("mask \(bits), vector", count: 8 * count).words.map { $0 & largest }
      return MaskVector.Input(
        seed: .fixed("mask \(bits), seed"), minimumValueBits: bits,
        maximumContributors: contributors, laneKind: LaneKind.unsigned.rawValue,
        elements: (elements.dropLast() + [largest]).map { String($0) },
        maskCipher: cipher.rawValue, offset: UInt64(offset))
    }
    let signed = try [(16, 10), (20, 8), (12, 11), (33, 5), (2, 70)].map { bits, count in
      let lanes = try SignedLanes(minimumBits: bits, maximumContributors: 100)
      let unused = Int64(64 - lanes.bits)
      let elements = Hex.fixed("signed mask \(bits), vector", count: 8 * count).words.map {
        Int64(bitPattern: $0) >> unused
      }
      // The extremes side by side: each borrows, or not, from its neighbour.
      let extremes = [
        lanes.range.lowerBound, lanes.range.lowerBound, lanes.range.upperBound - 1, -1,
      ]
      return MaskVector.Input(
        seed: .fixed("signed mask \(bits), seed"), minimumValueBits: bits,
        maximumContributors: 100, laneKind: LaneKind.signed.rawValue,
        elements: (extremes + elements.dropFirst(extremes.count)).map { String($0) },
        maskCipher: MaskCipher.chacha20.rawValue, offset: 3)
    }
    return unsigned + signed
  }

  static let rotation = VectorFile<RotationVector>(
    name: "rotation",
    about: "Session digest and vector -> seed, signs and rotated vector, of private averaging."
  ) {
    [1, 8, 9, 100, 130].map { count in
      RotationVector.Input(
        session: .fixed("rotation \(count), session"),
        elements: Hex.fixed("rotation \(count), vector", count: 8 * count).words.map {
          String(Int64(bitPattern: $0) >> 44)
        })
    }
  }

  static let publicKeys = VectorFile<PublicKeyVector>(
    name: "public-keys",
    about: "32 bytes -> whether they are an acceptable X25519 public key."
  ) {
    func plus(_ base: [UInt8], _ low: UInt8) -> Hex { Hex([low] + base.dropFirst()) }
    let prime = [UInt8(0xed)] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    let zero = [UInt8](repeating: 0, count: 32)
    let order8 = [
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ]
    return [
      .init(about: "the base point", bytes: plus(zero, 9)),
      .init(about: "2, on the twist", bytes: plus(zero, 2)),
      .init(about: "p - 2, canonical", bytes: plus(prime, 0xeb)),
      .init(about: "0", bytes: Hex(zero)), .init(about: "1", bytes: plus(zero, 1)),
      .init(about: "p - 1", bytes: plus(prime, 0xec)),
      .init(about: "one point of order 8", bytes: Hex(OctetString.hex(order8[0]))),
      .init(about: "the other point of order 8", bytes: Hex(OctetString.hex(order8[1]))),
      .init(about: "p", bytes: Hex(prime)), .init(about: "p + 1", bytes: plus(prime, 0xee)),
      .init(about: "2^255 - 1", bytes: plus(prime, 0xff)),
      .init(about: "the base point with the top bit", bytes: Hex([9] + zero.dropLast(2) + [0x80])),
      .init(about: "31 bytes", bytes: Hex(Array(zero.dropLast()))),
    ]
  }
}
