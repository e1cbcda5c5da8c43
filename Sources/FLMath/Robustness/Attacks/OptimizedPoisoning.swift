/// An attack whose strength is searched for against the rule that the server will use.
///
/// Used by Allouah et al. 2023, "Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity". The
/// search is that of the library ByzFL: double the step as long as the result of the rule gets farther from the
/// honest mean, then shorten it again and again. The attacker knows the rule, the number of attackers and
/// all honest updates.
public struct OptimizedPoisoning: Sendable {
  /// What is sent, for a factor that is searched for.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// The honest mean times minus the factor.
    case innerProduct
    /// The honest mean plus the factor times the honest standard deviations.
    case littleIsEnough
  }

  /// What the search has found.
  public struct Outcome: Sendable, Hashable {
    /// The factor.
    public let factor: Double
    /// What every attacker sends.
    public let vector: [Double]
    /// The distance of the rule's result from the honest mean.
    public let distance: Double
  }

  /// What is sent.
  public let family: Family

  /// The rule that is attacked.
  public let rule: any RobustAggregationRule

  /// The number of vectors that the attackers send. It may be another than the rule's.
  public let attackers: Int

  /// The number of times that the rule is tried.
  public let evaluations: Int

  /// The first step of the factor, which starts at 0.
  public let step: Double

  /// What a step is shortened to that was too long.
  static let contraction = 0.8

  /// Attacks `rule`.
  ///
  /// - Parameters:
  ///   - family: what is sent.
  ///   - rule: the rule, with what comes before it: see ``PreAggregatedRule``.
  ///   - attackers: at least 1.
  ///   - evaluations: at least 1.
  ///   - step: finite, above 0.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  public init(
    _ family: Family, against rule: any RobustAggregationRule, attackers: Int,
    evaluations: Int = 20, step: Double = 10
  ) throws(FLMathError) {
    guard attackers >= 1 else { throw .poisoning(.tooFewAttackers(attackers)) }
    guard evaluations >= 1 else { throw .poisoning(.invalidEvaluations(evaluations)) }
    guard step.isFinite, step > 0 else {
      throw .poisoning(.invalidParameter(name: "step", found: step))
    }
    self.family = family
    self.rule = rule
    self.attackers = attackers
    self.evaluations = evaluations
    self.step = step
  }

  /// Searches for the vector that takes the rule's result farthest from the honest mean.
  ///
  /// A factor with which the rule refuses the round does no damage.
  ///
  /// - Parameter honest: the updates of the honest clients.
  /// - Throws: ``FLMathError`` if honest updates are unusable or too few, or the rule refuses the
  ///   round even with the factor 0.
  /// - Complexity: as the rule, times the number of evaluations.
  public func strongest(honest: UpdateMatrix) throws(FLMathError) -> Outcome {
    guard honest.unusableRows.isEmpty else {
      throw .poisoning(.unusableHonestRows(honest.unusableRows))
    }
    let mean = honest.mean()
    var best = try outcome(0, honest, mean: mean)
    var (step, expanding) = (step, true)
    for _ in 1..<evaluations {
      let candidate = attempt(best.factor + step, honest, mean: mean)
      if let candidate, candidate.distance > best.distance {
        best = candidate
        step *= expanding ? 2 : Self.contraction
      } else {
        expanding = false
        step *= Self.contraction
      }
    }
    return best
  }

  private func attempt(_ factor: Double, _ honest: UpdateMatrix, mean: [Double]) -> Outcome? {
    try? outcome(factor, honest, mean: mean)
  }

  private func outcome(
    _ factor: Double, _ honest: UpdateMatrix, mean: [Double]
  ) throws(FLMathError) -> Outcome {
    let vector =
      switch family {
      case .innerProduct: mean.map { -factor * $0 }
      case .littleIsEnough: try honest.meanPlusDeviations(factor)
      }
    var unusable: [Int] = []
    if !UpdateMatrix.isUsable(vector) {
      unusable = Array(honest.rows.count..<honest.rows.count + attackers)
    }
    let updates = UpdateMatrix(
      trusted: honest.rows + [[Double]](repeating: vector, count: attackers),
      dimension: honest.dimension, unusableRows: unusable)
    let result = try rule.aggregate(updates)
    return Outcome(
      factor: factor, vector: vector,
      distance: EuclideanNorm.distance(result.vector, mean))
  }
}

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
  ) throws(FLMathError) -> [Double] {
    guard rows.count >= 2 else { throw .poisoning(.tooFewHonestRows(rows.count)) }
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
  ) throws(FLMathError) -> [Double] {
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
    guard norm > 0 else { throw .poisoning(.noDirection) }
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
