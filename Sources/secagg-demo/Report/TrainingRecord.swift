/// Everything that a training run leaves behind: what `--json` writes and what the HTML report
/// shows. The keys of the JSON are the property names; `null` means that there is no value.
struct TrainingRecord: Codable, Sendable, Equatable {
  /// Version of this layout; readers refuse versions that they do not know.
  var schemaVersion = 3
  var configuration: Configuration
  /// The noise and its budget; nil for a training without.
  @ExplicitNull var privacy: Privacy?
  var rounds: [Round]
  /// What the server saw of one client in the last applied round; nil when no round was applied.
  @ExplicitNull var serverView: ServerView?
  /// Test accuracy of the securely trained model at the end, as a fraction in 0...1.
  @FiniteOrNull var finalAccuracy: Double
  /// Test accuracy of plain floating-point federated averaging at the end, in 0...1.
  @FiniteOrNull var finalPlainAccuracy: Double
  /// Wall-clock time of the whole run in seconds.
  @FiniteOrNull var seconds: Double

  /// The first warning about the clipping bound, and the rounds that got one.
  var clippingWarning: (text: String, rounds: Int)? {
    let warnings = rounds.compactMap { $0.clipping?.warning }
    return warnings.first.map { ($0, warnings.count) }
  }
}

extension TrainingRecord {
  /// The settings of the run: enough to repeat it.
  struct Configuration: Codable, Sendable, Equatable {
    /// "digits" or "breast-cancer".
    var data: String
    /// What was assumed of the server: "semi-honest" or "malicious".
    var threatModel: String
    /// The clients of a round.
    var clients: Int
    /// The number of such cohorts, which take turns.
    var turns: Int
    var roundsRequested: Int
    /// Share of the clients that leave at each of the three points of a round.
    @FiniteOrNull var dropout: Double
    /// How the training examples are split over the clients.
    var partition: String
    var model: String
    var parameterCount: Int
    /// "complete" or "sparse": who shares keys with whom.
    var graph: String
    /// Neighbours of each client in that graph.
    var degree: Int
    /// Shares needed to rebuild a secret.
    var threshold: Int
    /// Fewest clients whose sum the server may learn.
    var minimumContributors: Int
    /// Bits of one quantised value.
    var valueBits: Int
    /// Bits of one lane: a quantised value and room for the sum over all clients.
    var laneBits: Int
    var lanesPerWord: Int
    /// Bound to which a client's update is clipped, in model units.
    @FiniteOrNull var clippingBound: Double
    var localEpochs: Int
    var batchSize: Int
    @FiniteOrNull var learningRate: Double
    var seed: UInt64
    var trainingExamples: Int
    var testExamples: Int
  }

  /// One round of training: one secure sum, released or not.
  struct Round: Codable, Sendable, Equatable {
    /// Number of the round, from 1.
    var round: Int
    /// Clients whose update is in the sum.
    var contributors: Int
    var dropped: DroppedByPhase
    /// Test accuracy of the securely trained model after this round, in 0...1.
    @FiniteOrNull var accuracy: Double
    /// The same for plain floating-point federated averaging.
    @FiniteOrNull var plainAccuracy: Double
    /// Whether the secure sum equals the plaintext integer sum; nil when no sum was released.
    @ExplicitNull var sumsEqual: Bool?
    /// Median over the contributors.
    var bytesUpPerClient: Int
    /// Median over the contributors.
    var bytesDownPerClient: Int
    /// Whether the decoded mean was added to the model.
    var applied: Bool
    /// Why the round was not applied.
    @ExplicitNull var refusal: String?
    /// The epsilon of everything up to this round; nil without a budget.
    @ExplicitNull var epsilonSpent: Double?
    /// What clipping cost; nil without a sum, and with noise, because these counts have none.
    @ExplicitNull var clipping: Clipping?
    var phases: [PhaseCost]
  }

  /// How many clients left at each of the three points of a round.
  struct DroppedByPhase: Codable, Sendable, Equatable {
    var beforeSharingKeys: Int
    var afterSharingKeys: Int
    /// These are in the sum nevertheless: their masked input had arrived.
    var afterMaskedInput: Int

    /// All clients that left.
    var total: Int { beforeSharingKeys + afterSharingKeys + afterMaskedInput }
  }

  /// What one phase of one round cost.
  struct PhaseCost: Codable, Sendable, Equatable {
    /// "advertise keys", "share keys", "masked input" or "unmasking".
    var phase: String
    /// CPU time of the median client.
    @FiniteOrNull var clientMilliseconds: Double
    /// CPU time of the server.
    @FiniteOrNull var serverMilliseconds: Double
    /// Bytes sent by the median client.
    var bytesUp: Int
    /// Bytes received by the median client.
    var bytesDown: Int
  }

  /// The three distributions that show what secure aggregation hides.
  struct ServerView: Codable, Sendable, Equatable {
    /// Identifier of the client that is shown.
    var client: Int
    var round: Int
    /// What the server received: lanes as a fraction of the modulus, in 0...1.
    var maskedUpdate: Histogram
    /// What the client computed and never sent in the clear, in model units.
    var trueUpdate: Histogram
    /// What the server learned: the mean over all contributors, in model units.
    var decodedMean: Histogram
  }
}
