public import FLMath

/// The geometric median of all clients' updates by a few secure sums, without buckets (RFA, Pillutla,
/// Kakade and Harchaoui 2022, "Robust Aggregation for Federated Learning", Algorithm 2): each sum is a
/// step of `SmoothedWeiszfeld` and a session of its own, and three are usual.
///
/// ```swift
/// let robust = try SecureGeometricMedian(
///   parameterCount: 650, normBound: 5, smoothing: 1e-3, maximumWeight: 1, maximumContributors: 100)
/// var point = robust.start
/// for _ in 0..<3 {
///   // Client, within the session of the step, knowing the point:
///   let vector = try robust.encode(update, at: point)
///   // Server:
///   point = try robust.step(from: point, by: aggregate)
/// }
/// ```
///
/// It withstands clients that have any update and follow the steps, as long as they hold less than half
/// of the weight. A client that does not follow them can send a difference and a share that do not
/// belong together; one that packs its words itself can take a coordinate as far as all contributors
/// together. So the sums are held to what clients who follow can have made: shares lie above 0, the mean
/// difference is no longer than 1, and the next point no farther from the start than the norm bound. A
/// step beyond that is refused.
public struct SecureGeometricMedian: Sendable, Hashable {
  /// The largest Euclidean norm of an update; longer ones are shortened.
  public let normBound: Double
  /// What a client contributes to a step, and what becomes of the sums.
  public let weiszfeld: SmoothedWeiszfeld

  /// Differences, whose coordinates are in -1...1, and the share, from 0...1 to -1...1: all of the
  /// code stands for shares that there are.
  private let secure: SecureFedAvg
  private let clipping: L2Clipping

  /// Settings of one training. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - parameterCount: the number of parameters of the model.
  ///   - normBound: bound of the Euclidean norm of an update.
  ///   - smoothing: the distance below which updates count as being at the point.
  ///   - maximumWeight: the largest weight of one client; 1 where all count alike.
  ///   - maximumContributors: the largest number of clients in one sum.
  ///   - minimumValueBits: the least precision of one number. Shares are as small as smoothing /
  ///     distance, so they need more bits than updates do.
  /// - Throws: `SecureRobustnessError`.
  public init(
    parameterCount: Int, normBound: Double, smoothing: Double, maximumWeight: UInt64,
    maximumContributors: Int, minimumValueBits: Int = 40
  ) throws(SecureRobustnessError) {
    do {
      weiszfeld = try SmoothedWeiszfeld(smoothing: smoothing)
    } catch {
      throw .rule(error)
    }
    do {
      clipping = try L2Clipping(bound: normBound)
    } catch {
      throw .encoding(.clipping(error))
    }
    guard parameterCount >= 1, parameterCount < .max else {
      throw .encoding(.parameterCount(found: parameterCount))
    }
    do {
      secure = try SecureFedAvg(
        parameterCount: parameterCount + 1, clippingBound: 1, maximumWeight: maximumWeight,
        maximumContributors: maximumContributors, minimumValueBits: minimumValueBits)
    } catch {
      throw .encoding(error)
    }
    self.normBound = normBound
  }

  /// The number of parameters of the model.
  public var parameterCount: Int { secure.parameterCount - 1 }

  /// The layout of the sessions' vectors.
  public var layout: VectorLayout { secure.layout }

  /// Where the steps begin: no update, so that no attacker has a say in it.
  public var start: [Double] { [Double](repeating: 0, count: parameterCount) }

  /// What the clients of a step's session bind their masks to: these settings, the round, the model and
  /// the point, so that clients that were sent different points get masks that do not cancel.
  ///
  /// - Complexity: O(parameters).
  public func applicationContext(
    model: ParameterVector, round: Int, point: [Double], task: String
  ) -> Digest {
    var writer = ByteWriter()
    writer.write(secure.applicationContext(of: Broadcast(model: model, round: round), task: task))
    writer.write(string: "geometric median")
    writer.write(normBound)
    writer.write(weiszfeld.smoothing)
    writer.write(count: point.count)
    writer.write(words: point.map(\.bitPattern))
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// What a client contributes to the step from `point`, as the vector of its session.
  ///
  /// - Throws: `SecureRobustnessError` for an update of another length, a weight beyond the bound, or
  ///   numbers that are not finite.
  public func encode(
    _ update: ClientUpdate, at point: [Double]
  ) throws(SecureRobustnessError) -> PackedVector {
    var generator = SecureGenerator()
    return try encode(update, at: point, using: &generator)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: ClientUpdate, at point: [Double], using generator: inout some RandomNumberGenerator
  ) throws(SecureRobustnessError) -> PackedVector {
    var delta = update.delta
    do {
      try clipping.clip(&delta)
    } catch {
      throw .encoding(.clipping(error))
    }
    let part: SmoothedWeiszfeld.Contribution
    do {
      part = try weiszfeld.contribution(of: delta, at: point)
    } catch {
      throw .rule(error)
    }
    do {
      return try secure.encode(
        ClientUpdate(delta: part.difference + [2 * part.share - 1], weight: update.weight),
        using: &generator)
    } catch {
      throw .encoding(error)
    }
  }

  /// The next point.
  ///
  /// - Throws: `SecureRobustnessError`: `.impossibleStep` and `.encoding` for sums that clients who
  ///   followed the step cannot have made.
  public func step(
    from point: [Double], by aggregate: UnmaskedAggregate
  ) throws(SecureRobustnessError) -> [Double] {
    let sums = try sums(of: aggregate)
    let next: [Double]
    do {
      next = try weiszfeld.step(
        from: point, differences: sums.differences, shares: sums.share)
    } catch {
      throw .rule(error)
    }
    // Honest points are means of updates, but for the errors of sums and shares. In units of the bound,
    // so that no square underflows.
    let factor = weiszfeld.smoothing / normBound
    let farthest = 1 + 2 * factor / (sums.share - sums.error) * (sums.slack + sums.error)
    guard Self.norm(next.map { $0 / normBound }) <= farthest * (1 + 1e-9) else {
      throw .impossibleStep
    }
    return next
  }

  /// How far the point of a step may be from the median of the updates that took part, as the step's own
  /// sums prove it.
  public struct Remainder: Sendable, Hashable {
    /// The share of the weight that still pulls the point in one direction, from 0 to 1, rounding of the
    /// encoding included. But for the smoothing, the point is the geometric median of the updates and of
    /// a further weight of this share; at 0, of the updates alone.
    public let pull: Double

    /// The mean distance of the updates from the point is at most this above the least possible one: the
    /// pull times the largest distance that a median within the norm bound can have from the point, and the
    /// smoothing.
    public let excessDistance: Double
  }

  /// What is left to do at `point`, the point that the sums were made at.
  ///
  /// Sums cannot tell how near the median itself is: for that the directions of single updates would be
  /// needed. Run further steps while the remainder is too large; if it stays so, treat the round as not
  /// converged. A client that does not follow the step can change the pull by its share of the weight.
  ///
  /// - Throws: as ``step(from:by:)``.
  public func remainder(
    at point: [Double], by aggregate: UnmaskedAggregate
  ) throws(SecureRobustnessError) -> Remainder {
    guard point.count == parameterCount else {
      throw .rule(
        .robustAggregation(.dimensionMismatch(expected: parameterCount, found: point.count)))
    }
    let sums = try sums(of: aggregate)
    let pull = min(1, Self.norm(sums.differences) + sums.slack)
    let reach = Self.norm(point.map { $0 / normBound }) + 1
    return Remainder(
      pull: pull, excessDistance: pull * reach * normBound + weiszfeld.smoothing / 2)
  }

  /// The sums of a step, if clients that followed it can have made them.
  private func sums(
    of aggregate: UnmaskedAggregate
  ) throws(SecureRobustnessError) -> (
    differences: [Double], share: Double, error: Double, slack: Double
  ) {
    let mean: WeightedMean
    do {
      mean = try secure.decode(aggregate)
    } catch {
      throw .encoding(error)
    }
    // What rounding to steps of the code may add to one number of the mean.
    let weight = Double(mean.totalWeight)
    let error =
      Double(mean.contributors.count) * secure.codec.step * Double(secure.maximumWeight) / weight
    let share = ((mean.mean.last ?? -1) + 1) / 2
    let differences = Array(mean.mean.dropLast())
    let slack = error * Double(parameterCount).squareRoot()
    guard share > error, share <= 1 + error, Self.norm(differences) <= 1 + slack else {
      throw .impossibleStep
    }
    return (differences, share, error, slack)
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
