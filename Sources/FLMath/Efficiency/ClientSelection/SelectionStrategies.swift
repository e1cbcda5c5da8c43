/// A fixed number of clients, every set of them being equally likely.
///
/// McMahan et al. 2017, Algorithm 1. To an accountant it is sampling of a fixed size without
/// replacement.
public struct UniformSelection: ClientSelection, Hashable {
  /// The number of clients to draw.
  public let size: Int

  /// Draws `size` clients.
  ///
  /// - Throws: ``SelectionError/invalidSize(_:)`` unless that is at least 1.
  public init(size: Int) throws(SelectionError) {
    guard size >= 1 else { throw .invalidSize(size) }
    self.size = size
  }

  /// Draws the clients of the next round.
  ///
  /// - Throws: ``SelectionError/tooFewCandidates(needed:found:)``.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(SelectionError) -> Cohort {
    try candidates.require(size)
    var generator = SimulationGenerator(seed: seed)
    return Cohort(
      generator.sample(size, of: candidates.clients), seed: seed,
      scheme: .fixedSize(size, population: candidates.clients.count))
  }
}
