import FLMath
import Testing

@testable import SecAgg

/// Interpolation at 0 gives the constant term.
@Suite("Lagrange interpolation")
struct LagrangeInterpolationTests {
  /// A polynomial, lowest coefficient first.
  private struct Polynomial {
    let coefficients: [FieldElement]

    init(_ coefficients: [FieldElement]) { self.coefficients = coefficients }

    func callAsFunction(_ point: FieldElement) -> FieldElement {
      coefficients.reversed().reduce(.zero) { $0 * point + $1 }
    }
  }

  private func words(
    _ holders: [ClientID], _ polynomials: [Polynomial],
    by interpolation: LagrangeInterpolation? = nil
  ) throws -> [UInt64] {
    let shares = try holders.map { holder in
      var encoding = HandEncoding()
      for polynomial in polynomials { encoding.word(polynomial(FieldElement(holder)).value) }
      return try SecretShare(bytes: encoding.bytes)
    }
    let secret = (interpolation ?? LagrangeInterpolation(holders: holders)).secret(from: shares)
    return secret.withWords { words in words.indices.map { words[$0] } }
  }

  @Test(
    "an interpolation through all holders but some", arguments: [(5, 1), (5, 2), (40, 1), (40, 13)])
  func through(count: Int, goneCount: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(count + goneCount))
    for trial in 0..<20 {
      var ids: Set<UInt32> = []
      while ids.count < count { ids.insert(UInt32(1 + generator.next() % (1 << 20))) }
      let holders = try ids.sorted().map { try #require(ClientID($0)) }
      let gone = Set(holders.shuffled(using: &generator).prefix(goneCount))
      let remaining = holders.filter { !gone.contains($0) }
      let polynomials = try (0..<5).map { _ in
        Polynomial(
          try (0..<remaining.count).map { _ in try FieldElementTests.random(&generator) })
      }
      #expect(
        try words(
          remaining, polynomials, by: LagrangeInterpolation(holders: holders).through(remaining))
          == polynomials.map { $0(.zero).value }, "trial \(trial)")
    }
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
