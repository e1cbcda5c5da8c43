import FLMath
import FLRecords
import Foundation

/// The privacy budget of one run. The ledger on disk has the cost of a round before the round starts.
struct RoundBudget: ~Copyable {
  private var ledger: PrivacyLedger
  /// The folder of a ledger that is for this run only.
  private let folder: TemporaryFolder

  /// Opens the plan's ledger, or begins it.
  ///
  /// - Throws: `FLRecordsError`; what `FileManager` throws.
  init(_ plan: PrivacyPlan) throws {
    let folder = try TemporaryFolder()
    let budget = try PrivacyBudget(epsilon: plan.settings.epsilon, delta: plan.settings.delta)
    ledger = try PrivacyLedger(
      at: plan.settings.ledger ?? folder.path(of: "ledger.jsonl"), budget: budget,
      accountant: plan.accountant())
    self.folder = folder
  }

  /// The epsilon of everything in the ledger.
  var epsilonSpent: Double { ledger.epsilonSpent }

  /// Pays for a round.
  ///
  /// - Throws: `FLRecordsError.Ledger.exceedsBudget` if the round must not take place.
  mutating func spend(
    _ event: PrivacyEvent, for round: Int
  ) throws(FLRecordsError) {
    try ledger.spend(event, for: round)
  }

  /// The trade-off curve of an adversary against everything in the ledger.
  func tradeOffCurve() throws(FLRecordsError) -> TradeOffCurve {
    try ledger.tradeOffCurve(count: 60)
  }
}

/// A folder that is deleted with its owner.
struct TemporaryFolder: ~Copyable {
  private let url: URL

  /// Makes an empty one.
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// The path of a file in it.
  func path(of name: String) -> String { url.appendingPathComponent(name).path }

  deinit {
    // If deleting fails, the system cleans the folder up later.
    try? FileManager.default.removeItem(at: url)
  }
}
