/// The updates of a round in the clear, one row per client: what a robust rule aggregates.
///
/// An attacker may send anything, so rows that no arithmetic survives are expected here, and marked
/// instead of refused. A row is unusable if an element is NaN or infinite, or if its norm exceeds 2^1000
/// (1e301), beyond which sums of rows could overflow. Every rule leaves such rows out, counts each as
/// one of its attackers, and names them in its result. Rules give the same result at every scale
/// below that: squares that would underflow or overflow are computed from scaled numbers.
public struct UpdateMatrix: Sendable, Hashable {
  /// The largest Euclidean norm of a row that can be used.
  public static var largestNorm: Double { 0x1p1000 }

  /// The vectors, in the order in which they were given, all of ``dimension`` elements.
  public let rows: [[Double]]

  /// The number of elements of a row, at least 1.
  public let dimension: Int

  /// The indices of the rows that are not finite or too long to be computed with, in ascending
  /// order.
  public let unusableRows: [Int]

  /// Takes the vectors of a round. The rows are shared with the caller, not copied.
  ///
  /// - Throws: ``FLMathError`` if there is no row, a row has no elements, or the rows differ
  ///   in their number of elements.
  /// - Complexity: O(rows x dimension).
  public init(_ rows: [[Double]]) throws(FLMathError) {
    guard let first = rows.first else { throw .updateMatrix(.noRows) }
    guard !first.isEmpty else { throw .updateMatrix(.noElements) }
    if let row = rows.firstIndex(where: { $0.count != first.count }) {
      throw .updateMatrix(
        .dimensionMismatch(row: row, expected: first.count, found: rows[row].count))
    }
    self.rows = rows
    dimension = first.count
    let isUsable = ParallelWork.map(rows, Self.isUsable)
    unusableRows = isUsable.indices.filter { !isUsable[$0] }
  }

  /// For rows whose usability follows from the way they were made.
  init(trusted rows: [[Double]], dimension: Int, unusableRows: [Int]) {
    self.rows = rows
    self.dimension = dimension
    self.unusableRows = unusableRows
  }

  /// Whether every element is finite and the vector short enough to be computed with.
  static func isUsable(_ vector: [Double]) -> Bool {
    // NaN and infinity carry through to the norm, and NaN compares as false. A small square is that of
    // a small norm, right or not.
    VectorArithmetic.squaredNorm(vector) <= EuclideanNorm.plainSquares.upperBound
      || EuclideanNorm.norm(vector) <= largestNorm
  }
}

extension FLMathError {
  /// Why vectors are not an ``UpdateMatrix``.
  public enum UpdateMatrix: Hashable, Sendable, CustomStringConvertible {
    /// There are no vectors.
    case noRows
    /// The vectors are empty.
    case noElements
    /// A vector has another number of elements than the first.
    case dimensionMismatch(row: Int, expected: Int, found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .noRows:
        "Expected at least one update, got none; wait for more clients or skip the round."
      case .noElements:
        "Expected updates of at least one element, got empty ones; pass the flat parameters."
      case .dimensionMismatch(let row, let expected, let found):
        "Expected updates of \(expected) elements, but row \(row) has \(found); leave the client out."
      }
    }
  }
}

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
  ) throws(FLMathError) {
    let attackers = rule.attackers
    let count = updates.rows.count
    guard rule.tolerance.tolerates(attackers: attackers, among: count) else {
      throw .robustAggregation(
        .beyondBreakdown(
          vectors: count, attackers: attackers,
          maximum: rule.tolerance.maximumAttackers(among: count)))
    }
    try self.init(of: updates, attackers: attackers)
  }

  init(of updates: UpdateMatrix, attackers: Int) throws(FLMathError) {
    let unusable = updates.unusableRows
    guard unusable.count <= attackers, unusable.count < updates.rows.count else {
      throw .robustAggregation(.tooManyUnusableRows(attackers: attackers, found: unusable))
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
