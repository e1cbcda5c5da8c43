internal import RealModule

/// A lower bound of the trade-off between the two errors of an adversary who tests whether a client's data were
/// used, from the (epsilon, delta) curve of any accountant.
///
/// For each epsilon, with its delta, the type II error at a type I error alpha is at least
/// max(0, 1 - delta - exp(epsilon) alpha, exp(-epsilon) (1 - delta - alpha)) (Wasserman and Zhou 2010; Dong, Roth
/// and Su 2022, proposition 2.5). The curve is the largest of these bounds: convex, falling, its own inverse and
/// nowhere above 1 - alpha.
public struct TradeOffCurve: Sendable, Hashable {
  /// A point of the curve.
  public struct Point: Sendable, Hashable {
    /// The probability of a false alarm.
    public let typeIError: Double
    /// The least probability of a miss.
    public let typeIIError: Double
  }

  private struct Bound: Hashable {
    let epsilon: Double
    let delta: Double
  }

  private let bounds: [Bound]

  /// Creates the curve of everything that an accountant has composed.
  ///
  /// - Parameters:
  ///   - accountant: its deltas may be bounds; the curve then is a bound, too.
  ///   - count: the number of epsilons, from 1 to 10,000. More give a tighter curve. They are denser near 0, and end
  ///     where delta is 10^-10.
  /// - Throws: ``FLMathError`` of the accountant; ``FLMathError/privacy(_:)`` if the count is
  ///   outside its range.
  /// - Complexity: O(count) questions to the accountant.
  public init(
    of accountant: some PrivacyAccountant, count: Int = 100
  ) throws(FLMathError) {
    guard count >= 1, count <= 10_000 else {
      throw .privacy(.outOfRange(.pointCount, found: Double(count)))
    }
    let largest = try accountant.epsilon(delta: 1e-10)
    // An infinite epsilon says nothing, and neither does one whose exponential is beyond Double.
    let end = min(largest, 700)
    var bounds: [Bound] = []
    for index in 0..<count {
      let share = count == 1 ? 0 : Double(index) / Double(count - 1)
      let epsilon = end * share * share
      bounds.append(Bound(epsilon: epsilon, delta: try accountant.delta(epsilon: epsilon)))
    }
    self.bounds = bounds
  }

  /// The least type II error of any test with a type I error of at most `typeIError`.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless the error is from 0 to 1.
  /// - Complexity: O(count).
  public func typeIIError(typeIError: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(
      typeIError >= 0 && typeIError <= 1, .typeIError, typeIError)
    return leastTypeIIError(typeIError)
  }

  /// Points of the curve at equal distances of the type I error, from 0 to 1.
  ///
  /// - Parameter count: the number of points, from 2 to 10,000.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` if the count is outside its range.
  public func points(count: Int) throws(FLMathError) -> [Point] {
    try FLMathError.Privacy.require(
      count >= 2 && count <= 10_000, .pointCount, Double(count))
    return (0..<count).map { index in
      let alpha = Double(index) / Double(count - 1)
      return Point(typeIError: alpha, typeIIError: leastTypeIIError(alpha))
    }
  }

  private func leastTypeIIError(_ alpha: Double) -> Double {
    var best = 0.0
    for bound in bounds {
      let rest = 1 - bound.delta
      let steep = rest - Double.exp(bound.epsilon) * alpha
      let flat = Double.exp(-bound.epsilon) * (rest - alpha)
      best = max(best, steep, flat)
    }
    return min(best, 1 - alpha)
  }
}

/// Gaussian differential privacy: two neighbouring data sets are at least as hard to tell apart as N(0, 1)
/// and N(mu, 1) (Dong, Roth and Su 2022, "Gaussian Differential Privacy", definition 2.6).
///
/// The Gaussian mechanism is mu-GDP exactly, with mu = sensitivity / standard deviation, and so are
/// compositions of it without sampling. There is no central limit theorem here: sampled mechanisms are not GDP.
public struct GaussianPrivacy: Sendable, Hashable {
  /// The number of standard deviations between the two hypotheses, finite and above 0.
  public let mu: Double

  /// Creates a guarantee.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless mu is finite and above 0.
  public init(mu: Double) throws(FLMathError) {
    try FLMathError.Privacy.requirePositive(mu, .mu)
    self.mu = mu
  }

  /// Creates the guarantee of Gaussian noise without sampling, for all events together: mu^2 is the sum of
  /// 1 / noise multiplier^2 (corollary 3.3).
  ///
  /// - Throws: ``FLMathError/Accounting/otherRelation(event:accountant:)`` if the events have several relations,
  ///   ``FLMathError/Accounting/unsupported(_:)`` for other noise or sampled events,
  ///   ``FLMathError/privacy(_:)`` if there are no events.
  public init(of events: [PrivacyEvent]) throws(FLMathError) {
    var square = 0.0
    for event in events {
      guard event.relation == events[0].relation else {
        throw .accounting(.otherRelation(event: event.relation, accountant: events[0].relation))
      }
      guard case .gaussian(let multiplier) = event.mechanism, event.sampling.probability == 1 else {
        throw .accounting(.unsupported(event))
      }
      square += Double(event.repetitions) / (multiplier * multiplier)
    }
    try self.init(mu: square.squareRoot())
  }

  /// Creates the weakest guarantee that implies (`epsilon`, `delta`)-differential privacy: the largest mu, to a
  /// relative 2^-50, from below.
  ///
  /// The reverse does not hold: a mechanism that is (epsilon, delta)-differentially private may not be mu-GDP for
  /// any mu.
  ///
  /// - Throws: ``FLMathError`` unless epsilon is finite and at least 0, and delta above 0 and below 1.
  public init(sufficientForEpsilon epsilon: Double, delta: Double) throws(FLMathError) {
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: epsilon, delta: delta, sensitivity: 1)
    try self.init(mu: (1 / mechanism.standardDeviation).nextDown)
  }

  /// The smallest delta for which the guarantee implies (`epsilon`, delta)-differential privacy (corollary 2.13).
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless epsilon is at least 0.
  public func delta(epsilon: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(epsilon >= 0, .epsilon, epsilon)
    return Double.exp(GaussianMechanism.logarithmOfDelta(epsilon: epsilon, mu: mu))
  }

  /// The smallest epsilon for which the guarantee implies (epsilon, `delta`)-differential privacy, to a relative
  /// 2^-50, from above.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless delta is above 0 and at most 1.
  public func epsilon(delta: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(delta > 0 && delta <= 1, .delta, delta)
    return GaussianMechanism.epsilon(mu: mu, logDelta: Double.log(delta))
  }

  /// The rho of zero-concentrated differential privacy that the guarantee implies: mu^2 / 2, the divergence of
  /// N(mu, 1) from N(0, 1) at order 1.
  ///
  /// It holds because a trade-off curve determines all Renyi divergences, and a higher curve has smaller ones
  /// (Dong, Roth and Su 2022, section 2.4; Bun and Steinke 2016, proposition 1.6). The reverse does not hold:
  /// a rho does not imply any mu.
  public var rho: Double { mu * mu / 2 }

  /// The least type II error of any test with a type I error of at most `typeIError`:
  /// Phi(Phi^-1(1 - typeIError) - mu) (equation 6). An adversary who raises false alarms with that probability
  /// misses the client's data with at least this one.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless the error is from 0 to 1.
  public func typeIIError(typeIError: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.require(
      typeIError >= 0 && typeIError <= 1, .typeIError, typeIError)
    if typeIError == 0 { return 1 }
    if typeIError == 1 { return 0 }
    let threshold: Double =
      if typeIError < 0.5 {
        NormalTail.quantile(upper: typeIError)
      } else if typeIError > 0.5 {
        -NormalTail.quantile(upper: 1 - typeIError)
      } else {
        0
      }
    return NormalTail.upper(mu - threshold)
  }
}
