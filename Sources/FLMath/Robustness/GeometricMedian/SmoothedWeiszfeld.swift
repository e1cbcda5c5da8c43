/// One step towards the geometric median, the point with the least sum of distances, as sums over
/// clients: what each computes from the point that the server sent, and what the server makes of
/// the sums. It needs nothing but the sums, so it works under secure aggregation.
///
/// Pillutla, Kakade and Harchaoui 2022, "Robust Aggregation for Federated Learning" (RFA), Algorithm
/// 2: client i with update x and weight a has the weight b = a / max(smoothing, |x - point|), and the
/// next point is the mean of the x weighted by b. Here b is multiplied by the smoothing, and x is
/// taken relative to the point. The step is the same, but what a client sends is bounded: the
/// difference b (x - point) / smoothing by a in Euclidean norm, b by a. So the bounds of a
/// fixed-point encoding apply, and an attacker's share of the sums is limited like anyone else's.
///
/// The smoothing sets the precision. Weights are multiples of smoothing / distance, so under an
/// encoding of B bits it should be well above 2^-B times the usual distance.
public struct SmoothedWeiszfeld: Sendable, Hashable {
  /// The distance below which updates count as being at the point.
  public let smoothing: Double

  /// Smooths by `smoothing`, in units of the updates.
  ///
  /// - Throws: ``RobustAggregationError/invalidSmoothing(_:)`` unless it is finite, above 0 and has a
  ///   reciprocal.
  public init(smoothing: Double = 1e-6) throws(RobustAggregationError) {
    guard smoothing.isFinite, smoothing > 0, (1 / smoothing).isFinite else {
      throw .invalidSmoothing(smoothing)
    }
    self.smoothing = smoothing
  }

  /// What a client adds to the sums.
  public struct Contribution: Sendable, Hashable {
    /// The client's difference from the point, in units of the smoothing, times its share: a vector
    /// whose Euclidean norm is at most 1.
    public let difference: [Double]

    /// The client's share, from 0 to 1: smoothing / max(smoothing, distance).
    public let share: Double
  }

  /// What a client with this update contributes at `point`.
  ///
  /// With numbers of examples as weights, a client's contribution is multiplied by its number.
  ///
  /// - Throws: ``RobustAggregationError/dimensionMismatch(expected:found:)``, or
  ///   ``RobustAggregationError/unusableReference`` if update or point are not finite or too long.
  /// - Complexity: O(dimension).
  public func contribution(
    of update: [Double], at point: [Double]
  ) throws(RobustAggregationError) -> Contribution {
    guard update.count == point.count else {
      throw .dimensionMismatch(expected: point.count, found: update.count)
    }
    guard UpdateMatrix.isUsable(update), UpdateMatrix.isUsable(point) else {
      throw .unusableReference
    }
    let distance = EuclideanNorm.distance(update, point)
    let divisor = max(smoothing, distance)
    var difference = update
    for index in difference.indices {
      difference[index] = (update[index] - point[index]) / divisor
    }
    return Contribution(difference: difference, share: smoothing / divisor)
  }

  /// The next point: `point + smoothing * differences / shares`.
  ///
  /// - Parameters:
  ///   - point: the point that was sent to the clients.
  ///   - differences: the sum of the clients' differences, weighted.
  ///   - shares: the sum of the clients' shares, weighted alike.
  /// - Throws: ``RobustAggregationError`` if the dimensions differ, the shares are not above 0, or the
  ///   next point is not finite.
  public func step(
    from point: [Double], differences: [Double], shares: Double
  ) throws(RobustAggregationError) -> [Double] {
    guard differences.count == point.count else {
      throw .dimensionMismatch(expected: point.count, found: differences.count)
    }
    guard shares > 0, shares.isFinite else { throw .zeroTotalWeight }
    let factor = smoothing / shares
    var next = point
    for index in next.indices {
      next[index] += factor * differences[index]
    }
    guard UpdateMatrix.isUsable(next) else { throw .unusableReference }
    return next
  }
}
