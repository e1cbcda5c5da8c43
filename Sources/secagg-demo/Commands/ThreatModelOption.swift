import ArgumentParser
import SecAgg

/// The threat models by the names that the command line has for them.
enum ThreatModelOption: String, ExpressibleByArgument, CaseIterable {
  case semiHonest = "semi-honest"
  case malicious

  var threatModel: ThreatModel {
    switch self {
    case .semiHonest: .semiHonest
    case .malicious: .malicious
    }
  }
}
