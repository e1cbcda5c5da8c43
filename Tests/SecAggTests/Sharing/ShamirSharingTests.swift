import FLMath
import Testing

@testable import SecAgg

/// Any t of n shares give the secret.
@Suite("Shamir sharing")
struct ShamirSharingTests {
  /// The share of a holder as it would be revealed.
  static func share(
    of sharing: borrowing ShamirSharing, for holder: ClientID
  ) throws -> SecretShare {
    var words = [UInt64](repeating: 0, count: 5)
    var span = words.mutableSpan
    sharing.writeShare(for: holder, to: &span, at: 0)
    var encoding = HandEncoding()
    for word in words { encoding.word(UInt64(littleEndian: word)) }
    return try SecretShare(bytes: encoding.bytes)
  }

  static func shares(
    of sharing: borrowing ShamirSharing, for holders: [ClientID]
  ) throws -> [SecretShare] {
    var shares: [SecretShare] = []
    for holder in holders { shares.append(try share(of: sharing, for: holder)) }
    return shares
  }

  private func recovered(_ holders: [ClientID], _ shares: [SecretShare]) -> [UInt8] {
    let interpolation = LagrangeInterpolation(holders: holders)
    return OctetString.of(interpolation.secret(from: shares))
  }

  @Test("every subset of t of 7 shares", arguments: 1...7)
  func everySubset(threshold: Int) throws {
    let holders = ClientID.all(cohortSize: 7)
    let secret = ShamirSharing.randomSecret()
    let expected = OctetString.of(secret)
    let sharing = ShamirSharing(of: secret, threshold: threshold)
    let shares = try Self.shares(of: sharing, for: holders)
    for subset in 0..<128 {
      let chosen = holders.indices.filter { subset >> $0 & 1 == 1 }
      let found = recovered(chosen.map { holders[$0] }, chosen.map { shares[$0] })
      // More than enough are as good; fewer give another value, but for once in 2^305.
      if !chosen.isEmpty { #expect((found == expected) == (chosen.count >= threshold)) }
    }
  }

  @Test("random thresholds and holders, in any order")
  func random() throws {
    var generator = SimulationGenerator(seed: 305)
    for trial in 0..<40 {
      let threshold = 1 + Int(generator.next() % 60)
      var numbers: Set<UInt32> = [1, .max]
      while numbers.count < threshold + 3 {
        numbers.insert(UInt32(truncatingIfNeeded: generator.next()) | 1)
      }
      let holders = try numbers.shuffled(using: &generator).prefix(threshold)
        .map { try #require(ClientID($0)) }
      let secret = ShamirSharing.randomSecret()
      let expected = OctetString.of(secret)
      let sharing = ShamirSharing(of: secret, threshold: threshold)
      let shares = try Self.shares(of: sharing, for: holders)
      #expect(recovered(holders, shares) == expected, "seed 305, trial \(trial)")
    }
  }

  @Test("secrets and coefficients are fresh field elements")
  func elements() {
    var seen: Set<UInt64> = []
    for _ in 0..<100 {
      let secret = ShamirSharing.randomElements(20)
      let words = secret.withWords { words in words.indices.map { words[$0] } }
      for word in words { #expect(word < FieldElementTests.prime) }
      seen.formUnion(words)
    }
    // Two of 2,000 uniform elements are equal once in 2^40.
    #expect(seen.count == 2000)
  }

  @Test("a share is written at its offset and nowhere else")
  func offset() throws {
    let sharing = ShamirSharing(of: ShamirSharing.randomSecret(), threshold: 3)
    let holder = try #require(ClientID(9))
    var words = [UInt64](repeating: .max, count: 15)
    var span = words.mutableSpan
    sharing.writeShare(for: holder, to: &span, at: 6)
    #expect(words[..<6].allSatisfy { $0 == .max })
    #expect(words[11...].allSatisfy { $0 == .max })
    let share = try Self.share(of: sharing, for: holder)
    #expect(words[6..<11].map { UInt64(littleEndian: $0) } == (0..<5).map { share[$0].value })
  }
}
