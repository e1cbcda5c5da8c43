import FLMath
import Testing

@testable import SecAgg

/// Interpolation at 0 gives the constant term.
@Suite("Lagrange interpolation")
struct LagrangeInterpolationTests {
  private func words(
    _ holders: [ClientID], _ polynomials: [Polynomial]
  ) throws -> [UInt64] {
    let shares = try holders.map { holder in
      var encoding = HandEncoding()
      for polynomial in polynomials { encoding.word(polynomial(FieldElement(holder)).value) }
      return try SecretShare(bytes: encoding.bytes)
    }
    let secret = LagrangeInterpolation(holders: holders).secret(from: shares)
    return secret.withWords { words in words.indices.map { words[$0] } }
  }

  /// 5 + 3x + 2x^2 is 10, 19 and 32 at 1, 2 and 3.
  @Test("a parabola by hand")
  func parabola() throws {
    let holders = try [1, 2, 3].map { try client($0) }
    let shares = try [UInt64(10), 19, 32].map { value in
      var encoding = HandEncoding()
      for factor in UInt64(1)...5 { encoding.word(value * factor) }
      return try SecretShare(bytes: encoding.bytes)
    }
    let secret = LagrangeInterpolation(holders: holders).secret(from: shares)
    let words = secret.withWords { words in words.indices.map { words[$0] } }
    #expect(words == [5, 10, 15, 20, 25])
  }

  /// Ids up to 2^20, of any cohort; a single larger one takes the path that any id may take.
  @Test(
    "random polynomials at random ids",
    arguments: [1, 2, 3, 5, 6, 7, 11, 12, 13, 40, 61, 130], [UInt64(200), 1 << 20, 1 << 32])
  func random(count: Int, below limit: UInt64) throws {
    var generator = SimulationGenerator(seed: UInt64(count) ^ limit)
    for trial in 0..<5 {
      let polynomials = try (0..<5).map { _ in
        Polynomial(try (0..<count).map { _ in try FieldElementTests.random(&generator) })
      }
      var ids: Set<UInt32> = limit == 1 << 20 ? [1 << 20] : []
      while ids.count < count { ids.insert(UInt32(1 + generator.next() % (limit - 1))) }
      let holders = try ids.map { try #require(ClientID($0)) }
      #expect(
        try words(holders, polynomials) == polynomials.map { $0(.zero).value },
        "seed \(UInt64(count) ^ limit), trial \(trial)")
    }
  }

  @Test("the largest shares at the largest ids, more than are summed before a reduction")
  func extremes() throws {
    let largest = try FieldElementTests.element(FieldElementTests.prime - 1)
    for last in [UInt32(1 << 20), .max] {
      let holders = try (0..<200).map { try #require(ClientID(last - $0)) }
      let constant = [Polynomial](repeating: Polynomial([largest]), count: 5)
      #expect(
        try words(holders, constant) == [UInt64](repeating: largest.value, count: 5))
    }
  }
}
