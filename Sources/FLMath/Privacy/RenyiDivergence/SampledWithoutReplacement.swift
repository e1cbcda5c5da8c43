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

/// Logarithms of E[(exp((2x - 1) / (2 z^2)) - 1)^j] over x of N(0, z^2), for even j: the moments of
/// the ratio of two normal densities, less 1. None is below the moment.
struct RatioMoments {
  private var logarithms: [Double] = [0]

  init(noiseMultiplier z: Double, upTo largest: Int) {
    for half in 1...max(1, (largest + 1) / 2) {
      let j = 2 * half
      logarithms.append(
        z < 0.4 ? Self.binomialSum(j, noiseMultiplier: z) : Self.quadrature(j, noiseMultiplier: z))
    }
  }

  /// The moment of an even number.
  subscript(_ j: Int) -> Double { logarithms[j / 2] }

  /// The trapezoidal rule. The binomial sum alternates and would cancel for a large z; the integrand
  /// is nowhere negative.
  private static func quadrature(_ order: Int, noiseMultiplier z: Double) -> Double {
    let j = Double(order)
    let step = min(z / 3, z * z * 0.4)
    var sum = UpperSum()
    // For a large z the moment is nearly that of x / z^2, whose peaks are sqrt(j) deviations from 0.
    let reach = j.squareRoot() * z
    let centers = Array(stride(from: -reach, to: max(j, reach), by: 14 * z)) + [max(j, reach)]
    for x in GaussianNodes(centers: centers, deviation: z, step: step) {
      let exponent = (2 * x - 1) / (2 * z * z)
      let magnitude =
        exponent > 0 ? LogSum.subtractOne(exponent) : Double.log(-Double.expMinusOne(exponent))
      // A rounding of the node moves the magnitude by as much, relative to the exponent.
      sum.add(
        j * magnitude - x * x / (2 * z * z),
        magnitude: j * (2 + abs(magnitude) + abs(exponent)) + 2 * x * x / (z * z))
    }
    let width = Double.log(step / (z * (2 * Double.pi).squareRoot()))
    return sum.logarithm + width + UpperSum.unit * (abs(sum.logarithm) + abs(width))
  }

  /// The sum of (-1)^(j-i) binomial(j, i) exp((i^2 - i) / (2 z^2)), relative to its last term, which
  /// outweighs the others for a small z.
  private static func binomialSum(_ order: Int, noiseMultiplier z: Double) -> Double {
    let j = Double(order)
    let inverse = 1 / (2 * z * z)
    var (sum, logBinomial) = (1.0, 0.0)
    for missing in 1...order {
      let k = Double(missing)
      let i = j - k
      logBinomial += Double.log((i + 1) / k)
      let term = Double.exp(logBinomial + ((i * i - i) - (j * j - j)) * inverse)
      sum += missing % 2 == 0 ? term : -term
    }
    let last = (j * j - j) * inverse
    return Double.log(sum) + last + 4 * UpperSum.unit * (j + last)
  }
}
