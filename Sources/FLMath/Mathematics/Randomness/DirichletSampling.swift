import RealModule

extension RandomNumberGenerator {
  /// The logarithm of a number of the gamma distribution with the given shape and scale 1.
  ///
  /// Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables". The logarithm,
  /// because for a small shape the number itself is mostly too small for `Double`.
  ///
  /// - Parameter shape: finite and above 0.
  mutating func logGamma(shape: Double) -> Double {
    if shape < 1 {
      let larger = logGamma(shape: shape + 1)
      return larger + Double.log(uniformUnitAboveZero()) / shape
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let normal = standardNormal()
      let base = 1 + c * normal
      guard base > 0 else { continue }
      let logCube = 3 * Double.log(base)
      let cube = base * base * base
      let threshold = 0.5 * normal * normal + d - d * cube + d * logCube
      if Double.log(uniformUnitAboveZero()) < threshold {
        return Double.log(d) + logCube
      }
    }
  }

  /// Proportions of the symmetric Dirichlet distribution: `count` numbers from 0 to 1 that sum to
  /// 1, the more even the larger `alpha`.
  ///
  /// - Parameters:
  ///   - alpha: finite and above 0, however small.
  ///   - count: at least 1.
  mutating func dirichlet(alpha: Double, count: Int) -> [Double] {
    var logarithms: [Double] = []
    logarithms.reserveCapacity(count)
    for _ in 0..<count {
      logarithms.append(logGamma(shape: alpha))
    }
    let largest = logarithms.max() ?? 0
    guard largest.isFinite else {
      // For the smallest alphas even the logarithms overflow: the limit is all in one place.
      var proportions = [Double](repeating: 0, count: count)
      proportions[uniformIndex(below: count)] = 1
      return proportions
    }
    let weights = logarithms.map { Double.exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
