internal import RealModule

/// Adds up whole distributions of privacy losses, and gives intervals in which the true epsilon or
/// delta lies (Koskela, Jälkö and Honkela 2020, "Computing Tight Differential Privacy Guarantees
/// Using FFT"; Doroshenko et al. 2022, "Connect the Dots").
///
/// It composes the Gaussian mechanism, with Poisson sampling or without. Without, the answer is that
/// of one Gaussian mechanism and exact. With sampling, losses are put on a grid in two ways, one
/// that overstates and one that understates every divergence, and both are composed. The interval
/// accounts for the grid, for what is cut off and for the rounding of the Fourier transform; the
/// rounding of single normal probabilities, about 1e-15 of each, is neglected.
public struct PrivacyLossAccountant: PrivacyAccountant {
  /// The relation for which the guarantee holds.
  public let relation: NeighbouringRelation

  /// The width of the interval of epsilon that is aimed at.
  public let accuracy: Double

  private struct Sampled: Hashable {
    let noiseMultiplier: Double
    let probability: Double
  }

  private var sampled: [Sampled: Int] = [:]

  /// The sum of 1 / noise multiplier^2 of all releases without sampling.
  private var precision = 0.0

  /// Starts with nothing spent.
  ///
  /// - Parameter accuracy: the width that the interval of epsilon shall have, from 1e-6 to 1. The
  ///   effort grows with the inverse of its square root. Where the grid would become too large, the
  ///   interval is wider.
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` if the accuracy is out of its range.
  public init(
    relation: NeighbouringRelation, accuracy: Double = 1e-4
  ) throws(PrivacyAccountingError) {
    guard accuracy >= 1e-6, accuracy <= 1 else {
      throw .invalid(.outOfRange(.accuracy, found: accuracy))
    }
    self.relation = relation
    self.accuracy = accuracy
  }

  /// Adds the cost of an event: of Gaussian noise with Poisson sampling, or without sampling.
  ///
  /// - Throws: ``PrivacyAccountingError/unsupported(_:relation:)`` for any other; nothing is added.
  /// - Complexity: O(1); the work is done when a question is asked.
  public mutating func compose(_ event: PrivacyEvent) throws(PrivacyAccountingError) {
    guard case .gaussian(let multiplier) = event.mechanism else {
      throw .unsupported(event, relation: relation)
    }
    switch event.sampling {
    case .none, .poisson(probability: 1):
      precision += Double(event.repetitions) / (multiplier * multiplier)
    case .poisson(let probability):
      sampled[Sampled(noiseMultiplier: multiplier, probability: probability), default: 0] +=
        event.repetitions
    case .withoutReplacement:
      throw .unsupported(event, relation: relation)
    }
  }

  /// The upper end of ``epsilonInterval(delta:)``.
  public func epsilon(delta: Double) throws(PrivacyAccountingError) -> Double {
    try epsilonInterval(delta: delta).upperBound
  }

  /// The upper end of ``deltaInterval(epsilon:)``.
  public func delta(epsilon: Double) throws(PrivacyAccountingError) -> Double {
    try deltaInterval(epsilon: epsilon).upperBound
  }

  /// An interval that contains the smallest epsilon for which everything composed so far is
  /// (epsilon, `delta`)-differentially private.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless delta is from 0 to 1.
  /// - Complexity: O(n log n) in the points of the grid, about 2^13 to 2^17 of them.
  public func epsilonInterval(
    delta: Double
  ) throws(PrivacyAccountingError) -> ClosedRange<Double> {
    try PrivacyAccountingError.requireDelta(delta)
    if isUnspent || delta == 1 { return 0...0 }
    if delta == 0 { return .infinity ... .infinity }
    if sampled.isEmpty {
      let epsilon = exactEpsilon(delta: delta)
      return epsilon * (1 - 0x1p-40)...epsilon
    }
    var (lower, upper) = (0.0, 0.0)
    for direction in directions {
      let bounds = LossQuestion(losses: losses(direction), accuracy: accuracy, floor: lower)
        .epsilonBounds(delta: delta)
      lower = max(lower, bounds.lower)
      upper = max(upper, bounds.upper)
    }
    return Self.interval(lower, upper)
  }

  /// An interval that contains the smallest delta for which everything composed so far is
  /// (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless epsilon is at least 0.
  public func deltaInterval(
    epsilon: Double
  ) throws(PrivacyAccountingError) -> ClosedRange<Double> {
    try PrivacyAccountingError.requireEpsilon(epsilon)
    if isUnspent || epsilon == .infinity { return 0...0 }
    if sampled.isEmpty {
      let delta = Double.exp(
        GaussianMechanism.logarithmOfDelta(epsilon: epsilon, mu: precision.squareRoot()))
      return delta * (1 - 0x1p-36)...delta
    }
    var (lower, upper) = (0.0, 0.0)
    for direction in directions {
      let bounds = LossQuestion(losses: losses(direction), accuracy: accuracy, floor: lower)
        .deltaBounds(epsilon: epsilon)
      lower = max(lower, bounds.lower)
      upper = max(upper, bounds.upper)
    }
    return Self.interval(lower, upper)
  }

  /// The bounds as an interval, whatever rounding has made of them: what is no number says nothing.
  private static func interval(_ lower: Double, _ upper: Double) -> ClosedRange<Double> {
    let upper = upper >= 0 ? upper : .infinity
    return (lower >= 0 ? min(lower, upper) : 0)...upper
  }

  private var isUnspent: Bool { sampled.isEmpty && precision == 0 }

  private func exactEpsilon(delta: Double) -> Double {
    GaussianMechanism.epsilon(mu: precision.squareRoot(), logDelta: Double.log(delta))
  }

  private var directions: [GaussianLoss.Direction] {
    switch relation {
    case .addOrRemove: [.remove, .add]
    case .replace: [.replace]
    }
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
