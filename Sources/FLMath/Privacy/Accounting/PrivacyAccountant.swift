/// Adds up what releases cost, of whatever kinds and in whatever order, and says what guarantee is
/// left.
public protocol PrivacyAccountant: Sendable {
  /// The relation for which the guarantee holds.
  var relation: NeighbouringRelation { get }

  /// Adds the cost of an event.
  ///
  /// - Throws: ``PrivacyAccountingError/otherRelation(event:accountant:)`` if the event is of another
  ///   relation, ``PrivacyAccountingError/unsupported(_:)`` if the accountant has no bound for it; nothing
  ///   is added then.
  mutating func compose(_ event: PrivacyEvent) throws(PrivacyAccountingError)

  /// An epsilon for which everything composed so far is (epsilon, `delta`)-differentially private;
  /// infinite if the accountant knows none.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless delta is from 0 to 1.
  func epsilon(delta: Double) throws(PrivacyAccountingError) -> Double

  /// A delta for which everything composed so far is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless epsilon is at least 0.
  func delta(epsilon: Double) throws(PrivacyAccountingError) -> Double

  /// Whether a budget holds even if such events are chosen in the light of earlier results: whether the
  /// accountant is a privacy filter for them, alone and together (Rogers, Roth, Ullman and Vadhan 2016,
  /// "Privacy Odometers and Filters").
  ///
  /// Without it, the kind of event has to be fixed before the first release. The number of releases may depend
  /// on results all the same: fewer releases are a part of all those that the budget allows.
  func isFilter(for event: PrivacyEvent) -> Bool
}

extension PrivacyAccountant {
  /// Returns false, which is always safe.
  public func isFilter(for event: PrivacyEvent) -> Bool { false }

  /// Adds the costs of events, all of them or, if one is refused, none.
  ///
  /// - Throws: as ``compose(_:)-(PrivacyEvent)``.
  public mutating func compose(_ events: [PrivacyEvent]) throws(PrivacyAccountingError) {
    var next = self
    for event in events {
      try next.compose(event)
    }
    self = next
  }
}

/// Why a privacy accountant cannot answer.
public enum PrivacyAccountingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The event was made for another neighbouring relation than the accountant's.
  case otherRelation(event: NeighbouringRelation, accountant: NeighbouringRelation)
  /// The accountant has no bound for such an event.
  case unsupported(PrivacyEvent)
  /// A number is outside its range.
  case invalid(PrivacyParameterError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .otherRelation(let event, let accountant):
      "Expected an event of the accountant's relation \(accountant.rawValue), got one of "
        + "\(event.rawValue), whose sensitivities are others; make the event for \(accountant.rawValue), "
        + "or use an accountant of \(event.rawValue)."
    case .unsupported(let event):
      "Expected an event that this accountant has a bound for under the relation "
        + "\(event.relation.rawValue), got \(event.mechanism) with sampling \(event.sampling); "
        + "use the Renyi accountant, or another relation."
    case .invalid(let error):
      error.description
    }
  }
}

extension PrivacyAccountant {
  /// Rejects an event whose sensitivities are those of another relation.
  func requireOwnRelation(_ event: PrivacyEvent) throws(PrivacyAccountingError) {
    guard event.relation == relation else {
      throw .otherRelation(event: event.relation, accountant: relation)
    }
  }
}

extension PrivacyAccountingError {
  static func requireDelta(_ delta: Double) throws(PrivacyAccountingError) {
    guard delta >= 0, delta <= 1 else { throw .invalid(.outOfRange(.delta, found: delta)) }
  }

  static func requireEpsilon(_ epsilon: Double) throws(PrivacyAccountingError) {
    guard epsilon >= 0 else { throw .invalid(.outOfRange(.epsilon, found: epsilon)) }
  }
}
