extension RenyiAccountant {
  /// Creates an accountant with the one order that suits planned events best, so that other events may follow
  /// in the light of results: ``isFilter(for:)``.
  ///
  /// If the events come as planned, the epsilon is the same as with all default orders.
  ///
  /// - Parameters:
  ///   - planned: all that is going to be released; at least one event.
  ///   - delta: the delta of the budget, from 0 to 1.
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` if there is no event or a number is outside its range, and
  ///   as ``compose(_:)``.
  public init(
    relation: NeighbouringRelation, planned: [PrivacyEvent], delta: Double
  ) throws(PrivacyAccountingError) {
    guard !planned.isEmpty else { throw .invalid(.outOfRange(.repetitions, found: 0)) }
    var accountant = try RenyiAccountant(relation: relation)
    try accountant.compose(planned)
    try self.init(relation: relation, orders: [accountant.optimum(delta: delta).order])
  }
}
