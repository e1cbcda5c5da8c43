internal import RealModule

/// Noise of the normal distribution on a query of bounded L2 sensitivity.
///
/// Its privacy curve is known exactly (Balle and Wang 2018, "Improving the Gaussian Mechanism for
/// Differential Privacy: Analytical Calibration and Optimal Denoising", theorem 8): with
/// mu = sensitivity / standard deviation, the smallest delta for an epsilon is
/// Phi(mu/2 - epsilon/mu) - exp(epsilon) Phi(-mu/2 - epsilon/mu). Here it is evaluated so that
/// delta keeps about 12 digits however small it is.
///
/// The mechanism serves a trusted server that adds noise to a sum, and, as the local variant, a
/// client that adds noise to its own update. The two differ in what the sensitivity is:
/// ``init(standardDeviation:sensitivity:)`` takes it as it is, ``local(standardDeviation:clip:)``
/// takes the norm bound of an update, any two of which may be exchanged.
public struct GaussianMechanism: Sendable, Hashable {
  /// The standard deviation of the noise on every coordinate.
  public let standardDeviation: Double

  /// The largest Euclidean distance between the query's answers on neighbouring data.
  public let sensitivity: Double

  /// Noise of the given standard deviation.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are finite and above 0.
  public init(standardDeviation: Double, sensitivity: Double) throws(FLMathError) {
    try FLMathError.Privacy.requirePositive(standardDeviation, .standardDeviation)
    try FLMathError.Privacy.requirePositive(sensitivity, .sensitivity)
    try FLMathError.Privacy.requirePositive(sensitivity / standardDeviation, .sensitivity)
    self.standardDeviation = standardDeviation
    self.sensitivity = sensitivity
  }

  /// The least noise that is (epsilon, delta)-differentially private: the analytic calibration.
  ///
  /// The standard deviation is the smallest to a relative 2^-50, from above.
  ///
  /// - Parameters:
  ///   - epsilon: at least 0.
  ///   - delta: above 0 and below 1.
  ///   - sensitivity: finite and above 0.
  /// - Throws: ``FLMathError`` if a number is out of its range, or the noise is beyond
  ///   what `Double` holds.
  public static func calibrated(
    epsilon: Double, delta: Double, sensitivity: Double
  ) throws(FLMathError) -> GaussianMechanism {
    try requireTarget(epsilon: epsilon, delta: delta)
    try FLMathError.Privacy.requirePositive(sensitivity, .sensitivity)
    let logDelta = Double.log(delta)
    func isPrivate(_ multiplier: Double) -> Bool {
      logarithmOfDelta(epsilon: epsilon, mu: 1 / multiplier) <= logDelta
    }
    let (least, most) = (0x1p-1000, 0x1p1000)
    guard isPrivate(most), !isPrivate(least) else {
      throw .privacy(.unreachableTarget(epsilon: epsilon, delta: delta))
    }
    let multiplier = MonotoneSearch.smallest(
      above: least, below: most, tolerance: 0x1p-50, where: isPrivate)
    return try GaussianMechanism(
      standardDeviation: multiplier * sensitivity, sensitivity: sensitivity)
  }

  /// The noise of a client that does not trust the server: it protects the update itself.
  ///
  /// Any update of a norm of at most `clip` may be replaced by any other, so the sensitivity is
  /// `2 * clip`.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are finite and above 0.
  public static func local(
    standardDeviation: Double, clip: Double
  ) throws(FLMathError) -> GaussianMechanism {
    try FLMathError.Privacy.requirePositive(clip, .clippingBound)
    return try GaussianMechanism(standardDeviation: standardDeviation, sensitivity: 2 * clip)
  }

  /// The smallest delta for which the mechanism is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless epsilon is at least 0.
  public func delta(epsilon: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(epsilon >= 0, .epsilon, epsilon)
    return Double.exp(Self.logarithmOfDelta(epsilon: epsilon, mu: sensitivity / standardDeviation))
  }

  /// The smallest epsilon for which the mechanism is (epsilon, `delta`)-differentially private, to a
  /// relative 2^-50, from above.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless delta is above 0 and at most 1.
  public func epsilon(delta: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(delta > 0 && delta <= 1, .delta, delta)
    return Self.epsilon(mu: sensitivity / standardDeviation, logDelta: Double.log(delta))
  }

  static func epsilon(mu: Double, logDelta: Double) -> Double {
    func isPrivate(_ epsilon: Double) -> Bool {
      logarithmOfDelta(epsilon: epsilon, mu: mu) <= logDelta
    }
    if isPrivate(0) { return 0 }
    var high = 1.0
    while !isPrivate(high), high.isFinite { high *= 2 }
    return MonotoneSearch.smallest(
      above: 0x1p-1000, below: high, tolerance: 0x1p-50, where: isPrivate)
  }

  /// Adds noise to every coordinate.
  ///
  /// - Parameter generator: a cryptographic one, unless this is a simulation. The noise is drawn in
  ///   floating point. An adversary that sees single results to the last bit can exploit the gaps between
  ///   numbers (Mironov 2012); ``DiscreteGaussian`` has no such gaps.
  public func addNoise(
    to vector: inout [Double], using generator: inout some RandomNumberGenerator
  ) {
    for index in vector.indices {
      vector[index] += standardDeviation * generator.standardNormal()
    }
  }

  /// log(delta) of the exact curve.
  static func logarithmOfDelta(epsilon: Double, mu: Double) -> Double {
    guard epsilon < .infinity else { return -.infinity }
    return min(0, NormalTail.logWeightedDifference(epsilon / mu - mu / 2, gap: mu))
  }

  static func requireTarget(epsilon: Double, delta: Double) throws(FLMathError) {
    try FLMathError.Privacy.require(epsilon >= 0 && epsilon.isFinite, .epsilon, epsilon)
    try FLMathError.Privacy.require(delta > 0 && delta < 1, .delta, delta)
  }
}

extension GaussianMechanism {
  /// The classic calibration, `sensitivity * sqrt(2 ln(1.25 / delta)) / epsilon` (Dwork and Roth
  /// 2014, "The Algorithmic Foundations of Differential Privacy", theorem A.1).
  ///
  /// It adds more noise than ``calibrated(epsilon:delta:sensitivity:)`` needs, and is proved for an
  /// epsilon below 1 only. From there on it is refused: at epsilon = 10 and a nominal delta of
  /// 1e-5, the true delta is 2.3e-5.
  ///
  /// - Throws: ``FLMathError/Privacy/classicFormulaDoesNotHold(epsilon:)`` if epsilon is 1 or
  ///   more, ``FLMathError/Privacy/outOfRange(_:found:)`` unless epsilon is above 0, delta above 0
  ///   and below 1, and the sensitivity finite and above 0.
  public static func classic(
    epsilon: Double, delta: Double, sensitivity: Double
  ) throws(FLMathError) -> GaussianMechanism {
    try requireTarget(epsilon: epsilon, delta: delta)
    try FLMathError.Privacy.require(epsilon > 0, .epsilon, epsilon)
    guard epsilon < 1 else { throw .privacy(.classicFormulaDoesNotHold(epsilon: epsilon)) }
    let factor = (2 * Double.log(1.25 / delta)).squareRoot() / epsilon
    return try GaussianMechanism(
      standardDeviation: sensitivity * factor, sensitivity: sensitivity)
  }
}
