/// The updates of single clients that a server kept of some rounds. Under secure aggregation there
/// are none: it takes a server that sees updates in the clear.
public struct UpdateHistory: Sendable {
  /// The updates of one round.
  public struct Round: Sendable {
    /// The number of the round, from 0.
    public let number: Int
    /// Every contributor with its update.
    public let updates: [(contributor: UInt32, update: ClientUpdate)]

    /// Takes the updates of a round. They are checked where a history is made.
    public init(number: Int, updates: [(contributor: UInt32, update: ClientUpdate)]) {
      self.number = number
      self.updates = updates
    }
  }

  /// The rounds that were kept, in ascending order.
  public let rounds: [Round]

  /// The number of parameters of all updates.
  public let dimension: Int

  /// Takes what was kept.
  ///
  /// - Throws: ``ErasureError`` if the rounds are not ascending, or the updates of one have no mean.
  public init(_ rounds: [Round], dimension: Int) throws(ErasureError) {
    var previous = -1
    for round in rounds {
      guard round.number > previous else { throw .invalidRounds }
      previous = round.number
      let mean: WeightedMean
      do throws(WeightedMeanError) {
        mean = try WeightedMean.of(round.updates)
      } catch {
        throw .invalidUpdates(round: round.number, error)
      }
      guard mean.mean.count == dimension else {
        throw .dimensionMismatch(expected: dimension, found: mean.mean.count)
      }
    }
    self.rounds = rounds
    self.dimension = dimension
  }
}
