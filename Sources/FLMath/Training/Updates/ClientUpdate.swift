/// What one client contributes to a round of federated averaging.
///
/// McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized
/// Data", Algorithm 1, written with differences to the global model in place of local models.
public struct ClientUpdate: Sendable, Hashable {
  /// Local model minus global model, one number per parameter.
  public let delta: [Double]

  /// The number of training examples that the local model was trained on.
  public let weight: UInt64

  /// Takes a difference and its weight. They are checked where updates are put together.
  public init(delta: [Double], weight: UInt64) {
    self.delta = delta
    self.weight = weight
  }

  /// The update that leads from the global model to the one that a client has trained.
  ///
  /// - Throws: ``FLMathError`` if the layouts differ or a difference is beyond `Double`.
  public init(
    from global: ParameterVector, to local: ParameterVector, weight: UInt64
  ) throws(FLMathError) {
    guard global.layout == local.layout else {
      throw .update(.layoutMismatch(global: global.layout, local: local.layout))
    }
    var delta = local.values
    let start = global.values
    for index in delta.indices {
      delta[index] -= start[index]
    }
    if let index = delta.firstNonFiniteIndex { throw .update(.overflow(index: index)) }
    self.init(delta: delta, weight: weight)
  }
}

/// The mean of client updates, weighted by their numbers of examples. The server of an algorithm gets nothing else.
///
/// It does not reveal the update of a single client, so it can be made from a secure sum as well as from plain
/// updates.
public struct WeightedMean: Sendable, Hashable {
  /// The weighted mean of the clients' differences, one finite number per parameter.
  public let mean: [Double]

  /// The sum of the clients' weights, above 0.
  public let totalWeight: UInt64

  /// The clients whose updates are in the mean, in ascending order, each once.
  public let contributors: [UInt32]

  /// Takes a mean that has been computed elsewhere.
  ///
  /// - Parameters:
  ///   - mean: one finite number per parameter.
  ///   - totalWeight: the sum of the contributors' weights.
  ///   - contributors: the clients in the mean, in any order; they are kept sorted.
  /// - Throws: ``FLMathError`` if the mean is empty or not finite, the total weight is 0, or
  ///   the contributors are none or not distinct.
  public init(
    mean: [Double], totalWeight: UInt64, contributors: [UInt32]
  ) throws(FLMathError) {
    guard !mean.isEmpty else { throw .update(.noParameters) }
    if let index = mean.firstNonFiniteIndex {
      throw .update(.nonFiniteMean(index: index, found: mean[index]))
    }
    guard totalWeight > 0 else { throw .update(.zeroTotalWeight) }
    self.mean = mean
    self.totalWeight = totalWeight
    self.contributors = try Self.sortedAndDistinct(contributors)
  }

  /// The weighted mean of plain updates, `sum of (weight / total weight) * delta`, in `Double`.
  ///
  /// The updates are added in ascending order of contributors, so that the result does not depend
  /// on the order in which they arrived.
  ///
  /// - Throws: ``FLMathError`` if there is no update, a contributor comes twice, the updates
  ///   differ in their number of parameters, a difference is not finite, or the weights sum to 0
  ///   or beyond `UInt64`.
  /// - Complexity: O(updates x parameters).
  public static func of(
    _ updates: [(contributor: UInt32, update: ClientUpdate)]
  ) throws(FLMathError) -> WeightedMean {
    guard let first = updates.first else { throw .update(.noContributors) }
    let contributors = try sortedAndDistinct(updates.map(\.contributor))
    let dimension = first.update.delta.count
    var totalWeight: UInt64 = 0
    for (contributor, update) in updates {
      guard update.delta.count == dimension else {
        throw .update(
          .dimensionMismatch(
            contributor: contributor, expected: dimension, found: update.delta.count))
      }
      if let index = update.delta.firstNonFiniteIndex {
        throw .update(
          .nonFiniteUpdate(
            contributor: contributor, index: index, found: update.delta[index]))
      }
      let (sum, overflow) = totalWeight.addingReportingOverflow(update.weight)
      guard !overflow else { throw .update(.totalWeightOverflow(contributor: contributor)) }
      totalWeight = sum
    }
    guard totalWeight > 0 else { throw .update(.zeroTotalWeight) }

    var mean = [Double](repeating: 0, count: dimension)
    for (_, update) in updates.sorted(by: { $0.contributor < $1.contributor }) {
      let share = Double(update.weight) / Double(totalWeight)
      let delta = update.delta
      for index in mean.indices {
        mean[index] += share * delta[index]
      }
    }
    return try WeightedMean(mean: mean, totalWeight: totalWeight, contributors: contributors)
  }

  private static func sortedAndDistinct(
    _ contributors: [UInt32]
  ) throws(FLMathError) -> [UInt32] {
    guard !contributors.isEmpty else { throw .update(.noContributors) }
    let sorted = contributors.sorted()
    for index in sorted.indices.dropFirst() where sorted[index] == sorted[index - 1] {
      throw .update(.duplicateContributor(sorted[index]))
    }
    return sorted
  }
}

extension FLMathError {
  /// Why two models have no difference, updates no weighted mean, or numbers are not one.
  public enum Update: Hashable, Sendable, CustomStringConvertible {
    /// The models do not have the same layers.
    case layoutMismatch(global: ParameterLayout, local: ParameterLayout)
    /// The difference of two parameters is too large for `Double`.
    case overflow(index: Int)
    /// Nobody contributed.
    case noContributors
    /// A client is named more than once.
    case duplicateContributor(UInt32)
    /// The mean has no elements.
    case noParameters
    /// The updates of two clients differ in their number of parameters.
    case dimensionMismatch(contributor: UInt32, expected: Int, found: Int)
    /// A client's difference is NaN or infinite.
    case nonFiniteUpdate(contributor: UInt32, index: Int, found: Double)
    /// The mean is NaN or infinite.
    case nonFiniteMean(index: Int, found: Double)
    /// All weights are 0.
    case zeroTotalWeight
    /// With the weight of this client the sum is beyond `UInt64`.
    case totalWeightOverflow(contributor: UInt32)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .layoutMismatch(let global, let local):
        "Expected the \(global.layers.count) layers (\(global.count) parameters) of the global model, "
          + "got other ones: \(local.layers.count) layers (\(local.count) parameters); "
          + "train the model that the server sent."
      case .overflow(let index):
        "Expected differences that fit a Double, but that of parameter \(index) does not; "
          + "the training has diverged: lower the learning rate."
      case .noContributors:
        "Expected at least one contributor, got none; wait for more clients or skip the round."
      case .duplicateContributor(let contributor):
        "Expected every client at most once, but client \(contributor) comes twice; "
          + "keep only one of its updates."
      case .noParameters:
        "Expected a mean of at least one parameter, got an empty one; pass the decoded vector."
      case .dimensionMismatch(let contributor, let expected, let found):
        "Expected updates of \(expected) parameters, but that of client \(contributor) has \(found); "
          + "leave the client out."
      case .nonFiniteUpdate(let contributor, let index, let found):
        "Expected finite updates, but that of client \(contributor) is \(found) at index \(index); "
          + "leave the client out."
      case .nonFiniteMean(let index, let found):
        "Expected a finite mean, but it is \(found) at index \(index); clip the updates."
      case .zeroTotalWeight:
        "Expected weights that sum to at least 1, got 0; "
          + "leave out rounds in which no client has any examples."
      case .totalWeightOverflow(let contributor):
        "Expected weights that sum to less than 2^64, but that of client \(contributor) goes beyond; "
          + "bound the weights."
      }
    }
  }
}

/// The type of the numbers of an update: `Float` or `Double`. Calculations are in `Double`, which has every number
/// of both.
@usableFromInline
package protocol UpdateNumber: BitwiseCopyable, Sendable {
  /// The same number.
  var widened: Double { get }
}

extension Double: UpdateNumber {
  /// The same number.
  @inlinable package var widened: Double { self }
}

extension Float: UpdateNumber {
  /// The same number.
  @inlinable package var widened: Double { Double(self) }
}

extension Array where Element == Double {
  /// The position of the first NaN or infinity, `nil` if every element is finite.
  @usableFromInline
  package var firstNonFiniteIndex: Int? { span.firstNonFiniteIndex }
}

extension Span where Element: UpdateNumber {
  /// The position of the first NaN or infinity, `nil` if every element is finite.
  @inlinable
  package var firstNonFiniteIndex: Int? {
    // Adding one to the exponent field carries into the sign bit exactly when the field is all
    // ones, that is for NaN and infinity. Collecting carries, without a branch, vectorises.
    let exponentMask: UInt64 = 0x7FF0_0000_0000_0000
    let exponentUnit: UInt64 = 0x0010_0000_0000_0000
    var carries: UInt64 = 0
    for index in indices {
      carries |= (self[index].widened.bitPattern & exponentMask) &+ exponentUnit
    }
    if carries >> 63 == 0 { return nil }
    return indices.first { !self[$0].widened.isFinite }
  }
}
