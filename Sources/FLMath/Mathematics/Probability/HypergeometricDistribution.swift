internal import RealModule

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
