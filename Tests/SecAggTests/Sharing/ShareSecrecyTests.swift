import FLMath
import Testing

@testable import SecAgg

/// Fewer than t shares say nothing of the secret.
@Suite("Secrecy of shares")
struct ShareSecrecyTests {
  private func share(repeating element: FieldElement) throws -> SecretShare {
    var encoding = HandEncoding()
    for _ in 0..<5 { encoding.word(element.value) }
    return try SecretShare(bytes: encoding.bytes)
  }

  private func secret(at points: [FieldElement], _ values: [FieldElement]) throws -> FieldElement {
    let holders = try points.map { try client(Int($0.value)) }
    let secret = LagrangeInterpolation(holders: holders).secret(
      from: try values.map { try share(repeating: $0) })
    let word = secret.withWords { $0[0] }
    return try FieldElementTests.element(word)
  }

  /// Given t - 1 values, the secret is an affine function of the value at any further point, with a
  /// slope that is not zero: a bijection. Each candidate is reached by exactly one value there.
  @Test("t - 1 shares are consistent with every secret", arguments: 2...9)
  func consistentWithEverySecret(threshold: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(threshold))
    for trial in 0..<20 {
      let points = try (1...UInt64(threshold)).map { try FieldElementTests.element(7 * $0) }
      let known = try (1..<threshold).map { _ in try FieldElementTests.random(&generator) }
      let atZero = try secret(at: points, known + [.zero])
      let slope = try secret(at: points, known + [.one]) - atZero
      #expect(slope != .zero, "seed \(threshold), trial \(trial)")
      for candidate in try [.zero, .one, FieldElementTests.random(&generator)] {
        let last = (candidate - atZero) * slope.inverse
        #expect(
          try secret(at: points, known + [last]) == candidate,
          "seed \(threshold), trial \(trial)")
      }
    }
  }

  /// One holder's shares of one secret in many sharings: five words, of which the lower 7 bytes take
  /// 256 values and the highest 32.
  @Test("a share of a fixed secret is uniform", arguments: [UInt8(0), 1])
  func uniform(secretByte: UInt8) throws {
    let secret = SecretBytes(copying: [UInt8](repeating: secretByte, count: 40))
    let holder = try #require(ClientID(3))
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 40)
    for _ in 0..<4000 {
      let sharing = ShamirSharing(of: secret, threshold: 2)
      let bytes = try ShamirSharingTests.share(of: sharing, for: holder).bytes
      for (place, byte) in bytes.enumerated() { counts[place][Int(byte)] += 1 }
    }
    for (place, counts) in counts.enumerated() {
      let isTop = place % 8 == 7
      #expect(ChiSquare.areUniform(isTop ? Array(counts[..<32]) : counts), "byte \(place)")
      if isTop { #expect(counts[32...].allSatisfy { $0 == 0 }) }
    }
  }

  /// The lowest 4 bits of two shares together: 256 values.
  @Test("two shares of a fixed secret are uniform together when three are needed")
  func pairsUniform() throws {
    let secret = SecretBytes(copying: [UInt8](repeating: 0, count: 40))
    let holders = ClientID.all(cohortSize: 2)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 5)
    for _ in 0..<4000 {
      let sharing = ShamirSharing(of: secret, threshold: 3)
      let shares = try ShamirSharingTests.shares(of: sharing, for: holders)
      for word in 0..<5 {
        counts[word][Int(shares[0][word].value & 15 | (shares[1][word].value & 15) << 4)] += 1
      }
    }
    for (word, counts) in counts.enumerated() {
      #expect(ChiSquare.areUniform(counts), "word \(word)")
    }
  }

  @Test("the statistic notices shares that are the secret itself")
  func noticesThresholdOne() throws {
    let secret = SecretBytes(copying: [UInt8](repeating: 1, count: 40))
    let holder = try #require(ClientID(3))
    var bytes: [UInt8] = []
    for _ in 0..<100 {
      let sharing = ShamirSharing(of: secret, threshold: 1)
      bytes += try ShamirSharingTests.share(of: sharing, for: holder).bytes
    }
    #expect(!ChiSquare.areUniform(ChiSquare.histogram(of: bytes)))
  }
}
