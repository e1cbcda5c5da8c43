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
  /// - Throws: ``PrivacyAccountingError`` of the accountant; ``PrivacyAccountingError/invalid(_:)`` if the count is
  ///   outside its range.
  /// - Complexity: O(count) questions to the accountant.
  public init(
    of accountant: some PrivacyAccountant, count: Int = 100
  ) throws(PrivacyAccountingError) {
    guard count >= 1, count <= 10_000 else {
      throw .invalid(.outOfRange(.pointCount, found: Double(count)))
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
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless the error is from 0 to 1.
  /// - Complexity: O(count).
  public func typeIIError(typeIError: Double) throws(PrivacyParameterError) -> Double {
    try PrivacyParameterError.require(
      typeIError >= 0 && typeIError <= 1, .typeIError, typeIError)
    return leastTypeIIError(typeIError)
  }

  /// Points of the curve at equal distances of the type I error, from 0 to 1.
  ///
  /// - Parameter count: the number of points, from 2 to 10,000.
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` if the count is outside its range.
  public func points(count: Int) throws(PrivacyParameterError) -> [Point] {
    try PrivacyParameterError.require(
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
