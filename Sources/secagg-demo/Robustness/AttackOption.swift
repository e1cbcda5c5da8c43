import ArgumentParser
import FLMath

/// What attackers send.
enum AttackOption: String, ExpressibleByArgument, CaseIterable, Sendable {
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
