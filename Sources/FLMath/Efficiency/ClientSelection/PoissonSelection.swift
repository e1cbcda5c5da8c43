/// Every client with the same probability, independently of all others. The cohort's size varies, and
/// may be 0.
///
/// What most privacy accounting is about (Abadi et al. 2016, "Deep Learning with Differential
/// Privacy"; McMahan et al. 2018 for clients).
public struct PoissonSelection: ClientSelection, Hashable {
  /// The probability with which a client is drawn.
  public let rate: Double

  /// Draws every client with the probability `rate`.
  ///
  /// - Throws: ``SelectionError/invalidRate(_:)`` unless that is above 0 and at most 1.
  public init(rate: Double) throws(SelectionError) {
    guard rate > 0, rate <= 1 else { throw .invalidRate(rate) }
    self.rate = rate
  }

  /// Draws the clients of the next round.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(SelectionError) -> Cohort {
    var generator = SimulationGenerator(seed: seed)
    var chosen: [UInt32] = []
    for client in candidates.clients where generator.uniformUnit() < rate {
      chosen.append(client)
    }
    return Cohort(chosen, seed: seed, scheme: .poisson(rate: rate))
  }
}
