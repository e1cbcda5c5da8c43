import ArgumentParser
import FLMath

/// What the server makes of the means of buckets.
enum RuleOption: String, ExpressibleByArgument, CaseIterable, Sendable {
  case mean
  case median
  case trimmedMean = "trimmed-mean"
  case multiKrum = "multi-krum"
  case geometricMedian = "geometric-median"
  case rfa

  var title: String {
    switch self {
    case .mean: "mean"
    case .median: "median"
    case .trimmedMean: "trimmed mean"
    case .multiKrum: "Multi-Krum"
    case .geometricMedian: "geometric median"
    case .rfa: "RFA, as sums"
    }
  }

  /// The rule over the means of buckets, of which so many may be spoilt. RFA needs no buckets, so
  /// no rule over them is asked for.
  func rule(spoilt: Int) throws -> any RobustAggregationRule {
    switch self {
    // Trimming nothing is the mean.
    case .mean, .rfa: try TrimmedMean(attackers: 0)
    case .median: try CoordinateMedian(attackers: spoilt)
    case .trimmedMean: try TrimmedMean(attackers: spoilt)
    case .multiKrum: try MultiKrum(attackers: spoilt)
    case .geometricMedian: try GeometricMedian(attackers: spoilt)
    }
  }
}
