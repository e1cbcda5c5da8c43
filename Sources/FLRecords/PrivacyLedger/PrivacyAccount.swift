internal import FLMath

/// What has been spent, according to an accountant, and what may be.
struct PrivacyAccount: Sendable {
  private(set) var budget: PrivacyBudget
  private(set) var epsilonSpent = 0.0
  private var accountant: any PrivacyAccountant

  init(
    budget: PrivacyBudget, accountant: any PrivacyAccountant
  ) throws(PrivacyLedgerError) {
    self.budget = budget
    self.accountant = accountant
    let epsilon = try PrivacyLedgerError.ofAccountant { () throws(PrivacyAccountingError) in
      try accountant.epsilon(delta: budget.delta)
    }
    guard epsilon == 0 else { throw .accountantInUse(epsilon: epsilon) }
  }

  var relation: NeighbouringRelation { accountant.relation }

  /// The name of the kind of accountant.
  static func name(of accountant: any PrivacyAccountant) -> String {
    String(describing: type(of: accountant))
  }

  /// The account after events; this one stays as it is.
  func after(_ events: [PrivacyEvent]) throws(PrivacyLedgerError) -> PrivacyAccount {
    var next = self
    let (before, delta) = (accountant, budget.delta)
    (next.accountant, next.epsilonSpent) = try PrivacyLedgerError.ofAccountant {
      () throws(PrivacyAccountingError) -> (any PrivacyAccountant, Double) in
      var accountant = before
      try accountant.compose(events)
      return (accountant, try accountant.epsilon(delta: delta))
    }
    return next
  }

  /// Whether what has been spent is within the budget.
  var isWithinBudget: Bool { epsilonSpent <= budget.epsilon }

  /// Raises the budget.
  ///
  /// - Throws: `PrivacyLedgerError.notARaise` unless it is above the present one, and finite.
  mutating func raiseBudget(to epsilon: Double) throws(PrivacyLedgerError) {
    guard epsilon > budget.epsilon, epsilon.isFinite else {
      throw .notARaise(from: budget.epsilon, to: epsilon)
    }
    budget = try PrivacyBudget(epsilon: epsilon, delta: budget.delta)
  }
}
