extension DistributedNoiseParameters {
  /// What rounds with these parameters cost.
  ///
  /// - Parameters:
  ///   - relation: `zeroOut`, or `replace`, where the bounds are doubled.
  ///   - sampling: how the clients of a round are chosen. Anything but `none` needs sums that all have the
  ///     same noise: samples of a fixed size, all of whose clients are sure to be honest and to contribute.
  ///   - rounds: the number of rounds.
  /// - Throws: ``PrivacyParameterError/noiseLeavesWithClient`` for `addOrRemove`,
  ///   ``PrivacyParameterError/noiseRevealsParticipation`` for samples whose noise differs,
  ///   ``PrivacyParameterError/outOfRange(_:found:)``.
  public func event(
    relation: NeighbouringRelation, sampling: SamplingScheme, rounds: Int
  ) throws(PrivacyParameterError) -> PrivacyEvent {
    if case .withoutReplacement = sampling, choice.survivingHonest < choice.contributors {
      throw .noiseRevealsParticipation
    }
    let factor = relation.sensitivityFactor
    let honest = Double(choice.survivingHonest)
    switch choice.noise {
    case .discreteGaussian:
      let deviation = honest.squareRoot() * scaledLocalStandardDeviation
      return try PrivacyEvent(
        .discreteGaussianSum(
          l1Ratio: factor * scaledL1Bound / deviation, l2Ratio: factor * scaledL2Bound / deviation,
          standardDeviation: deviation, tau: certifiedTau, dimension: paddedDimension),
        relation: relation, sampling: sampling, repetitions: rounds)
    case .skellam:
      return try PrivacyEvent(
        .skellam(
          l1Sensitivity: factor * scaledL1Bound, l2Sensitivity: factor * scaledL2Bound,
          variance: honest * scaledLocalStandardDeviation * scaledLocalStandardDeviation),
        relation: relation, sampling: sampling, repetitions: rounds)
    }
  }

  /// ``tau``, and for shares of less than half a step, for which its formula is not proved, what it stands
  /// for: adding the k-th share takes the sum away from a discrete Gaussian by the factor of
  /// ``IntegerSmoothing``, in either direction.
  var certifiedTau: Double {
    let deviation = scaledLocalStandardDeviation
    guard choice.noise == .discreteGaussian, deviation < 0.5 else { return tau }
    var sum = 0.0
    for k in 1..<max(1, choice.survivingHonest) {
      sum += IntegerSmoothing.logRatio(
        variance: deviation * deviation * Double(k) / Double(k + 1))
    }
    return max(tau, 2 * sum)
  }

  /// How many honest clients are in every sum that is released: the least number of contributors less
  /// all corrupt clients of the cohort, floor(`corruptFraction` x `cohort`), who may all have
  /// contributed and left out their noise.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` if the fraction is not at least 0 and
  ///   below 1, or nobody honest need be left.
  public static func survivingHonest(
    cohort: Int, minimumContributors: Int, corruptFraction: Double
  ) throws(PrivacyParameterError) -> Int {
    try PrivacyParameterError.require(
      corruptFraction >= 0 && corruptFraction < 1, .corruptFraction, corruptFraction)
    try PrivacyParameterError.require(
      cohort >= 1 && cohort <= 1 << 30, .clients, Double(cohort))
    try PrivacyParameterError.require(
      minimumContributors >= 1 && minimumContributors <= cohort, .survivors,
      Double(minimumContributors))
    // 0.29 x 100 is 28.999999999999996: a product that near to a whole number is that number.
    let corrupt = Int((corruptFraction * Double(cohort) + 1e-9).rounded(.down))
    let honest = minimumContributors - corrupt
    try PrivacyParameterError.require(honest >= 1, .survivors, Double(honest))
    return honest
  }
}
