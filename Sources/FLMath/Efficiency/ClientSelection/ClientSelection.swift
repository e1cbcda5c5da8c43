/// A rule by which clients are selected for a round.
///
/// Every draw follows from the candidates, the seed, and what the rule has observed before.
public protocol ClientSelection: Sendable {
  /// The clients that have to be asked for their loss on the current model before
  /// ``select(from:losses:seed:)`` can be called with the same candidates and seed. Most rules ask
  /// nobody.
  ///
  /// - Throws: ``SelectionError``.
  func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(SelectionError) -> [UInt32]

  /// Draws the clients of the next round.
  ///
  /// - Parameters:
  ///   - candidates: who may be drawn.
  ///   - losses: what the clients of ``clientsToAsk(among:seed:)`` have answered.
  ///   - seed: the seed of the draw.
  /// - Throws: ``SelectionError``.
  mutating func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(SelectionError) -> Cohort

  /// Whether ``observe(_:)`` has to be called after every round.
  var learnsFromReports: Bool { get }

  /// Learns how the clients of a round have fared. Most rules do not.
  mutating func observe(_ participations: [Participation])
}

extension ClientSelection {
  /// Nobody.
  public func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(SelectionError) -> [UInt32] { [] }

  /// Not by most rules.
  public var learnsFromReports: Bool { false }

  /// Learns nothing.
  public mutating func observe(_ participations: [Participation]) {}

  /// Draws with a rule that asks nobody.
  ///
  /// - Throws: ``SelectionError``.
  public mutating func select(
    from candidates: Candidates, seed: UInt64
  ) throws(SelectionError) -> Cohort {
    try select(from: candidates, losses: [:], seed: seed)
  }

  /// Draws with a rule that asks nobody, and draws anew with the next seed while dropouts could leave
  /// contributors that differ by too few from those of an earlier sum.
  ///
  /// A rule with a memory counts each draw. What is asked for is often impossible: from few candidates, or where many may drop out. Then draw without it,
  /// and check `ReleasedCohorts.overlap(of:)` before the session asks for shares.
  ///
  /// - Parameters:
  ///   - released: the contributors of the sums so far.
  ///   - minimumContributors: the smallest number of contributors of which the session releases a sum.
  ///   - attempts: how often to draw, at least once.
  /// - Returns: a cohort for which an accountant may claim nothing, as it depends on the earlier ones.
  /// - Throws: ``SelectionError``, ``SelectionError/overlappingCohorts(attempts:)`` after so many draws.
  public mutating func select(
    from candidates: Candidates, seed: UInt64, avoiding released: ReleasedCohorts<UInt32>,
    minimumContributors: Int, attempts: Int = 100
  ) throws(SelectionError) -> Cohort {
    for attempt in 0..<UInt64(max(1, attempts)) {
      let cohort = try select(from: candidates, seed: seed &+ attempt)
      guard
        released.possibleOverlap(
          of: cohort.clients, minimumContributors: minimumContributors) == nil
      else { continue }
      return Cohort(cohort.clients, seed: cohort.seed, scheme: .dataDependent)
    }
    throw .overlappingCohorts(attempts: max(1, attempts))
  }
}

/// What a client's part in a round was like.
public struct Participation: Sendable, Hashable {
  /// The client.
  public let client: UInt32
  /// The number of its examples.
  public let examples: Int
  /// The root of the mean squared loss of its examples on the model that it was given.
  public let rootMeanSquareLoss: Double
  /// How long its round took, in seconds.
  public let duration: Double

  /// States what a client has reported.
  public init(client: UInt32, examples: Int, rootMeanSquareLoss: Double, duration: Double) {
    self.client = client
    self.examples = examples
    self.rootMeanSquareLoss = rootMeanSquareLoss
    self.duration = duration
  }
}
