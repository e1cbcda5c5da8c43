import FLMath

/// What a training with differential privacy is told.
struct PrivacySettings: Sendable {
  /// Who adds the noise.
  enum Mechanism: String, Sendable, CaseIterable {
    /// The server, to the sum.
    case central
    /// Every client, a share of it to its update.
    case distributed
    /// The server, to the sum, and takes back a part of it with the sums that follow.
    case correlated

    /// Whether the server adds the noise.
    var isCentral: Bool { self != .distributed }
  }

  var mechanism: Mechanism
  var epsilon: Double
  var delta: Double
  /// The largest Euclidean norm of an update.
  var clip: Double
  /// Which part of the norms shall be within the clip, which then follows them from round to round; nil
  /// for one that stays. For distributed noise.
  var quantile: Double?
  /// The distribution of the clients' shares of distributed noise.
  var shares = DistributedNoiseParameters.Noise.discreteGaussian
  /// The noise in clipping bounds; nil for the least with which all rounds stay within the budget.
  var noiseMultiplier: Double?
  /// Which part of the clients may leave out its share of distributed noise, or give it away.
  var corruptFraction = 0.0
  /// Where the ledger is; nil for one that is deleted with the run.
  var ledger: String?
  var noise = NoiseSource.system

  /// What the figures compare. The server's noise is there whoever takes part; noise that clients share
  /// goes with them, so that it hides what a client says and not that it takes part.
  var relation: NeighbouringRelation {
    switch mechanism {
    case .central, .correlated: .addOrRemove
    case .distributed: .zeroOut
    }
  }
  /// Nobody is chosen at random: all clients are asked in every round, or take turns.
  static let sampling = SamplingScheme.none
}
