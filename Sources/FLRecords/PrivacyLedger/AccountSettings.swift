internal import FLMath

/// What the first line of a file says of its budget, and what the accountant must be that opens it again.
struct AccountSettings: Codable, Hashable, Sendable {
  let budget: PrivacyBudget
  let relation: NeighbouringRelation
  let accountant: String
  /// The one order at which Renyi divergences are added up; `nil` for several and for other accountants.
  let order: Double?

  /// - Throws: `PrivacyLedgerError.accountantInUse` if the accountant has composed events.
  init(budget: PrivacyBudget, accountant: any PrivacyAccountant) throws(PrivacyLedgerError) {
    order = try PrivacyAccount(budget: budget, accountant: accountant).order
    self.budget = budget
    relation = accountant.relation
    self.accountant = PrivacyAccount.name(of: accountant)
  }

  /// The account at the beginning of the file, before its events.
  ///
  /// - Throws: `PrivacyLedgerError.otherRelation`, `.otherAccountant` or `.otherOrder` unless the accountant is
  ///   like the one with which the file was begun.
  func account(
    with accountant: any PrivacyAccountant, of path: String
  ) throws(PrivacyLedgerError) -> PrivacyAccount {
    guard relation == accountant.relation else {
      throw .otherRelation(path: path, recorded: relation, given: accountant.relation)
    }
    let name = PrivacyAccount.name(of: accountant)
    guard self.accountant == name else {
      throw .otherAccountant(path: path, recorded: self.accountant, given: name)
    }
    let account = try PrivacyAccount(budget: budget, accountant: accountant)
    guard account.order == order else {
      throw .otherOrder(path: path, recorded: order, given: account.order)
    }
    return account
  }
}

/// Events, equal ones added up, so that what a round costs is computed once for all rounds of its kind.
struct EventTally {
  /// In the order in which their kinds first came.
  private(set) var events: [PrivacyEvent] = []
  private var indices: [PrivacyEvent: Int] = [:]

  /// - Throws: `PrivacyParameterError` if the repetitions are out of range.
  mutating func add(_ event: PrivacyEvent) throws(PrivacyParameterError) {
    let kind = try event.repeated(1)
    guard let index = indices[kind] else {
      indices[kind] = events.count
      events.append(event)
      return
    }
    let (sum, overflow) = events[index].repetitions.addingReportingOverflow(event.repetitions)
    events[index] = try event.repeated(overflow ? .max : sum)
  }
}
