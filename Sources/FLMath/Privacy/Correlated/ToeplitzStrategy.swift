internal import RealModule

/// A factor of the prefix sums that is a banded Toeplitz matrix: A = B C, where A is the lower triangle of
/// ones, and C holds the same coefficients below each of its diagonal elements.
///
/// With independent noise g, the sums of the rounds are released as A x + B g = B (C x + g). This is as
/// private as C x + g, and its error is that of B (Choquette-Choo, McMahan, Rush and Thakurta 2023,
/// "Multi-epoch Matrix Factorization Mechanisms for Private Machine Learning", section 2). The noise that a
/// round adds is that of C^-1 g. One coefficient is the usual independent noise.
public struct ToeplitzStrategy: Sendable, Hashable {
  /// The coefficients: element (i, j) of C is the one at i - j, and 0 from the number of coefficients on.
  public let coefficients: [Double]

  /// Creates a strategy of given coefficients.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless there are 1 to 2^20, all of them are
  ///   finite, and the first one is above 0.
  public init(coefficients: [Double]) throws(FLMathError) {
    try FLMathError.Privacy.require(
      coefficients.count <= 1 << 20, .bands, Double(coefficients.count))
    guard let first = coefficients.first else { throw .privacy(.outOfRange(.bands, found: 0)) }
    try FLMathError.Privacy.requirePositive(first, .coefficient)
    for coefficient in coefficients {
      try FLMathError.Privacy.require(coefficient.isFinite, .coefficient, coefficient)
    }
    self.coefficients = coefficients
  }

  /// Independent noise: C is the identity.
  public static let independent = ToeplitzStrategy(unchecked: [1])

  init(unchecked coefficients: [Double]) {
    self.coefficients = coefficients
  }

  /// Creates the square root of the prefix sums, cut off at a number of bands. Its coefficients are
  /// binomial(2 j, j) / 4^j (Fichtenberger, Henzinger and Upadhyay 2022, "Constant Matters").
  ///
  /// With as many bands as rounds, it has the smallest largest error of all Toeplitz factors for clients that
  /// take part once (Dvijotham et al. 2024, "Efficient and Near-Optimal Noise Generation for Streaming
  /// Differential Privacy").
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless there are 1 to 2^20 bands.
  public static func squareRoot(bands: Int) throws(FLMathError) -> ToeplitzStrategy {
    try FLMathError.Privacy.require(bands >= 1 && bands <= 1 << 20, .bands, Double(bands))
    var coefficients = [1.0]
    coefficients.reserveCapacity(bands)
    var last = 1.0
    for index in 1..<max(1, bands) {
      last *= Double(2 * index - 1) / Double(2 * index)
      coefficients.append(last)
    }
    return ToeplitzStrategy(unchecked: Array(coefficients.prefix(bands)))
  }

  /// The square of the largest change of C x by one client with updates of norm 1.
  ///
  /// It is exact in two cases. With one participation or at most as many bands as the minimum separation, the
  /// columns of one client are orthogonal (Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization",
  /// equation 5). With coefficients that do not increase and are not negative, the worst client takes part as early
  /// and as often as it may (Kalinin and Lampert 2024, "Banded Square Root Matrix Factorization for
  /// Differentially Private Model Training", theorem 2). Otherwise it is an upper bound: that
  /// of the smallest coefficients that do not increase and are at least the magnitudes of these.
  ///
  /// - Complexity: O(rounds).
  func squaredSensitivity(rounds: Int, participation: ParticipationRule) -> Double {
    let separation = participation.minimumSeparation
    let count = participation.participations(in: rounds)
    guard count > 1, coefficients.count > separation else {
      return zip(coefficients, Self.overlaps(rounds: rounds, participation: participation))
        .reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    }
    var majorant = Array(coefficients.prefix(rounds))
    var largest = 0.0
    for index in majorant.indices.reversed() {
      largest = max(largest, abs(majorant[index]))
      majorant[index] = largest
    }
    // The sums along every `separation`th round, of all participations up to a round; those that are
    // `count` participations ago are taken off.
    var sums = majorant + [Double](repeating: 0, count: rounds - majorant.count)
    for round in separation..<max(separation, rounds) { sums[round] += sums[round - separation] }
    let (span, overflow) = count.multipliedReportingOverflow(by: separation)
    var total = 0.0
    for round in 0..<rounds {
      let sum =
        overflow || round < span ? sums[round] : max(0, sums[round] - sums[round - span])
      total += sum * sum
    }
    return total
  }

  /// Whether ``squaredSensitivity(rounds:participation:)`` is exact.
  func hasExactSensitivity(rounds: Int, participation: ParticipationRule) -> Bool {
    if participation.participations(in: rounds) == 1
      || coefficients.count <= participation.minimumSeparation
    {
      return true
    }
    return coefficients.allSatisfy { $0 >= 0 }
      && zip(coefficients, coefficients.dropFirst()).allSatisfy { $0 >= $1 }
  }

  /// For each coefficient, the number of columns of the worst client that hold it: later columns are cut off
  /// by the last round.
  static func overlaps(rounds: Int, participation: ParticipationRule) -> [Double] {
    let count = participation.participations(in: rounds)
    let separation = participation.minimumSeparation
    return (0..<(count == 1 ? rounds : separation)).map { index in
      Double(min(count, (rounds - 1 - index) / separation + 1))
    }
  }

  /// The first column of B, whose other columns are the same one shifted down.
  ///
  /// - Complexity: O(rounds x bands).
  func errorColumn(rounds: Int) -> [Double] {
    quotient(of: [Double](repeating: 1, count: rounds))
  }

  /// C^-1 `vector`.
  func quotient(of vector: [Double]) -> [Double] {
    var result = vector
    for index in result.indices {
      var value = vector[index]
      for band in 1..<max(1, min(coefficients.count, index + 1)) {
        value -= coefficients[band] * result[index - band]
      }
      result[index] = value / coefficients[0]
    }
    return result
  }

  /// The variance that independent numbers of variance 1 give to the sum of all rounds up to each one.
  func squaredErrors(rounds: Int) -> [Double] {
    var sum = 0.0
    return errorColumn(rounds: rounds).map { element in
      sum += element * element
      return sum
    }
  }
}

/// The error of the noisy sums that a strategy is compared by.
public enum NoiseErrorMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mean over all rounds of the variance of the sum up to a round.
  case mean
  /// The variance of the sum up to the worst round.
  case largest
}

extension ToeplitzStrategy {
  /// Finds the banded strategy with the least error at equal privacy.
  ///
  /// The square of the sensitivity times the error is minimised over the coefficients by Newton's method
  /// (Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization"). The sensitivity is
  /// exact: columns that the last round cuts off count as such. The result depends on the arguments only.
  ///
  /// - Parameters:
  ///   - bands: from 1 to the minimum separation, so that the sensitivity is exact. A client that takes part
  ///     once has none: the number of rounds is then the limit. At most 1,024.
  ///   - rounds: the number of rounds, from 1 to 2^20.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)``.
  /// - Complexity: O(rounds x bands + bands^3) for each of about ten steps.
  public static func optimal(
    bands: Int, rounds: Int, participation: ParticipationRule, error: NoiseErrorMeasure
  ) throws(FLMathError) -> ToeplitzStrategy {
    try FLMathError.Privacy.require(rounds >= 1 && rounds <= 1 << 20, .rounds, Double(rounds))
    let once = participation.participations(in: rounds) == 1
    let limit = min(once ? rounds : participation.minimumSeparation, rounds, 1024)
    try FLMathError.Privacy.require(bands >= 1 && bands <= limit, .bands, Double(bands))
    let problem = ToeplitzProblem(
      rounds: rounds,
      overlaps: Array(overlaps(rounds: rounds, participation: participation).prefix(bands)),
      error: error)
    return problem.minimum(from: try squareRoot(bands: bands).coefficients)
  }
}

/// The minimisation of log(squared sensitivity) + log(error) over coefficients, the first of which is 1.
struct ToeplitzProblem {
  let rounds: Int
  /// The weights of the squared coefficients in the squared sensitivity.
  let overlaps: [Double]
  let error: NoiseErrorMeasure

  private struct Point {
    var value: Double
    var gradient: [Double]
    var hessian: [[Double]]
  }

  func minimum(from start: [Double]) -> ToeplitzStrategy {
    var best = ToeplitzStrategy(unchecked: start)
    guard start.count > 1 else { return best }
    var point = expansion(at: best)
    var damping = 0.0
    // Newton's steps double the digits; the limit is for damped ones.
    for _ in 0..<200 {
      guard let step = Self.solve(point.hessian, damping: damping, point.gradient) else {
        damping = max(4 * damping, 1e-4)
        continue
      }
      var coefficients = best.coefficients
      for (index, change) in step.enumerated() { coefficients[index + 1] -= change }
      let next = ToeplitzStrategy(unchecked: coefficients)
      let value = self.value(at: next)
      guard value < point.value else {
        // No step that can be told from rounding is left.
        let expected = zip(step, point.gradient).reduce(0) { $0 + $1.0 * $1.1 }
        if expected < 1e-15 { break }
        damping = max(4 * damping, 1e-4)
        continue
      }
      best = next
      point = expansion(at: best)
      damping = damping < 1e-4 ? 0 : damping / 8
    }
    return best
  }

  /// The logarithm of the objective.
  func value(at strategy: ToeplitzStrategy) -> Double {
    let column = strategy.errorColumn(rounds: rounds)
    var (sum, total) = (0.0, 0.0)
    for (round, element) in column.enumerated() {
      sum += weight(rounds - round) * element * element
    }
    for (overlap, coefficient) in zip(overlaps, strategy.coefficients) {
      total += overlap * coefficient * coefficient
    }
    let value = Double.log(sum) + Double.log(total)
    return value.isFinite ? value : .infinity
  }

  /// How often an element of B's first column occurs in the error, with so many rounds to go.
  private func weight(_ remaining: Int) -> Double {
    switch error {
    case .mean: Double(remaining) / Double(rounds)
    case .largest: 1
    }
  }

  /// Value, gradient and Hessian in all coefficients but the first.
  ///
  /// The derivative of B's column by the coefficient of band j is -P shifted down by j, where
  /// P = C^-1 B, and the second one by j and k is 2 Q shifted by j + k, where Q = C^-1 P.
  private func expansion(at strategy: ToeplitzStrategy) -> Point {
    let bands = strategy.coefficients.count
    let column = strategy.errorColumn(rounds: rounds)
    let first = strategy.quotient(of: column)
    let second = strategy.quotient(of: first)
    func correlation(_ shifted: [Double], by shift: Int) -> Double {
      var sum = 0.0
      for round in shift..<max(shift, rounds) {
        sum += weight(rounds - round) * column[round] * shifted[round - shift]
      }
      return sum
    }
    let error = correlation(column, by: 0)
    let slopes = (0..<bands).map { -2 * correlation(first, by: $0) / error }
    let curvatures = (0..<(2 * bands - 1)).map { 4 * correlation(second, by: $0) / error }
    let squares = zip(overlaps, strategy.coefficients).map { $0 * $1 * $1 }.reduce(0, +)
    let norms = zip(overlaps, strategy.coefficients).map { 2 * $0 * $1 / squares }

    var hessian = [[Double]](
      repeating: [Double](repeating: 0, count: bands - 1), count: bands - 1)
    for distance in 0..<(bands - 1) {
      // The sum over r < m of weight(m - r) P_r P_(r + distance), for all m at once.
      var (products, weighted) = (0.0, [0.0])
      weighted.reserveCapacity(rounds)
      for round in 0..<(rounds - distance) {
        products += first[round] * first[round + distance]
        switch self.error {
        case .mean: weighted.append(weighted[round] + products / Double(rounds))
        case .largest: weighted.append(products)
        }
      }
      for low in 1..<(bands - distance) {
        let high = low + distance
        let squared = 2 * weighted[rounds - high] / error + curvatures[low + high]
        let entry =
          squared - slopes[low] * slopes[high] - norms[low] * norms[high]
          + (distance == 0 ? 2 * overlaps[low] / squares : 0)
        hessian[low - 1][high - 1] = entry
        hessian[high - 1][low - 1] = entry
      }
    }
    return Point(
      value: value(at: strategy), gradient: zip(slopes, norms).dropFirst().map { $0 + $1 },
      hessian: hessian)
  }

  /// Solves (matrix + damping x identity) x = vector by Cholesky's decomposition; nil unless the matrix is
  /// positive definite.
  private static func solve(
    _ matrix: [[Double]], damping: Double, _ vector: [Double]
  ) -> [Double]? {
    var factor = matrix
    var solution = vector
    for row in factor.indices {
      for column in 0...row {
        var value = matrix[row][column] + (row == column ? damping : 0)
        for index in 0..<column { value -= factor[row][index] * factor[column][index] }
        if column < row {
          factor[row][column] = value / factor[column][column]
        } else {
          guard value > 0, value.isFinite else { return nil }
          factor[row][row] = value.squareRoot()
        }
      }
      for index in 0..<row { solution[row] -= factor[row][index] * solution[index] }
      solution[row] /= factor[row][row]
    }
    for row in factor.indices.reversed() {
      for index in (row + 1)..<max(row + 1, factor.count) {
        solution[row] -= factor[index][row] * solution[index]
      }
      solution[row] /= factor[row][row]
    }
    return solution
  }
}
