import SecAgg
import Testing

/// A graph and a threat model to run a test in.
struct Setting: Sendable, CustomTestStringConvertible {
  /// `nil` for the complete graph.
  let degree: Int?
  let threatModel: ThreatModel

  /// A small threshold that the threat model allows in a cohort of this size.
  func threshold(cohortSize: Int) -> Int {
    threatModel == .malicious ? (degree ?? cohortSize - 1) / 2 + 1 : 3
  }

  var testDescription: String {
    "\(threatModel), \(degree.map { "degree \($0)" } ?? "complete graph")"
  }
}
