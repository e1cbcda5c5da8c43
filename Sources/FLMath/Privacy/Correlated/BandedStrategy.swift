/// A factor of the prefix sums that is a banded matrix of a fixed number of rounds: A = B C, where A is the
/// lower triangle of ones, and C has elements of its own in each column.
///
/// It has less error than a ``ToeplitzStrategy`` of as many bands, and takes more memory: rounds x bands
/// numbers. ``optimal(bands:rounds:participation:error:)`` finds the best one for a rule of participation.
public struct BandedStrategy: Sendable, Hashable {
  /// The most rounds of a strategy: 2^14.
  public static let maximumRounds = 1 << 14

  /// The number of rounds: C has as many rows and columns.
  public let rounds: Int

  /// The number of diagonals of C that are not 0, its main one included.
  public let bands: Int

  /// The element in column j and row j + i is at j x bands + i. Places below the last row hold 0.
  let elements: [Double]

  /// Creates a strategy of given columns.
  ///
  /// - Parameter columns: for each round the elements of its column of C, from the diagonal down; elements
  ///   that are left out are 0.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless there are 1 to ``maximumRounds`` columns,
  ///   each has at least one element and none below the last row, all elements are finite, and those
  ///   on the diagonal are above 0.
  public init(columns: [[Double]]) throws(FLMathError) {
    try FLMathError.Privacy.require(
      columns.count >= 1 && columns.count <= Self.maximumRounds, .rounds, Double(columns.count))
    var bands = 1
    for (index, column) in columns.enumerated() {
      try FLMathError.Privacy.require(
        column.count >= 1 && column.count <= columns.count - index, .bands, Double(column.count))
      try FLMathError.Privacy.requirePositive(column[0], .coefficient)
      for element in column {
        try FLMathError.Privacy.require(element.isFinite, .coefficient, element)
      }
      bands = max(bands, column.count)
    }
    self.init(
      unchecked: columns.flatMap { $0 + [Double](repeating: 0, count: bands - $0.count) },
      bands: bands)
  }

  init(unchecked elements: [Double], bands: Int) {
    rounds = elements.count / bands
    self.bands = bands
    self.elements = elements
  }

  /// The columns of C, from the diagonal down to the last band or the last row.
  public var columns: [[Double]] {
    (0..<rounds).map { column in
      Array(elements[(column * bands)...].prefix(min(bands, rounds - column)))
    }
  }

  /// A row of C, from its diagonal element to the left.
  func row(_ row: Int) -> [Double] {
    (0..<min(bands, row + 1)).map { elements[(row - $0) * bands + $0] }
  }

  /// The square of the largest change of C x by one client with updates of norm 1.
  ///
  /// The columns of one client have no row in common, so that their squared norms add up. The worst set of
  /// rounds is found by dynamic programming over the rounds, so that the result is exact.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` if a client may take part twice within as many rounds
  ///   as there are bands: no exact sensitivity is known then.
  /// - Complexity: O(rounds x participations).
  func squaredSensitivity(
    participation: ParticipationRule
  ) throws(FLMathError) -> Double {
    let count = participation.participations(in: rounds)
    try FLMathError.Privacy.require(
      count == 1 || bands <= participation.minimumSeparation, .bands, Double(bands))
    let norms = (0..<rounds).map { column in
      elements[(column * bands)..<((column + 1) * bands)].reduce(0) { $0 + $1 * $1 }
    }
    // The largest sums of the squared norms of the participations so far, within the rounds up to each one.
    var fewer = [Double](repeating: 0, count: rounds)
    for _ in 0..<count {
      var largest = fewer
      for round in 0..<rounds {
        let earlier = round - participation.minimumSeparation
        largest[round] = max(
          round > 0 ? largest[round - 1] : 0, norms[round] + (earlier >= 0 ? fewer[earlier] : 0))
      }
      fewer = largest
    }
    return fewer[rounds - 1]
  }

  /// The variance that independent numbers of variance 1 give to the sum of all rounds up to each one.
  ///
  /// - Complexity: O(rounds x bands^2).
  func squaredErrors() -> [Double] {
    PrefixSumCovariance(factor: PrefixSumFactor(elements, bands: bands)).variances
  }
}

/// The matrix C D, where D takes the differences of successive rounds: the sums s of the noise of the rounds
/// solve C D s = g. It has one band more than C.
struct PrefixSumFactor {
  let rounds: Int
  /// The number of diagonals below the main one: the number of bands of C.
  let reach: Int
  /// The element in row i and column i - k is at i x (reach + 1) + k.
  private(set) var elements: [Double]

  init(_ banded: [Double], bands: Int) {
    rounds = banded.count / bands
    reach = bands
    elements = [Double](repeating: 0, count: rounds * (bands + 1))
    for row in 0..<rounds {
      for distance in 0...min(bands, row) {
        // C_ij - C_i(j + 1).
        let column = row - distance
        var element = distance < bands ? banded[column * bands + distance] : 0
        if distance > 0 { element -= banded[(column + 1) * bands + distance - 1] }
        elements[row * (bands + 1) + distance] = element
      }
    }
  }

  /// The derivative by the elements of C, column by column, of what has this derivative by the elements of
  /// C D.
  static func derivativeOfBands(_ derivative: [Double], bands: Int) -> [Double] {
    let width = bands + 1
    let rounds = derivative.count / width
    var result = [Double](repeating: 0, count: rounds * bands)
    for column in 0..<rounds {
      for distance in 0..<min(bands, rounds - column) {
        let place = (column + distance) * width + distance
        result[column * bands + distance] =
          derivative[place] - (column > 0 ? derivative[place + 1] : 0)
      }
    }
    return result
  }
}

/// The covariances of the sums of the noise of all rounds up to each one, for sums at most `reach` rounds
/// apart.
///
/// The recursion of the sums, L s = g with L = C D, gives the covariances of a sum from those of the sums
/// before it (Takahashi, Fagan and Chen 1973 for the inverse of a sparse matrix).
struct PrefixSumCovariance {
  private let factor: PrefixSumFactor
  /// The covariance of rounds i and i - k is at i x (reach + 1) + k.
  private var elements: [Double]

  /// - Complexity: O(rounds x bands^2).
  init(factor: PrefixSumFactor) {
    self.factor = factor
    let reach = factor.reach
    let width = reach + 1
    var elements = [Double](repeating: 0, count: factor.elements.count)
    for round in 0..<factor.rounds {
      let start = round * width
      let diagonal = factor.elements[start]
      let most = min(reach, round)
      var sum = 0.0
      for distance in 1..<max(1, most + 1) {
        var product = 0.0
        // The covariances of rounds round - step and round - distance, whichever is later.
        for step in 1...distance {
          product +=
            factor.elements[start + step] * elements[start - step * width + distance - step]
        }
        let later = start - distance * width - distance
        for step in (distance + 1)..<max(distance + 1, most + 1) {
          product += factor.elements[start + step] * elements[later + step]
        }
        let covariance = -product / diagonal
        elements[start + distance] = covariance
        sum += factor.elements[start + distance] * covariance
      }
      elements[start] = (1 / diagonal - sum) / diagonal
    }
    self.elements = elements
  }

  /// The covariance of the sum up to a round with that up to so many rounds before.
  subscript(round: Int, distance: Int) -> Double {
    elements[round * (factor.reach + 1) + distance]
  }

  /// The variances of all sums.
  var variances: [Double] {
    (0..<factor.rounds).map { self[$0, 0] }
  }

  /// The derivative of a function of the variances by the elements of L, in their order.
  ///
  /// It goes through the recursion backwards.
  ///
  /// - Parameter slopes: the derivative of the function by each of the variances.
  /// - Complexity: O(rounds x bands^2).
  func derivative(slopes: [Double]) -> [Double] {
    let width = factor.reach + 1
    var result = [Double](repeating: 0, count: elements.count)
    // The derivative by each covariance, over the rounds that come later.
    var weights = [Double](repeating: 0, count: elements.count)
    for round in 0..<factor.rounds { weights[round * width] = slopes[round] }
    for round in (0..<factor.rounds).reversed() {
      let start = round * width
      let diagonal = factor.elements[start]
      let most = min(factor.reach, round)
      let own = weights[start] / diagonal
      result[start] -= own * (elements[start] + 1 / (diagonal * diagonal))
      for distance in 1..<max(1, most + 1) {
        result[start + distance] -= own * elements[start + distance]
        weights[start + distance] -= own * factor.elements[start + distance]
      }
      for distance in 1..<max(1, most + 1) {
        let weight = weights[start + distance] / diagonal
        result[start] -= weight * elements[start + distance]
        for step in 1...distance {
          let place = start - step * width + distance - step
          result[start + step] -= weight * elements[place]
          weights[place] -= weight * factor.elements[start + step]
        }
        let later = start - distance * width - distance
        for step in (distance + 1)..<max(distance + 1, most + 1) {
          result[start + step] -= weight * elements[later + step]
          weights[later + step] -= weight * factor.elements[start + step]
        }
      }
    }
    return result
  }
}
