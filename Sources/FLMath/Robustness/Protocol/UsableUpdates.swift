/// The rows of a matrix that can be computed with, and how many attackers may still be among them.
///
/// With u unusable rows out of n, of which f attack, n - u rows with f - u attackers remain. Every
/// requirement of the form n >= a f + b with a >= 1 that held before holds after, so leaving the rows
/// out never takes a rule beyond its breakdown point.
struct UsableUpdates {
  let rows: [[Double]]

  /// The index in the matrix of every row here.
  let indices: [Int]

  let dimension: Int

  /// The attackers that may be among these rows.
  let attackers: Int

  /// The rows that were left out.
  let unusableRows: [Int]

  init(
    of updates: UpdateMatrix, for rule: some RobustAggregationRule
  ) throws(RobustAggregationError) {
    let attackers = rule.attackers
    let count = updates.rows.count
    guard rule.tolerance.tolerates(attackers: attackers, among: count) else {
      throw .beyondBreakdown(
        vectors: count, attackers: attackers,
        maximum: rule.tolerance.maximumAttackers(among: count))
    }
    try self.init(of: updates, attackers: attackers)
  }

  init(of updates: UpdateMatrix, attackers: Int) throws(RobustAggregationError) {
    let unusable = updates.unusableRows
    guard unusable.count <= attackers, unusable.count < updates.rows.count else {
      throw .tooManyUnusableRows(attackers: attackers, found: unusable)
    }
    if unusable.isEmpty {
      rows = updates.rows
      indices = Array(updates.rows.indices)
    } else {
      let left = Set(unusable)
      indices = updates.rows.indices.filter { !left.contains($0) }
      rows = indices.map { updates.rows[$0] }
    }
    dimension = updates.dimension
    self.attackers = attackers - unusable.count
    unusableRows = unusable
  }

  /// The result of a rule that makes no choice among rows.
  func aggregate(_ vector: [Double], distanceBound: Double? = nil) -> RobustAggregate {
    RobustAggregate(
      vector: vector, unusableRows: unusableRows, selectedRows: nil, distanceBound: distanceBound)
  }

  /// The result of a rule that is the mean of the rows at these positions.
  func mean(selected positions: [Int]) -> RobustAggregate {
    RobustAggregate(
      vector: VectorArithmetic.mean(of: rows, at: positions),
      unusableRows: unusableRows,
      selectedRows: positions.map { indices[$0] }.sorted())
  }
}
