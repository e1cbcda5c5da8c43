import FLMath
import Foundation
import Testing

/// Tails against exact rational numbers, and against values of 60 digits where numbers are large.
@Suite("Hypergeometric distribution")
struct HypergeometricDistributionTests {
  /// Pascal's triangle; row 62 still fits 64 bits.
  private static let binomials: [[UInt64]] = {
    var rows: [[UInt64]] = [[1]]
    for _ in 1...62 {
      let last = rows[rows.count - 1]
      rows.append([1] + zip(last, last.dropFirst()).map { $0 + $1 } + [1])
    }
    return rows
  }()

  private func binomial(_ n: Int, _ k: Int) -> UInt64 {
    k >= 0 && k <= n ? Self.binomials[n][k] : 0
  }

  /// log2(numerator / denominator), with an error far below 10^-12.
  private func logarithm(_ numerator: UInt64, _ denominator: UInt64) -> Double {
    // Near 1 the difference counts, and it is exact.
    2 * numerator > denominator
      ? log1p(-Double(denominator - numerator) / Double(denominator)) / log(2)
      : log2(Double(numerator)) - log2(Double(denominator))
  }

  private func expectEqual(
    _ found: LogProbability, _ expected: Double, _ comment: @autoclosure () -> String
  ) {
    // A relative error of 10^-12 of the probability.
    #expect(
      found.log2 == expected || abs(found.log2 - expected) < 1.5e-12, "\(comment()): \(found.log2)")
  }

  @Test("every term and tail of small populations is exact", arguments: [1, 2, 3, 7, 16, 33, 60])
  func small(population: Int) {
    for marked in 0...population {
      for draws in Set([0, 1, 2, population / 3, population / 2, population - 1, population])
      where draws <= population {
        let distribution = HypergeometricDistribution(
          population: population, marked: marked, draws: draws)
        let all = binomial(population, draws)
        let terms = (0...draws).map {
          binomial(marked, $0) * binomial(population - marked, draws - $0)
        }
        for x in -1...draws + 1 {
          let term = terms.indices.contains(x) ? terms[x] : 0
          let below = terms.prefix(max(0, x)).reduce(0, +)
          let above = terms.dropFirst(x + 1).reduce(0, +)
          let name = "\(population) \(marked) \(draws) \(x)"
          expectEqual(distribution.probability(of: x), logarithm(term, all), name)
          expectEqual(distribution.lowerTail(below: x), logarithm(below, all), name)
          expectEqual(distribution.upperTail(above: x), logarithm(above, all), name)
        }
      }
    }
  }

  /// Exact integers, their logarithms with 60 digits, by Python's `math.comb` and mpmath.
  @Test(
    "tails of large populations",
    arguments: [
      (1_000, 50, 30, 15, -46.421314004980176052, -1.5309696641219916948e-14),
      (10_000, 500, 60, 25, -59.620307903156627861, -1.6280716330961289137e-18),
      (1_000_000, 50_000, 70, 20, -35.793343265670549136, -2.4227275108746735199e-11),
      (1_000_000, 330_000, 300, 180, -71.442205421069667195, -4.497050357972250351e-22),
      (100_000, 33_000, 2_000, 1_000, -186.97040563473141665, -7.5071335416193582841e-57),
      (1_000_000, 500_000, 1_000, 400, -1.9286227569045383862e-10, -32.800476345436969515),
      (5_000, 2_500, 2_500, 1_400, -56.845603515683331103, -1.114147677005448578e-17),
    ])
  func large(
    population: Int, marked: Int, draws: Int, x: Int, above: Double, notAbove: Double
  ) {
    let distribution = HypergeometricDistribution(
      population: population, marked: marked, draws: draws)
    // 10^-11 in the logarithm is a relative error of 7 * 10^-12 of the probability.
    #expect(abs(distribution.upperTail(above: x).log2 - above) < 1e-11)
    #expect(abs(distribution.lowerTail(below: x + 1).log2 - notAbove) < 1e-11)
    // Logarithms of probabilities near 1 keep their digits, too.
    if above > -1 { #expect(abs(distribution.upperTail(above: x).log2 / above - 1) < 1e-9) }
    if notAbove > -1 {
      #expect(abs(distribution.lowerTail(below: x + 1).log2 / notAbove - 1) < 1e-9)
    }
  }

  @Test("probabilities below the least Double keep their logarithm")
  func underflow() {
    let distribution = HypergeometricDistribution(
      population: 1_000_000, marked: 500_000, draws: 100_000)
    let tail = distribution.upperTail(above: 90_000)
    #expect(tail.log2 < -50_000 && tail.log2.isFinite)
    #expect(tail.value == 0)
    #expect(tail > .zero)
  }

  @Test("marked and drawn change places, marked and unmarked too")
  func symmetry() {
    for (population, marked, draws, x) in [(1000, 50, 200, 31), (99_999, 777, 4_321, 60)] {
      let tail = HypergeometricDistribution(
        population: population, marked: marked, draws: draws
      ).upperTail(above: x)
      let swapped = HypergeometricDistribution(
        population: population, marked: draws, draws: marked
      ).upperTail(above: x)
      let unmarked = HypergeometricDistribution(
        population: population, marked: population - marked, draws: draws
      ).lowerTail(below: draws - x)
      #expect(abs(tail.log2 - swapped.log2) < 1e-11)
      #expect(abs(tail.log2 - unmarked.log2) < 1e-11)
    }
  }
}
