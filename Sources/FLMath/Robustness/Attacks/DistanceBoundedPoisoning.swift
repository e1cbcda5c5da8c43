extension ModelPoisoning {
  /// What Min-Max and Min-Sum add to the honest mean (Shejwalkar and Houmansadr 2021, section IV). Only its
  /// direction matters.
  public enum Perturbation: String, Sendable, Hashable, CaseIterable {
    /// Against the honest mean ("inverse unit vector").
    case oppositeMean
    /// Against the standard deviation of every coordinate ("inverse standard deviation").
    case oppositeDeviation
    /// Against the sign of every coordinate of the mean ("inverse sign").
    case oppositeSigns
  }

  /// How far from the honest vectors an attacker's may be.
  enum DistanceBound {
    /// From each, as far as two honest ones are from each other at most.
    case largestDistance
    /// In the sum of squared distances from all, as far as an honest one at most.
    case largestSum
  }
}

extension UpdateMatrix {
  /// The mean of the rows plus the largest multiple of a perturbation within the bound.
  ///
  /// The paper searches for the multiple by halving. Squared distances are quadratic in it, so it is the
  /// smallest positive root of these equations.
  ///
  /// - Complexity: O(rows^2 x dimension).
  func perturbedMean(
    _ perturbation: ModelPoisoning.Perturbation, within bound: ModelPoisoning.DistanceBound
  ) throws(ModelPoisoningError) -> [Double] {
    guard rows.count >= 2 else { throw .tooFewHonestRows(rows.count) }
    let mean = mean()
    let distances = EuclideanDistances(of: rows)
    let diameter = distances.diameter(of: Array(rows.indices))
    // Rows that are all equal leave no room.
    guard diameter > 0 else { return mean }
    let scale = PowerOfTwo(normalising: diameter)
    let differences = rows.map { row in zip(row, mean).map { ($0 - $1) * scale.factor } }
    let direction = try Self.direction(perturbation, mean: mean, differences: differences)
    let multiple =
      switch bound {
      case .largestDistance:
        Self.largestMultiple(
          of: direction, differences, within: (diameter * scale.factor).squared)
      case .largestSum:
        Self.largestMultiple(
          of: direction, differences,
          withinSum: rows.indices.map { row in
            rows.indices.reduce(0) { $0 + (distances[row, $1] * scale.factor).squared }
          }.max() ?? 0)
      }
    return zip(mean, direction).map { $0 + multiple * scale.inverse * $1 }
  }

  /// The perturbation, of norm 1.
  private static func direction(
    _ perturbation: ModelPoisoning.Perturbation, mean: [Double], differences: [[Double]]
  ) throws(ModelPoisoningError) -> [Double] {
    let vector: [Double]
    switch perturbation {
    case .oppositeMean: vector = mean.map { -$0 }
    case .oppositeSigns: vector = mean.map { $0 > 0 ? -1 : $0 < 0 ? 1 : 0 }
    case .oppositeDeviation:
      vector = mean.indices.map { column in
        let squares = differences.reduce(0) { $0 + $1[column].squared }
        return -squares.squareRoot()
      }
    }
    let norm = EuclideanNorm.norm(vector)
    guard norm > 0 else { throw .noDirection }
    return vector.map { $0 / norm }
  }

  /// The largest multiple of a vector of norm 1 whose squared distance from each of the differences is
  /// within the bound.
  private static func largestMultiple(
    of direction: [Double], _ differences: [[Double]], within bound: Double
  ) -> Double {
    differences.reduce(.infinity) { least, difference in
      min(
        least,
        positiveRoot(
          leading: 1, half: -VectorArithmetic.dot(direction, difference),
          room: bound - VectorArithmetic.squaredNorm(difference)))
    }
  }

  /// The same for the sum of the squared distances.
  private static func largestMultiple(
    of direction: [Double], _ differences: [[Double]], withinSum bound: Double
  ) -> Double {
    positiveRoot(
      leading: Double(differences.count),
      half: differences.reduce(0) { $0 - VectorArithmetic.dot(direction, $1) },
      room: differences.reduce(bound) { $0 - VectorArithmetic.squaredNorm($1) })
  }

  /// Where `leading x^2 + 2 half x - room` is 0 for x at least 0; a room below 0 is rounding.
  private static func positiveRoot(leading: Double, half: Double, room: Double) -> Double {
    let room = max(0, room)
    let root = (half * half + leading * room).squareRoot()
    if half > 0 { return room / (half + root) }
    return (root - half) / leading
  }
}

extension Double {
  fileprivate var squared: Double { self * self }
}
