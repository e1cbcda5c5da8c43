/// Why no cohort can be drawn.
public enum SelectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A client comes twice among the candidates or in the strata.
  case duplicateClient(UInt32)
  /// A cohort has at least one client.
  case invalidSize(Int)
  /// A sampling rate is above 0 and at most 1.
  case invalidRate(Double)
  /// There are fewer candidates than the cohort needs.
  case tooFewCandidates(needed: Int, found: Int)
  /// A candidate belongs to no stratum.
  case noStratum(UInt32)
  /// Power-of-choice draws at least as many candidates as it keeps.
  case tooFewProbes(size: Int, found: Int)
  /// A client that was asked for its loss has not answered.
  case missingLoss(UInt32)
  /// A weight to draw by, or a speed, is not a finite number above 0.
  case invalidWeight(client: UInt32, found: Double)
  /// Each of so many cohorts could differ from an earlier one by too few clients.
  case overlappingCohorts(attempts: Int)
  /// A setting of Oort is out of its range.
  case invalidOort(setting: String, found: Double)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .duplicateClient(let client):
      "Expected every client once, but client \(client) comes twice; leave one out."
    case .invalidSize(let found):
      "Expected a cohort of at least 1 client, got \(found); pass the number to draw."
    case .invalidRate(let found):
      "Expected a sampling rate above 0 and at most 1, got \(found); pass the share to draw."
    case .tooFewCandidates(let needed, let found):
      "Expected at least \(needed) candidates, got \(found); wait for more clients."
    case .noStratum(let client):
      "Expected every candidate in a stratum, but client \(client) is in none; assign it to one."
    case .tooFewProbes(let size, let found):
      "Expected at least as many clients asked as the \(size) selected, got \(found); ask more."
    case .missingLoss(let client):
      "Expected the loss of client \(client), which was asked for it, got none; "
        + "ask again or draw with another seed."
    case .invalidWeight(let client, let found):
      "Expected a finite weight above 0, but that of client \(client) is \(found); "
        + "leave clients without examples out."
    case .overlappingCohorts(let attempts):
      "Expected a cohort that differs enough from the earlier ones, got none in \(attempts) draws; "
        + "draw from more candidates, or use fixed cohorts."
    case .invalidOort(let setting, let found):
      "Expected \(setting), got \(found); keep to the defaults if in doubt."
    }
  }
}
