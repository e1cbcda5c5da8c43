public import FLMath

/// Why a privacy ledger refuses.
public enum PrivacyLedgerError: Error, Hashable, Sendable {
  /// Epsilon must be finite and above 0, delta above 0 and below 1.
  case budget(epsilon: Double, delta: Double)
  /// The ledger was begun with another budget, or it has been raised since.
  case otherBudget(path: String, recorded: PrivacyBudget, given: PrivacyBudget)
  /// The ledger was begun under another neighbouring relation.
  case otherRelation(
    path: String, recorded: NeighbouringRelation, given: NeighbouringRelation)
  /// The ledger was begun with another kind of accountant.
  case otherAccountant(path: String, recorded: String, given: String)
  /// The ledger was begun with another Renyi order; `nil` is several.
  case otherOrder(path: String, recorded: Double?, given: Double?)
  /// The event is not of the kind that the ledger has, and the accountant is not a privacy filter for both.
  /// Nothing was written.
  case otherKind(recorded: PrivacyEvent, given: PrivacyEvent)
  /// The accountant has been used already, so the ledger would not be all of it.
  case accountantInUse(epsilon: Double)
  /// The round would spend more than there is. Nothing was written.
  case exceedsBudget(round: Int, spent: Double, after: Double, budget: PrivacyBudget)
  /// A budget is only ever raised.
  case notARaise(from: Double, to: Double)
  /// The accountant has no bound for the event. Nothing was written.
  case accounting(PrivacyAccountingError)
  /// The file cannot be read or written.
  case file(RecordFileError)
}

extension PrivacyLedgerError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .budget(let epsilon, let delta):
      "a budget has a finite epsilon above 0 and a delta above 0 and below 1, found epsilon "
        + "\(epsilon) and delta \(delta); correct them"
    case .otherBudget(let path, let recorded, let given):
      "\(path) has the budget epsilon \(recorded.epsilon) at delta \(recorded.delta), not epsilon "
        + "\(given.epsilon) at delta \(given.delta); open it with its own, and raise it by "
        + "raiseBudget if that is what is meant"
    case .otherRelation(let path, let recorded, let given):
      "\(path) counts under the relation \(recorded.rawValue), not \(given.rawValue); the figures of "
        + "one mean nothing under the other: open it with its own"
    case .otherAccountant(let path, let recorded, let given):
      "\(path) was begun with a \(recorded), not a \(given); open it with the same"
    case .otherOrder(let path, let recorded, let given):
      "Expected a Renyi accountant with \(Self.text(recorded)) for \(path), got one with \(Self.text(given)); pass "
        + "one with the orders that the ledger was begun with."
    case .otherKind(let recorded, let given):
      "Expected \(recorded.mechanism) with sampling \(recorded.sampling), as in all events of the file, got "
        + "\(given.mechanism) with sampling \(given.sampling); this accountant proves nothing if events are chosen "
        + "in the light of results: keep to one kind, or begin a file with a RenyiAccountant of one order."
    case .accountantInUse(let epsilon):
      "Expected an accountant that has composed nothing, got one that has composed events worth an epsilon of "
        + "\(epsilon), which are not in the file; pass a new one, and spend those events from the file."
    case .exceedsBudget(let round, let spent, let after, let budget):
      "round \(round) would bring epsilon from \(spent) to \(after) at delta \(budget.delta), and the "
        + "budget is \(budget.epsilon), of which \(max(0, budget.epsilon - spent)) is left; stop here, "
        + "or add noise"
    case .notARaise(let current, let new):
      "a raised budget is finite and above the present \(current), found \(new)"
    case .accounting(let error): error.description
    case .file(let error): error.description
    }
  }

  private static func text(_ order: Double?) -> String {
    order.map { "the one order \($0)" } ?? "several orders"
  }

  /// Calls, and passes a refusal of the file on as one of the ledger.
  static func ofFile<Result: ~Copyable>(
    _ call: () throws(RecordFileError) -> Result
  ) throws(PrivacyLedgerError) -> Result {
    do throws(RecordFileError) { return try call() } catch { throw .file(error) }
  }

  /// Calls, and passes a refusal of the accountant on as one of the ledger.
  static func ofAccountant<Result>(
    _ call: () throws(PrivacyAccountingError) -> Result
  ) throws(PrivacyLedgerError) -> Result {
    do throws(PrivacyAccountingError) { return try call() } catch { throw .accounting(error) }
  }
}
