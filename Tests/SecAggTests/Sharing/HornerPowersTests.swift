import FLMath
import Testing

@testable import SecAgg

/// Steps of Horner's rule that are not reduced stay below 2^63 and right.
@Suite("Horner's rule")
struct HornerPowersTests {
  private static let prime = UInt128(FieldElementTests.prime)
  private static let sums = FieldElementTests.edges + [(1 << 63) - 1, 1 << 62]

  @Test("one coefficient", arguments: [UInt32(1), 2, 1000, 1 << 20, .max])
  func single(id: UInt32) throws {
    let powers = HornerPowers(of: try #require(ClientID(id)))
    for sum in Self.sums {
      for coefficient in FieldElementTests.edges {
        let next = powers.step(sum, coefficient)
        #expect(next < 1 << 63)
        let expected = (UInt128(sum) * UInt128(id) + UInt128(coefficient)) % Self.prime
        #expect(UInt128(next) % Self.prime == expected, "\(sum), \(coefficient)")
      }
    }
  }

  @Test("three coefficients", arguments: [UInt32(1), 2, 1000, 1 << 20, .max])
  func triple(id: UInt32) throws {
    let powers = HornerPowers(of: try #require(ClientID(id)))
    let x = UInt128(id) % Self.prime
    let (x2, x3) = (x * x % Self.prime, x * x % Self.prime * x % Self.prime)
    var generator = SimulationGenerator(seed: UInt64(id))
    let largest = FieldElementTests.prime - 1
    var coefficients = [[largest, largest, largest], [0, 0, 0], [largest, 0, 1]]
    for _ in 0..<50 { coefficients.append((0..<3).map { _ in generator.next() & largest }) }
    for sum in Self.sums {
      for c in coefficients {
        let next = powers.tripleStep(sum, c[0], c[1], c[2])
        #expect(next < 1 << 63)
        let expected =
          (UInt128(sum) % Self.prime * x3 + UInt128(c[0]) * x2 + UInt128(c[1]) * x
            + UInt128(c[2])) % Self.prime
        #expect(UInt128(next) % Self.prime == expected, "seed \(id), \(sum), \(c)")
      }
    }
  }
}
