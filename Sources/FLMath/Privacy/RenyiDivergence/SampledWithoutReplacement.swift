internal import RealModule

/// The Renyi divergence of a mechanism on a sample without replacement, one record being replaced
/// (Wang, Balle and Kasiviswanathan 2019, "Subsampled Renyi Differential Privacy and Analytical
/// Moments Accountant").
struct SampledWithoutReplacement {
  /// Sample size / population.
  let probability: Double

  /// Above this order the Gaussian mechanism, too, gets the bound of any mechanism; the effort for
  /// its own grows with the square.
  private static let largestTightOrder = 256

  /// For the Gaussian mechanism: theorem 27, with the moments of the ratio of densities less 1.
  func gaussianDivergences(noiseMultiplier: Double, orders: [Double]) -> [Double] {
    let inverse = 1 / (2 * noiseMultiplier * noiseMultiplier)
    if probability == 1 { return orders.map { $0 * inverse } }
    let largest = Int((orders.max() ?? 0).rounded(.up))
    let moments = RatioMoments(
      noiseMultiplier: noiseMultiplier, upTo: min(largest, Self.largestTightOrder) + 1)
    return orders.map { order in
      interpolated(at: order) { whole in
        logMoment(order: whole, divergence: { $0 * inverse }) { j in
          whole <= Self.largestTightOrder
            ? Double.log(4) + (moments[2 * (j / 2)] + moments[2 * ((j + 1) / 2)]) / 2 : .infinity
        }
      }
    }
  }

  /// For any mechanism of which the divergence at whole orders is known: theorem 9.
  func divergence(order: Double, of mechanism: (Double) -> Double) -> Double {
    if probability == 1 { return mechanism(order) }
    return interpolated(at: order) { whole in
      logMoment(order: whole, divergence: mechanism) { _ in .infinity }
    }
  }

  /// The sum of both theorems; `refined` gives another bound for the terms from the third on.
  private func logMoment(
    order: Int, divergence: (Double) -> Double, refined: (Int) -> Double
  ) -> Double {
    guard order >= 2 else { return 0 }
    let logProbability = Double.log(probability)
    var binomial = LogBinomial(order)
    binomial.advance()
    var excess = UpperSum()
    for index in 2...order {
      let j = Double(index)
      binomial.advance()
      let simple = Double.log(2) + (j - 1) * divergence(j)
      let other =
        index == 2 ? Double.log(4) + LogSum.subtractOne(divergence(2)) : refined(index)
      let moment = min(simple, other)
      excess.add(
        binomial.logarithm + j * logProbability + moment,
        magnitude: binomial.magnitude + j * (1 - logProbability) + 2 * abs(moment))
    }
    return UpperSum.logarithmOfOnePlus(exponent: excess.logarithm)
  }

  /// The divergence between whole orders: (order - 1) times it is convex (corollary 10).
  private func interpolated(at order: Double, _ logMoment: (Int) -> Double) -> Double {
    RenyiInterpolation.divergence(at: order, logMoment: logMoment)
  }
}

/// Divergences at orders between whole ones, from above.
enum RenyiInterpolation {
  /// - Parameter logMoment: (order - 1) times the divergence, at whole orders from 1 on.
  static func divergence(at order: Double, logMoment: (Int) -> Double) -> Double {
    let below = order.rounded(.down)
    let share = order - below
    if share == 0 { return logMoment(Int(below)) / (order - 1) }
    return ((1 - share) * logMoment(Int(below)) + share * logMoment(Int(below) + 1)) / (order - 1)
  }
}
