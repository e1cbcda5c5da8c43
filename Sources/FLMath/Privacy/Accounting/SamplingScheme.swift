/// How the records of one round are chosen. Who cannot be told to have taken part is protected more;
/// how much more depends on the scheme, so it is named and has no default.
public enum SamplingScheme: Sendable, Hashable, Codable {
  /// Every record takes part: nothing is gained from sampling.
  case none
  /// Every record takes part with this probability, independently of all others.
  ///
  /// A cohort of fixed size is not this: that is ``withoutReplacement(sampleSize:population:)``.
  case poisson(probability: Double)
  /// A set of `sampleSize` of the `population` records, each equally likely.
  case withoutReplacement(sampleSize: Int, population: Int)

  /// The probability that a given record takes part.
  var probability: Double {
    switch self {
    case .none: 1
    case .poisson(let probability): probability
    case .withoutReplacement(let sampleSize, let population):
      Double(sampleSize) / Double(population)
    }
  }

  func validate() throws(PrivacyParameterError) {
    switch self {
    case .none: return
    case .poisson(let probability):
      try PrivacyParameterError.require(
        probability > 0 && probability <= 1, .samplingProbability, probability)
    case .withoutReplacement(let sampleSize, let population):
      try PrivacyParameterError.require(sampleSize >= 1, .sampleSize, Double(sampleSize))
      try PrivacyParameterError.require(population >= 1, .population, Double(population))
      guard sampleSize <= population else {
        throw .sampleExceedsPopulation(sampleSize: sampleSize, population: population)
      }
    }
  }
}
