/// A few coordinates, the same ones for all clients, chosen at random by a seed that they share: no
/// index is sent, and messages add up.
///
/// Konecny et al. 2016, "Federated Learning: Strategies for Improving Communication Efficiency",
/// random masks; Stich, Cordonnier and Jaggi 2018, "Sparsified SGD with Memory", with error
/// feedback.
public struct RandomSparsification: LinearCompressor, Hashable {
  /// What the receiver multiplies coordinates by.
  public enum Scaling: Sendable, Hashable {
    /// By dimension / count: the expected result is the update itself.
    case unbiased
    /// By 1: for ``ErrorFeedback``, which sends later what was left out.
    case none
  }

  /// The number of elements of an update.
  public let dimension: Int

  /// The coordinates that are sent, in ascending order.
  public let indices: [Int]

  /// What the receiver multiplies coordinates by.
  public let scaling: Scaling

  /// One number for each coordinate that is sent.
  public var messageCount: Int { indices.count }

  /// Sends `count` coordinates.
  ///
  /// - Parameters:
  ///   - dimension: the number of elements of an update, at least 1.
  ///   - count: how many of them are sent, from 1 to the dimension.
  ///   - seed: what the choice follows from; another one for each round.
  ///   - scaling: what the receiver multiplies coordinates by.
  /// - Throws: ``CompressionError`` if a number is out of its range.
  /// - Complexity: O(dimension).
  public init(
    dimension: Int, count: Int, seed: UInt64, scaling: Scaling
  ) throws(CompressionError) {
    self.dimension = try CompressionError.validated(dimension: dimension)
    guard count >= 1, count <= dimension else {
      throw .invalidCount(maximum: dimension, found: count)
    }
    var generator = SimulationGenerator(seed: seed)
    var order = Array(0..<dimension)
    for place in 0..<count {
      order.swapAt(place, place + generator.uniformIndex(below: dimension - place))
    }
    self.scaling = scaling
    indices = order.prefix(count).sorted()
  }

  /// The coordinates that are sent. The generator is not used.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> [Double] {
    try requireUsable(update)
    return indices.map { update[$0] }
  }

  /// The sums at their places, scaled, and zeros elsewhere.
  public func decompressSum(
    _ sum: [Double], contributors: Int
  ) throws(CompressionError) -> [Double] {
    try requireMessageCount(sum)
    guard contributors >= 1 else {
      throw .invalidContributors(maximum: .max, found: contributors)
    }
    let factor =
      switch scaling {
      case .unbiased: Double(dimension) / Double(indices.count)
      case .none: 1.0
      }
    var numbers = [Double](repeating: 0, count: dimension)
    for (index, value) in zip(indices, sum) { numbers[index] = factor * value }
    return try Self.requireFinite(numbers)
  }

  /// 64 for each coordinate that is sent; the seed is part of the round.
  public func bits(of message: [Double]) -> Int {
    64 * message.count
  }
}
