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
  /// - Throws: ``ModelPoisoningError`` if a number is out of its range.
  public init(
    _ family: Family, against rule: any RobustAggregationRule, attackers: Int,
    evaluations: Int = 20, step: Double = 10
  ) throws(ModelPoisoningError) {
    guard attackers >= 1 else { throw .tooFewAttackers(attackers) }
    guard evaluations >= 1 else { throw .invalidEvaluations(evaluations) }
    guard step.isFinite, step > 0 else { throw .invalidParameter(name: "step", found: step) }
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
  /// - Throws: ``ModelPoisoningError`` if honest updates are unusable or too few, or the rule refuses the
  ///   round even with the factor 0.
  /// - Complexity: as the rule, times the number of evaluations.
  public func strongest(honest: UpdateMatrix) throws(ModelPoisoningError) -> Outcome {
    guard honest.unusableRows.isEmpty else { throw .unusableHonestRows(honest.unusableRows) }
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
  ) throws(ModelPoisoningError) -> Outcome {
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
    let result: RobustAggregate
    do {
      result = try rule.aggregate(updates)
    } catch {
      throw .rule(error)
    }
    return Outcome(
      factor: factor, vector: vector,
      distance: EuclideanNorm.distance(result.vector, mean))
  }
}
