import FLMath
import Testing

@testable import FLRecords

/// A ledger of three rounds in a folder of its own, and what was on disk after each of its lines.
struct ExampleLedger {
  let folder: TemporaryFolder
  let path: String
  let budget: PrivacyBudget
  let accountant: RenyiAccountant
  /// After the first line, the second, and so on.
  let stages: [FilePair]
  /// The epsilon spent after each.
  let epsilons: [Double]

  /// The event of each round.
  static func event(_ round: Int) throws -> PrivacyEvent {
    let schemes: [SamplingScheme] = [.none, .poisson(probability: 0.25), .none]
    return try PrivacyEvent(
      .gaussian(noiseMultiplier: 8 + Double(round)), relation: .addOrRemove,
      sampling: schemes[round % 3], repetitions: 1)
  }

  init(rounds: Int = 3) throws {
    folder = try TemporaryFolder()
    path = folder("ledger.jsonl")
    budget = try PrivacyBudget(epsilon: 4, delta: 1e-5)
    // One order: the events are of several kinds.
    accountant = try RenyiAccountant(relation: .addOrRemove, orders: [6])
    var stages: [FilePair] = []
    var epsilons: [Double] = []
    var ledger = try PrivacyLedger(at: path, budget: budget, accountant: accountant)
    stages.append(FilePair(at: path))
    epsilons.append(ledger.epsilonSpent)
    for round in 0..<rounds {
      try ledger.spend(Self.event(round), for: round)
      stages.append(FilePair(at: path))
      epsilons.append(ledger.epsilonSpent)
    }
    (self.stages, self.epsilons) = (stages, epsilons)
  }

  func open() throws(FLRecordsError) -> PrivacyLedger {
    try PrivacyLedger(at: path, budget: budget, accountant: accountant)
  }

  /// The epsilon that the ledger opens with.
  func epsilon() throws(FLRecordsError) -> Double {
    try open().epsilonSpent
  }

  /// Why the ledger does not open.
  func refusal() -> FLRecordsError? {
    do {
      _ = try epsilon()
      return nil
    } catch {
      return error
    }
  }

  /// Why the file is refused.
  func fileRefusal() -> FLRecordsError.File? {
    guard case .file(let error) = refusal() else { return nil }
    return error
  }
}

/// Whether two epsilons are those of the same events: composed in another order, they may differ in
/// the last digits.
func areEqual(_ left: Double, _ right: Double) -> Bool {
  abs(left - right) <= 1e-12 * max(left, right)
}
