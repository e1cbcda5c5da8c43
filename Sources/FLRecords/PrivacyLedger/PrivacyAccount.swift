internal import FLMath

/// What has been spent, according to an accountant, and what may be.
struct PrivacyAccount: Sendable {
  private(set) var budget: PrivacyBudget
  private(set) var epsilonSpent = 0.0
  private var accountant: any PrivacyAccountant
  /// The first event, once.
  private var kind: PrivacyEvent?

  init(
    budget: PrivacyBudget, accountant: any PrivacyAccountant
  ) throws(PrivacyLedgerError) {
    self.budget = budget
    let epsilon = try PrivacyLedgerError.ofAccountant { () throws(PrivacyAccountingError) in
      try accountant.epsilon(delta: budget.delta)
    }
    guard epsilon == 0 else { throw .accountantInUse(epsilon: epsilon) }
    self.accountant = accountant
  }

  var relation: NeighbouringRelation { accountant.relation }

  /// The one order at which Renyi divergences are added up; `nil` if the accountant has several, or is another.
  var order: Double? {
    guard let renyi = accountant as? RenyiAccountant, renyi.orders.count == 1 else { return nil }
    return renyi.orders[0]
  }

  /// The name of the kind of accountant.
  static func name(of accountant: any PrivacyAccountant) -> String {
    String(describing: type(of: accountant))
  }

  /// The account after events; this one stays as it is.
  func after(_ events: [PrivacyEvent]) throws(PrivacyLedgerError) -> PrivacyAccount {
    var next = self
    for event in events { try next.admit(event) }
    let (before, delta) = (accountant, budget.delta)
    (next.accountant, next.epsilonSpent) = try PrivacyLedgerError.ofAccountant {
      () throws(PrivacyAccountingError) -> (any PrivacyAccountant, Double) in
      var accountant = before
      try accountant.compose(events)
      return (accountant, try accountant.epsilon(delta: delta))
    }
    return next
  }

  /// Throws `PrivacyLedgerError.otherKind` unless the guarantee holds whatever the choice of the event depends on.
  private mutating func admit(_ event: PrivacyEvent) throws(PrivacyLedgerError) {
    guard event.relation == relation else {
      throw .accounting(.otherRelation(event: event.relation, accountant: relation))
    }
    let once: PrivacyEvent
    do throws(PrivacyParameterError) {
      once = try event.repeated(1)
    } catch {
      throw .accounting(.invalid(error))
    }
    guard let kind else {
      self.kind = once
      return
    }
    guard kind == once || accountant.isFilter(for: kind) && accountant.isFilter(for: once) else {
      throw .otherKind(recorded: kind, given: event)
    }
  }

  /// The trade-off curve of what has been spent.
  func tradeOffCurve(count: Int) throws(PrivacyLedgerError) -> TradeOffCurve {
    let accountant = accountant
    return try PrivacyLedgerError.ofAccountant { () throws(PrivacyAccountingError) in
      try TradeOffCurve(of: accountant, count: count)
    }
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
