/// What ways to erase a client came to.
struct ErasureRecord: Encodable, Sendable {
  /// What the ways have in common.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    /// The share of the clients that leave at each of three points.
    var dropout: Double
    /// The round, from 1, in which the client that is erased took part first.
    var firstRound: Int
    var checkpointInterval: Int
    var shards: Int
    var keepInterval: Int
    var training: ClientTrainingSettings
  }

  /// What the audit log says of the client that is erased.
  struct Client: Encodable, Sendable {
    /// The client.
    var number: Int
    /// The rounds, from 1, whose sums it is in.
    var rounds: [Int]
    /// The line of the log at which it opted out.
    var optedOutAtLine: Int
  }

  /// One way.
  struct Way: Encodable, Sendable {
    var name: String
    /// Test accuracy of the model without the client.
    var accuracy: Double
    /// The trainings by clients that erasing took, as a share of those of the whole training.
    var costShare: Double
    /// The distance of the parameters from those of full retraining, by the norm of those; null for
    /// an ensemble, which has other models.
    @ExplicitNull var distance: Double?
    /// Whether it is certain that nothing of the client is left.
    var isExact: Bool
    /// Whether it runs under secure aggregation.
    var isSecure: Bool
  }

  var settings: Settings
  var client: Client
  /// Full retraining comes first: the others are compared with it.
  var ways: [Way] = []
  /// The accuracy before anything was erased.
  var originalAccuracy: Double
  /// The accuracy of the ensemble of shards before anything was erased.
  var originalEnsembleAccuracy: Double
  /// Whether every released sum equals the plaintext sum of the same integers.
  var sumsEqual: Bool
}
