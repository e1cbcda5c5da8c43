import ArgumentParser
import SecAgg

/// The threat models by the names that the command line has for them.
enum ThreatModelOption: String, ExpressibleByArgument, CaseIterable {
  case semiHonest = "semi-honest"
  case malicious

  init(_ threatModel: ThreatModel) {
    self =
      switch threatModel {
      case .semiHonest: .semiHonest
      case .malicious: .malicious
      }
  }

  var threatModel: ThreatModel {
    switch self {
    case .semiHonest: .semiHonest
    case .malicious: .malicious
    }
  }
}
