internal import RealModule

/// Releases of the Gaussian mechanism, with or without sampling, and their total cost.
struct GaussianReleases: Sendable, Hashable {
  private struct Sampled: Hashable {
    let noiseMultiplier: Double
    let probability: Double
    let isFixedSize: Bool
  }

  private var sampled: [Sampled: Int] = [:]

  /// The sum of 1 / noise multiplier^2 of all releases without sampling.
  private var precision = 0.0

  var isEmpty: Bool { sampled.isEmpty && precision == 0 }

  private var hasFixedSize: Bool { sampled.keys.contains { $0.isFixedSize } }

  /// Adds releases of one kind; a probability of 1 means that there is no sampling.
  mutating func add(noiseMultiplier: Double, sampling: SamplingScheme, repetitions: Int) {
    if sampling.probability == 1 {
      precision += Double(repetitions) / (noiseMultiplier * noiseMultiplier)
    } else if noiseMultiplier < .infinity {
      let isFixedSize = if case .withoutReplacement = sampling { true } else { false }
      let kind = Sampled(
        noiseMultiplier: noiseMultiplier, probability: sampling.probability,
        isFixedSize: isFixedSize)
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
    return bounds(relation, accuracy: accuracy) { $0.epsilonBounds(delta: delta) }
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
    return bounds(relation, accuracy: accuracy) { $0.deltaBounds(epsilon: epsilon) }
  }

  /// The larger of the answers for all pairs of neighbours. An answer that rounding has made NaN becomes the trivial
  /// bound.
  private func bounds(
    _ relation: NeighbouringRelation, accuracy: Double,
    ask: (RefinedComposition) -> (lower: Double, upper: Double)
  ) -> (lower: Double, upper: Double) {
    let isFixedSize = hasFixedSize
    var (lower, upper) = (0.0, 0.0)
    for neighbours in Neighbours.pairs(relation) {
      let bounds = ask(
        RefinedComposition(
          losses: losses { neighbours.loss($0) }, accuracy: accuracy, floor: lower))
      lower = max(lower, bounds.lower)
      if !isFixedSize { upper = max(upper, bounds.upper) }
    }
    if isFixedSize {
      // Those pairs are only examples. The bound of all pairs is not itself a pair of neighbours.
      for bound in FixedSampleBound.all(relation) {
        let bounds = ask(
          RefinedComposition(
            losses: losses { bound.loss($0) }, accuracy: accuracy, floor: lower,
            isUpperOnly: true))
        upper = max(upper, bounds.upper)
      }
    }
    upper = upper >= 0 ? upper : .infinity
    return (lower >= 0 ? min(lower, upper) : 0, upper)
  }

  private func losses(
    _ loss: (Sampled) -> any PrivacyLossVariable
  ) -> [(loss: any PrivacyLossVariable, repetitions: Int)] {
    // In a fixed order, so that the same events give the same digits.
    let keys = sampled.keys.sorted {
      ($0.noiseMultiplier, $0.probability, $0.isFixedSize ? 1 : 0)
        < ($1.noiseMultiplier, $1.probability, $1.isFixedSize ? 1 : 0)
    }
    var losses = keys.map { (loss: loss($0), repetitions: sampled[$0] ?? 0) }
    if precision > 0 {
      let loss = GaussianLoss(
        noiseMultiplier: 1 / precision.squareRoot(), probability: 1, direction: .remove)
      losses.append((loss, 1))
    }
    return losses
  }

  /// Two neighbouring data sets: the directions of the losses of their releases.
  private struct Neighbours {
    /// Under Poisson sampling, where they are the worst.
    let poisson: GaussianLoss.Direction
    /// In samples of fixed size.
    let fixedSize: GaussianLoss.Direction

    static func pairs(_ relation: NeighbouringRelation) -> [Neighbours] {
      switch relation {
      case .addOrRemove:
        [
          Neighbours(poisson: .remove, fixedSize: .remove),
          Neighbours(poisson: .add, fixedSize: .add),
        ]
      case .zeroOut:
        [
          Neighbours(poisson: .remove, fixedSize: .zeroAmongOpposites),
          Neighbours(poisson: .add, fixedSize: .fillAmongOpposites),
        ]
      case .replace:
        // One of the values is also that of all other records.
        [
          Neighbours(poisson: .replace, fixedSize: .remove),
          Neighbours(poisson: .replace, fixedSize: .add),
        ]
      }
    }

    func loss(_ kind: Sampled) -> any PrivacyLossVariable {
      GaussianLoss(
        noiseMultiplier: kind.noiseMultiplier, probability: kind.probability,
        direction: kind.isFixedSize ? fixedSize : poisson)
    }
  }

  /// Losses that together bound those of all neighbours.
  private struct FixedSampleBound {
    let poisson: GaussianLoss.Direction
    let hasOppositesAbove: Bool
    let hasOppositesBelow: Bool

    static func all(_ relation: NeighbouringRelation) -> [FixedSampleBound] {
      switch relation {
      case .addOrRemove: []
      case .zeroOut:
        [
          FixedSampleBound(poisson: .remove, hasOppositesAbove: true, hasOppositesBelow: false),
          FixedSampleBound(poisson: .add, hasOppositesAbove: false, hasOppositesBelow: true),
        ]
      case .replace:
        [FixedSampleBound(poisson: .replace, hasOppositesAbove: false, hasOppositesBelow: false)]
      }
    }

    func loss(_ kind: Sampled) -> any PrivacyLossVariable {
      guard kind.isFixedSize else {
        return GaussianLoss(
          noiseMultiplier: kind.noiseMultiplier, probability: kind.probability, direction: poisson)
      }
      return FixedSampleLoss(
        noiseMultiplier: kind.noiseMultiplier, probability: kind.probability,
        hasOppositesAbove: hasOppositesAbove, hasOppositesBelow: hasOppositesBelow)
    }
  }
}
