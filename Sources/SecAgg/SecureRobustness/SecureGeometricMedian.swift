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
    writer.write(secure.applicationContext(model: model, round: round, task: task))
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
    let next: [Double]
    do {
      next = try weiszfeld.step(from: point, differences: differences, shares: share)
    } catch {
      throw .rule(error)
    }
    // Honest points are means of updates, but for the errors of sums and shares.
    let farthest = normBound + 2 * weiszfeld.smoothing / (share - error) * (slack + error)
    guard Self.norm(next) <= farthest * (1 + 1e-9) else { throw .impossibleStep }
    return next
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
