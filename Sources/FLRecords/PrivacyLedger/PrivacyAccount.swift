internal import FLMath

/// A budget and the part of it that is spent, according to an accountant.
struct PrivacyAccount: Sendable {
  private(set) var budget: PrivacyBudget
  private(set) var epsilonSpent = 0.0
  private var accountant: any PrivacyAccountant
  /// The first event, without repetitions.
  private var kind: PrivacyEvent?

  init(
    budget: PrivacyBudget, accountant: any PrivacyAccountant
  ) throws(FLRecordsError) {
    self.budget = budget
    let epsilon = try FLRecordsError.ofMathematics { () throws(FLMathError) in
      try accountant.epsilon(delta: budget.delta)
    }
    guard epsilon == 0 else { throw .ledger(.accountantInUse(epsilon: epsilon)) }
    self.accountant = accountant
  }

  var relation: NeighbouringRelation { accountant.relation }

  /// The only order at which Renyi divergences are added up; `nil` for several orders and for other
  /// accountants.
  var order: Double? {
    guard let renyi = accountant as? RenyiAccountant, renyi.orders.count == 1 else { return nil }
    return renyi.orders[0]
  }

  /// Returns the name of the kind of accountant.
  static func name(of accountant: any PrivacyAccountant) -> String {
    String(describing: type(of: accountant))
  }

  /// Returns the account after events. This account does not change.
  func after(_ events: [PrivacyEvent]) throws(FLRecordsError) -> PrivacyAccount {
    var next = self
    for event in events { try next.admit(event) }
    let (before, delta) = (accountant, budget.delta)
    (next.accountant, next.epsilonSpent) = try FLRecordsError.ofMathematics {
      () throws(FLMathError) -> (any PrivacyAccountant, Double) in
      var accountant = before
      try accountant.compose(events)
      return (accountant, try accountant.epsilon(delta: delta))
    }
    return next
  }

  /// Throws `FLRecordsError.Ledger.otherKind` unless the guarantee holds whatever the choice of the event depends on.
  private mutating func admit(_ event: PrivacyEvent) throws(FLRecordsError) {
    guard event.relation == relation else {
      throw .mathematics(.accounting(.otherRelation(event: event.relation, accountant: relation)))
    }
    let once = try FLRecordsError.ofMathematics { () throws(FLMathError) in try event.repeated(1) }
    guard let kind else {
      self.kind = once
      return
    }
    guard kind == once || accountant.isFilter(for: kind) && accountant.isFilter(for: once) else {
      throw .ledger(.otherKind(recorded: kind, given: event))
    }
  }

  /// Returns the trade-off curve of the spent events.
  func tradeOffCurve(count: Int) throws(FLRecordsError) -> TradeOffCurve {
    let accountant = accountant
    return try FLRecordsError.ofMathematics { () throws(FLMathError) in
      try TradeOffCurve(of: accountant, count: count)
    }
  }

  /// Whether the spent epsilon is within the budget.
  var isWithinBudget: Bool { epsilonSpent <= budget.epsilon }

  /// Raises the budget.
  ///
  /// - Throws: `FLRecordsError.Ledger.notARaise` unless it is above the present one, and finite.
  mutating func raiseBudget(to epsilon: Double) throws(FLRecordsError) {
    guard epsilon > budget.epsilon, epsilon.isFinite else {
      throw .ledger(.notARaise(from: budget.epsilon, to: epsilon))
    }
    budget = try PrivacyBudget(epsilon: epsilon, delta: budget.delta)
  }
}

extension PrivacyAccount {
  private static let mostRounds = 1 << 30

  /// Returns how many more such events fit in the budget, up to 2^30. It doubles the number until
  /// the events do not fit, and then bisects.
  func remainingRounds(of event: PrivacyEvent) throws(FLRecordsError) -> Int {
    var fitting = 0
    var exceeding = 1
    while try affords(exceeding, of: event) {
      fitting = exceeding
      if fitting == Self.mostRounds { return fitting }
      exceeding *= 2
    }
    while exceeding - fitting > 1 {
      let middle = fitting + (exceeding - fitting) / 2
      if try affords(middle, of: event) { fitting = middle } else { exceeding = middle }
    }
    return fitting
  }

  private func affords(_ rounds: Int, of event: PrivacyEvent) throws(FLRecordsError) -> Bool {
    let (repetitions, overflow) = event.repetitions.multipliedReportingOverflow(by: rounds)
    if overflow { return false }
    let all = try FLRecordsError.ofMathematics { () throws(FLMathError) in
      try event.repeated(repetitions)
    }
    return try after([all]).isWithinBudget
  }
}

/// The privacy budget of a training: all releases together must be (epsilon, delta)-differentially
/// private.
public struct PrivacyBudget: Sendable, Hashable {
  /// Finite and above 0.
  public let epsilon: Double
  /// Above 0 and below 1; well below 1 / number of clients.
  public let delta: Double

  /// Creates a budget.
  ///
  /// - Throws: ``FLRecordsError/Ledger/budget(epsilon:delta:)`` if a number is outside its range.
  public init(epsilon: Double, delta: Double) throws(FLRecordsError) {
    guard epsilon > 0, epsilon.isFinite, delta > 0, delta < 1 else {
      throw .ledger(.budget(epsilon: epsilon, delta: delta))
    }
    self.epsilon = epsilon
    self.delta = delta
  }
}

extension PrivacyBudget: Codable {
  private enum CodingKeys: CodingKey {
    case epsilon, delta
  }

  /// Reads a budget and checks it.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let epsilon = try container.decode(Double.self, forKey: .epsilon)
    let delta = try container.decode(Double.self, forKey: .delta)
    do throws(FLRecordsError) {
      try self.init(epsilon: epsilon, delta: delta)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }
}

/// The budget in the first line of a file, and the properties of the accountant that can open it
/// again.
struct AccountSettings: Codable, Hashable, Sendable {
  let budget: PrivacyBudget
  let relation: NeighbouringRelation
  let accountant: String
  /// The only order at which Renyi divergences are added up; `nil` for several orders and for other
  /// accountants.
  let order: Double?

  /// - Throws: `FLRecordsError.Ledger.accountantInUse` if the accountant has composed events.
  init(budget: PrivacyBudget, accountant: any PrivacyAccountant) throws(FLRecordsError) {
    order = try PrivacyAccount(budget: budget, accountant: accountant).order
    self.budget = budget
    relation = accountant.relation
    self.accountant = PrivacyAccount.name(of: accountant)
  }

  /// Returns the account at the beginning of the file, before its events.
  ///
  /// - Throws: `FLRecordsError.Ledger.otherRelation`, `.otherAccountant` or `.otherOrder` unless the
  ///   accountant has the properties of the first one.
  func account(
    with accountant: any PrivacyAccountant, of path: String
  ) throws(FLRecordsError) -> PrivacyAccount {
    guard relation == accountant.relation else {
      throw .ledger(.otherRelation(path: path, recorded: relation, given: accountant.relation))
    }
    let name = PrivacyAccount.name(of: accountant)
    guard self.accountant == name else {
      throw .ledger(.otherAccountant(path: path, recorded: self.accountant, given: name))
    }
    let account = try PrivacyAccount(budget: budget, accountant: accountant)
    guard account.order == order else {
      throw .ledger(.otherOrder(path: path, recorded: order, given: account.order))
    }
    return account
  }
}

/// A tally of events. It adds up equal events, so that the cost of a round is computed once for all
/// rounds of its kind.
struct EventTally {
  /// The events, in the order of the first of each kind.
  private(set) var events: [PrivacyEvent] = []
  private var indices: [PrivacyEvent: Int] = [:]

  /// - Throws: `FLMathError` if the repetitions are out of range.
  mutating func add(_ event: PrivacyEvent) throws(FLMathError) {
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
