import FLMath
import Testing

@testable import SecAgg

/// Interpolation at 0 gives the constant term.
@Suite("Lagrange interpolation")
struct LagrangeInterpolationTests {
  private func words(
    _ points: [FieldElement], _ polynomials: [Polynomial]
  ) throws -> [UInt64] {
    let shares = try points.map { point in
      var encoding = HandEncoding()
      for polynomial in polynomials { encoding.word(polynomial(point).value) }
      return try SecretShare(bytes: encoding.bytes)
    }
    let secret = LagrangeInterpolation(points: points).secret(from: shares)
    return secret.withWords { words in words.indices.map { words[$0] } }
  }

  /// 5 + 3x + 2x^2 is 10, 19 and 32 at 1, 2 and 3.
  @Test("a parabola by hand")
  func parabola() throws {
    let points = try [1, 2, 3].map(FieldElementTests.element)
    let shares = try [UInt64(10), 19, 32].map { value in
      var encoding = HandEncoding()
      for factor in UInt64(1)...5 { encoding.word(value * factor) }
      return try SecretShare(bytes: encoding.bytes)
    }
    let secret = LagrangeInterpolation(points: points).secret(from: shares)
    let words = secret.withWords { words in words.indices.map { words[$0] } }
    #expect(words == [5, 10, 15, 20, 25])
  }

  @Test("random polynomials at random points", arguments: [1, 2, 3, 10, 40])
  func random(count: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(count))
    for trial in 0..<10 {
      let polynomials = try (0..<5).map { _ in
        Polynomial(try (0..<count).map { _ in try FieldElementTests.random(&generator) })
      }
      var values: Set<UInt64> = []
      while values.count < count {
        values.insert(1 + generator.next() % (FieldElementTests.prime - 1))
      }
      let points = try values.map(FieldElementTests.element)
      #expect(
        try words(points, polynomials) == polynomials.map { $0(.zero).value },
        "seed \(count), trial \(trial)")
    }
  }
}
