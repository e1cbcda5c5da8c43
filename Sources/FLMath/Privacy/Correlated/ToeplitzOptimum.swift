internal import RealModule

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
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)``.
  /// - Complexity: O(rounds x bands + bands^3) for each of about ten steps.
  public static func optimal(
    bands: Int, rounds: Int, participation: ParticipationRule, error: NoiseErrorMeasure
  ) throws(PrivacyParameterError) -> ToeplitzStrategy {
    try PrivacyParameterError.require(rounds >= 1 && rounds <= 1 << 20, .rounds, Double(rounds))
    let once = participation.participations(in: rounds) == 1
    let limit = min(once ? rounds : participation.minimumSeparation, rounds, 1024)
    try PrivacyParameterError.require(bands >= 1 && bands <= limit, .bands, Double(bands))
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
