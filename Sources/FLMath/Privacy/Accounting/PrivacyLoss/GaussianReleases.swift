internal import RealModule

/// Releases of the Gaussian mechanism, with Poisson sampling or without, and what all together cost.
struct GaussianReleases: Sendable, Hashable {
  private struct Sampled: Hashable {
    let noiseMultiplier: Double
    let probability: Double
  }

  private var sampled: [Sampled: Int] = [:]

  /// The sum of 1 / noise multiplier^2 of all releases without sampling.
  private var precision = 0.0

  var isEmpty: Bool { sampled.isEmpty && precision == 0 }

  /// Adds releases of one kind; a probability of 1 is no sampling.
  mutating func add(noiseMultiplier: Double, probability: Double, repetitions: Int) {
    if probability == 1 {
      precision += Double(repetitions) / (noiseMultiplier * noiseMultiplier)
    } else if noiseMultiplier < .infinity {
      let kind = Sampled(noiseMultiplier: noiseMultiplier, probability: probability)
      let (sum, overflow) = (sampled[kind] ?? 0).addingReportingOverflow(repetitions)
      sampled[kind] = overflow ? .max : sum
    }
  }

  /// Numbers between which the smallest epsilon for a delta is.
  func epsilonBounds(
    delta: Double, relation: NeighbouringRelation, accuracy: Double
  ) -> (lower: Double, upper: Double) {
    if isEmpty || delta >= 1 { return (0, 0) }
    if delta == 0 { return (.infinity, .infinity) }
    if sampled.isEmpty {
      let epsilon = GaussianMechanism.epsilon(
        mu: precision.squareRoot(), logDelta: Double.log(delta))
      return (epsilon * (1 - 0x1p-40), epsilon)
    }
    return bounds(relation) { losses, floor in
      LossQuestion(losses: losses, accuracy: accuracy, floor: floor).epsilonBounds(delta: delta)
    }
  }

  /// Numbers between which the smallest delta for an epsilon is.
  func deltaBounds(
    epsilon: Double, relation: NeighbouringRelation, accuracy: Double
  ) -> (lower: Double, upper: Double) {
    if isEmpty || epsilon == .infinity { return (0, 0) }
    if sampled.isEmpty {
      let delta = Double.exp(
        GaussianMechanism.logarithmOfDelta(epsilon: epsilon, mu: precision.squareRoot()))
      return (delta * (1 - 0x1p-36), delta)
    }
    return bounds(relation) { losses, floor in
      LossQuestion(losses: losses, accuracy: accuracy, floor: floor).deltaBounds(epsilon: epsilon)
    }
  }

  /// The larger of the answers in all directions, whatever rounding has made of them: what is no number
  /// says nothing.
  private func bounds(
    _ relation: NeighbouringRelation,
    ask: (_ losses: [(loss: GaussianLoss, repetitions: Int)], _ floor: Double) -> (
      lower: Double, upper: Double
    )
  ) -> (lower: Double, upper: Double) {
    let directions: [GaussianLoss.Direction] =
      switch relation {
      case .addOrRemove, .zeroOut: [.remove, .add]
      case .replace: [.replace]
      }
    var (lower, upper) = (0.0, 0.0)
    for direction in directions {
      let bounds = ask(losses(direction), lower)
      lower = max(lower, bounds.lower)
      upper = max(upper, bounds.upper)
    }
    upper = upper >= 0 ? upper : .infinity
    return (lower >= 0 ? min(lower, upper) : 0, upper)
  }

  private func losses(
    _ direction: GaussianLoss.Direction
  ) -> [(loss: GaussianLoss, repetitions: Int)] {
    // In a fixed order, so that the same events give the same digits.
    let keys = sampled.keys.sorted {
      ($0.noiseMultiplier, $0.probability) < ($1.noiseMultiplier, $1.probability)
    }
    var losses: [(loss: GaussianLoss, repetitions: Int)] = keys.map { key in
      let loss = GaussianLoss(
        noiseMultiplier: key.noiseMultiplier, probability: key.probability, direction: direction)
      return (loss, sampled[key] ?? 0)
    }
    if precision > 0 {
      let loss = GaussianLoss(
        noiseMultiplier: 1 / precision.squareRoot(), probability: 1, direction: direction)
      losses.append((loss, 1))
    }
    return losses
  }
}
