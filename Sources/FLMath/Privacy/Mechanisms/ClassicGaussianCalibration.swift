internal import RealModule

extension GaussianMechanism {
  /// The classic calibration, `sensitivity * sqrt(2 ln(1.25 / delta)) / epsilon` (Dwork and Roth
  /// 2014, "The Algorithmic Foundations of Differential Privacy", theorem A.1).
  ///
  /// It adds more noise than ``calibrated(epsilon:delta:sensitivity:)`` needs, and is proved for an
  /// epsilon below 1 only. From there on it is refused: at epsilon = 10 and a nominal delta of
  /// 1e-5, the true delta is 2.3e-5.
  ///
  /// - Throws: ``PrivacyParameterError/classicFormulaDoesNotHold(epsilon:)`` if epsilon is 1 or
  ///   more, ``PrivacyParameterError/outOfRange(_:found:)`` unless epsilon is above 0, delta above 0
  ///   and below 1, and the sensitivity finite and above 0.
  public static func classic(
    epsilon: Double, delta: Double, sensitivity: Double
  ) throws(PrivacyParameterError) -> GaussianMechanism {
    try requireTarget(epsilon: epsilon, delta: delta)
    try PrivacyParameterError.require(epsilon > 0, .epsilon, epsilon)
    guard epsilon < 1 else { throw .classicFormulaDoesNotHold(epsilon: epsilon) }
    let factor = (2 * Double.log(1.25 / delta)).squareRoot() / epsilon
    return try GaussianMechanism(
      standardDeviation: sensitivity * factor, sensitivity: sensitivity)
  }
}
