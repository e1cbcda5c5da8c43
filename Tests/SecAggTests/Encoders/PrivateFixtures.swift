import FLMath

@testable import SecAgg

extension PrivateFedAvg.Settings {
  /// Ten clients, of which six contribute at least and one may be corrupt.
  static func small(
    _ noise: DistributedNoiseParameters.Noise = .discreteGaussian, parameterCount: Int = 650,
    clippingBound: Double = 2
  ) -> Self {
    PrivateFedAvg.Settings(
      parameterCount: parameterCount, clippingBound: clippingBound, noise: noise,
      noiseMultiplier: 0.8, cohortSize: 10, minimumContributors: 6, corruptFraction: 0.1,
      relation: .zeroOut, sampling: .none)
  }

  /// All of the cohort is honest and contributes: every sum has the same noise, as samples need.
  var withFixedNoise: Self {
    with {
      $0.minimumContributors = $0.cohortSize
      $0.corruptFraction = 0
    }
  }

  func with(_ change: (inout Self) -> Void) -> Self {
    var settings = self
    change(&settings)
    return settings
  }
}

extension PrivateFedAvg {
  /// A session that the settings are made for.
  func session(
    _ threatModel: ThreatModel = .semiHonest, context: Digest, layout: VectorLayout? = nil,
    cohortSize: Int? = nil, minimumContributors: Int? = nil
  ) throws -> SessionParameters {
    try SessionParameters(
      threatModel: threatModel, cohortSize: cohortSize ?? settings.cohortSize, threshold: 5,
      layout: layout ?? self.layout,
      minimumContributors: minimumContributors ?? settings.minimumContributors,
      applicationContext: context)
  }
}

/// A vector of normal numbers.
func normalVector(_ count: Int, scale: Double, seed: UInt64) -> [Double] {
  var generator = SimulationGenerator(seed: seed)
  return (0..<count).map { _ in
    // The sum of twelve uniform numbers: near enough for an update.
    scale * ((0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) })
  }
}
