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
  /// - Throws: ``UpdateMatrixError`` if there is no row, a row has no elements, or the rows differ
  ///   in their number of elements.
  /// - Complexity: O(rows x dimension).
  public init(_ rows: [[Double]]) throws(UpdateMatrixError) {
    guard let first = rows.first else { throw .noRows }
    guard !first.isEmpty else { throw .noElements }
    if let row = rows.firstIndex(where: { $0.count != first.count }) {
      throw .dimensionMismatch(row: row, expected: first.count, found: rows[row].count)
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

/// Why vectors are not an ``UpdateMatrix``.
public enum UpdateMatrixError: Error, Hashable, Sendable, CustomStringConvertible {
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
