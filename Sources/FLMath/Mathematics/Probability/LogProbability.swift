internal import RealModule

/// A probability, stored as its logarithm. A `Double` cannot hold 2^-2000, but it can hold the logarithm.
public struct LogProbability: Sendable, Hashable {
  /// The logarithm to base 2: at most 0, and minus infinity for what cannot happen.
  public let log2: Double

  /// A probability of its logarithm to base 2. Bounds may come out above 1, which says no more
  /// than 1 does.
  package init(log2: Double) {
    self.log2 = min(log2, 0)
  }

  /// The probability of what cannot happen.
  package static let zero = LogProbability(log2: -.infinity)

  /// The probability of what is certain to happen.
  package static let certain = LogProbability(log2: 0)

  /// The probability itself, from 0 to 1. Below about 2^-1074 it is 0, whatever `log2` says.
  public var value: Double { Double.exp2(log2) }

  /// A bound for the probability that at least one of `count` events of this probability happens:
  /// `count` times as much (Boole's inequality).
  package func unionBound(over count: Double) -> LogProbability {
    LogProbability(log2: count > 0 ? log2 + Double.log2(count) : -.infinity)
  }

  /// The probability that two independent events happen.
  package static func * (left: LogProbability, right: LogProbability) -> LogProbability {
    LogProbability(log2: left.log2 + right.log2)
  }

  /// A bound for the probability that at least one of two events happens: the sum.
  package static func + (left: LogProbability, right: LogProbability) -> LogProbability {
    let (larger, smaller) = (max(left.log2, right.log2), min(left.log2, right.log2))
    guard smaller > -.infinity else { return LogProbability(log2: larger) }
    let excess = Double.log(onePlus: Double.exp2(smaller - larger)) / Double.log(2)
    return LogProbability(log2: larger + excess)
  }
}

extension LogProbability: Comparable {
  /// Orders by probability.
  public static func < (left: LogProbability, right: LogProbability) -> Bool {
    left.log2 < right.log2
  }
}

extension LogProbability: CustomStringConvertible {
  /// `2^-41.3`; `0` for what cannot happen.
  public var description: String {
    guard log2 > -.infinity else { return "0" }
    return "2^\((log2 * 10).rounded() / 10)"
  }
}

/// How many marked ones are among `draws` drawn without replacement from a population.
///
/// Tails are sums of their terms, started at the largest one, so that they are accurate to about
/// twelve digits however small they are.
package struct HypergeometricDistribution: Sendable {
  package let population: Int
  package let marked: Int
  package let draws: Int

  /// - Precondition: 0 <= `marked`, `draws` <= `population` <= 2^32. Callers have validated what
  ///   came from outside.
  package init(population: Int, marked: Int, draws: Int) {
    precondition(population <= 1 << 32, "the population is larger than 2^32")
    precondition(0 <= marked && marked <= population, "more are marked than there are")
    precondition(0 <= draws && draws <= population, "more are drawn than there are")
    self.population = population
    self.marked = marked
    self.draws = draws
  }

  /// The numbers of marked ones that can be drawn.
  package var support: ClosedRange<Int> {
    max(0, draws + marked - population)...min(draws, marked)
  }

  /// A most probable number.
  private var mode: Int {
    Int((Double(draws) + 1) * (Double(marked) + 1) / (Double(population) + 2))
  }

  /// The probability that exactly `x` are marked.
  ///
  /// Complexity: O(1).
  package func probability(of x: Int) -> LogProbability {
    LogProbability(log2: naturalLogarithm(of: x) / Double.log(2))
  }

  /// The probability that more than `x` are marked.
  ///
  /// Complexity: O(1) far from the mean, O(standard deviation) near it.
  package func upperTail(above x: Int) -> LogProbability {
    LogProbability(log2: naturalLogarithm(above: x) / Double.log(2))
  }

  /// The probability that fewer than `x` are marked.
  ///
  /// Complexity: O(1) far from the mean, O(standard deviation) near it.
  package func lowerTail(below x: Int) -> LogProbability {
    LogProbability(log2: naturalLogarithm(below: x) / Double.log(2))
  }

  private func naturalLogarithm(of x: Int) -> Double {
    guard support.contains(x) else { return -.infinity }
    guard support.count > 1 else { return 0 }
    // Marked and unmarked ones that are each drawn with the probability draws / population, given
    // that as many are drawn as are: any probability would do, this one keeps all terms small.
    let success = Double(draws) / Double(population)
    let failure = Double(population - draws) / Double(population)
    func binomial(_ x: Int, of trials: Int) -> Double {
      BinomialLogarithm.probability(of: x, trials: trials, success: success, failure: failure)
    }
    return binomial(x, of: marked) + binomial(draws - x, of: population - marked)
      - binomial(draws, of: population)
  }

  private func naturalLogarithm(above x: Int) -> Double {
    let first = x + 1
    if first <= support.lowerBound { return 0 }
    if first > support.upperBound { return -.infinity }
    // On this side of the mode the other tail is the shorter sum, and not near 1.
    if first <= mode { return complement(naturalLogarithm(below: first)) }
    return naturalLogarithm(of: first)
      + Double.log(sum(from: first, to: support.upperBound, step: 1, ratio: ratioUpwards))
  }

  private func naturalLogarithm(below x: Int) -> Double {
    let first = x - 1
    if first >= support.upperBound { return 0 }
    if first < support.lowerBound { return -.infinity }
    if first >= mode { return complement(naturalLogarithm(above: first)) }
    return naturalLogarithm(of: first)
      + Double.log(sum(from: first, to: support.lowerBound, step: -1) { 1 / ratioUpwards($0 - 1) })
  }

  /// The logarithm of 1 - p, given that of p.
  private func complement(_ logarithm: Double) -> Double {
    Double.log(onePlus: -Double.exp(logarithm))
  }

  /// Pr[x + 1] / Pr[x]. It falls as `x` grows: the distribution is log-concave.
  private func ratioUpwards(_ x: Int) -> Double {
    Double(marked - x) * Double(draws - x)
      / (Double(x + 1) * Double(population - marked - draws + x + 1))
  }

  /// The sum of the terms from `first` to `last`, the first one counting 1.
  private func sum(
    from first: Int, to last: Int, step: Int, ratio: (Int) -> Double
  ) -> Double {
    var (sum, term) = (1.0, 1.0)
    for x in stride(from: first, to: last, by: step) {
      let ratio = ratio(x)
      term *= ratio
      sum += term
      // Ratios fall on the way out, so that what is left is below a geometric series.
      if ratio < 1, term * ratio < sum * 0x1p-60 * (1 - ratio) { break }
    }
    return sum
  }
}
