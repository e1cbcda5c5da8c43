import FLMath

/// The attacks.
package enum AttackOption: String, CaseIterable, Sendable {
  case none
  case signFlip = "sign-flip"
  case alie
  case ipm
  case noise
  case minMax = "min-max"
  case minSum = "min-sum"

  var title: String {
    switch self {
    case .none: "no attack"
    case .signFlip: "sign flip x10"
    case .alie: "ALIE"
    case .ipm: "IPM 0.5"
    case .noise: "noise"
    case .minMax: "Min-Max"
    case .minSum: "Min-Sum"
    }
  }

  /// The attack; nil for none.
  func poisoning(clients: Int, attackers: Int) throws -> ModelPoisoning? {
    switch self {
    case .none: nil
    case .signFlip: .signFlip(scale: 10)
    case .alie:
      .littleIsEnough(
        z: try ModelPoisoning.alieFactor(clients: clients, attackers: attackers))
    case .ipm: .innerProduct(epsilon: 0.5)
    case .noise: .gaussian(standardDeviation: 1)
    case .minMax: .minMax(.oppositeMean)
    case .minSum: .minSum(.oppositeMean)
    }
  }
}

/// The rules of the server.
package enum RuleOption: String, CaseIterable, Sendable {
  case mean
  case median
  case trimmedMean = "trimmed-mean"
  case multiKrum = "multi-krum"
  case geometricMedian = "geometric-median"
  case adaptivelyTrimmedMean = "adaptively-trimmed-mean"
  case clippedTrimmedMean = "arc-trimmed-mean"
  case minimumDiameter = "mda"
  case covarianceFilter = "caf"
  case divideAndConquer = "dnc"
  case signGuard = "sign-guard"
  case rfa

  var title: String {
    switch self {
    case .mean: "mean"
    case .median: "median"
    case .trimmedMean: "trimmed mean"
    case .multiKrum: "Multi-Krum"
    case .geometricMedian: "geometric median"
    case .adaptivelyTrimmedMean: "adaptively trimmed mean"
    case .clippedTrimmedMean: "ARC, trimmed mean"
    case .minimumDiameter: "MDA"
    case .covarianceFilter: "CAF"
    case .divideAndConquer: "DnC"
    case .signGuard: "SignGuard"
    case .rfa: "RFA, as sums"
    }
  }

  /// The rule over the means of buckets that tolerates `spoilt` bad ones. RFA has no buckets, so its rule is never used.
  ///
  /// - Parameter seed: the start of the random coordinates of rules that look at some of them.
  func rule(spoilt: Int, seed: UInt64) throws -> any RobustAggregationRule {
    switch self {
    // Trimming nothing is the mean.
    case .mean, .rfa: try TrimmedMean(attackers: 0)
    case .median: try CoordinateMedian(attackers: spoilt)
    case .trimmedMean: try TrimmedMean(attackers: spoilt)
    case .multiKrum: try MultiKrum(attackers: spoilt)
    case .geometricMedian: try GeometricMedian(attackers: spoilt)
    case .adaptivelyTrimmedMean: try AdaptivelyTrimmedMean(attackers: spoilt)
    case .clippedTrimmedMean: try Self.clippedTrimmedMean(attackers: spoilt)
    case .minimumDiameter: try MinimumDiameterAveraging(attackers: spoilt)
    case .covarianceFilter: try CovarianceBoundAgnosticFilter(attackers: spoilt)
    case .divideAndConquer: try DivideAndConquer(attackers: spoilt, seed: seed)
    case .signGuard: try SignGuard(attackers: spoilt, seed: seed)
    }
  }

  private static func clippedTrimmedMean(attackers: Int) throws -> PreAggregatedRule {
    let clipping = try AdaptiveRobustClipping(attackers: attackers)
    return PreAggregatedRule(try TrimmedMean(attackers: attackers)) {
      updates throws(FLMathError) in try clipping.clipped(updates)
    }
  }
}
