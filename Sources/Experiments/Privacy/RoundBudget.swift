import FLMath
import FLRecords
import Foundation

/// The privacy budget of one run. A round is paid for before its clients are asked, and what it cost
/// is on disk by then.
struct RoundBudget: ~Copyable {
  private var ledger: PrivacyLedger
  /// The folder of a ledger that is for this run only.
  private let folder: TemporaryFolder

  /// Opens the plan's ledger, or begins it.
  ///
  /// - Throws: `PrivacyLedgerError`; what `FileManager` throws.
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
  /// - Throws: `PrivacyLedgerError.exceedsBudget` if the round is not to take place.
  mutating func spend(
    _ event: PrivacyEvent, for round: Int
  ) throws(PrivacyLedgerError) {
    try ledger.spend(event, for: round)
  }

  /// What an adversary can do against everything in the ledger.
  func tradeOffCurve() throws(PrivacyLedgerError) -> TradeOffCurve {
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
    // What cannot be deleted is left to the system's cleaning.
    try? FileManager.default.removeItem(at: url)
  }
}
