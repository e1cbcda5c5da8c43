/// When a round ends, and what becomes of slow devices.
///
/// To over-select, draw more clients than ``reportGoal`` (Bonawitz et al. 2019, "Towards Federated
/// Learning at Scale", draw 130 %): the round closes with the first that have reported.
public struct RoundPolicy: Sendable, Hashable {
  /// What devices do that would miss the deadline.
  public enum Stragglers: Sendable, Hashable {
    /// All their work, in vain.
    case tooLate
    /// As many steps as fit before the deadline, if it is one at least (FedProx's partial work).
    case partialWork
  }

  /// The number of reports that closes the round.
  public let reportGoal: Int

  /// The number of reports below which the round is given up.
  public let minimumReports: Int

  /// How long a round may take, in seconds; `nil` for as long as anybody is still at work.
  public let deadline: Double?

  /// What becomes of slow devices.
  public let stragglers: Stragglers

  /// Sets the rules.
  ///
  /// - Throws: ``SimulationError/invalidPolicy(quantity:found:)`` unless
  ///   `1 <= minimumReports <= reportGoal` and the deadline is finite and above 0.
  public init(
    reportGoal: Int, minimumReports: Int = 1, deadline: Double? = nil,
    stragglers: Stragglers = .tooLate
  ) throws(SimulationError) {
    guard minimumReports >= 1, minimumReports <= reportGoal else {
      throw .invalidPolicy(
        quantity: "a minimum of reports from 1 to the goal of \(reportGoal)",
        found: Double(minimumReports))
    }
    if let deadline, !(deadline.isFinite && deadline > 0) {
      throw .invalidPolicy(quantity: "a finite deadline above 0 seconds", found: deadline)
    }
    self.reportGoal = reportGoal
    self.minimumReports = minimumReports
    self.deadline = deadline
    self.stragglers = stragglers
  }
}
