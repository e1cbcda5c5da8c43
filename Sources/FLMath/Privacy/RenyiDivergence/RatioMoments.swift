internal import RealModule

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
