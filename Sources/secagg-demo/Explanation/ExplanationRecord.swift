/// What a federated explanation came to.
struct ExplanationRecord: Encodable, Sendable {
  /// How the model was trained.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    /// The share of the clients that leave at each of three points.
    var dropout: Double
    var valueBits: Int
    var training: ClientTrainingSettings
  }

  /// One feature's importance: its mean |phi| over all examples, in log-odds.
  struct Feature: Encodable, Sendable {
    var name: String
    var secure: Double
    var plain: Double
  }

  var settings: Settings
  /// Test accuracy of the model that is explained.
  var accuracy: Double
  /// The clients whose explanations are in the sum.
  var contributors: Int
  /// The examples that these have explained.
  var examples: Int
  /// The most important first.
  var features: [Feature]
  /// The largest difference between secure and plain importance.
  var largestDifference: Double
  /// What rounding to the code's steps may make of it at most.
  var differenceBound: Double
  /// Whether every released sum equals the plaintext sum of the same integers.
  var sumsEqual: Bool
  /// Rounds of training whose sum was released.
  var roundsApplied: Int
  var bytesUpPerClient: Double
  var bytesDownPerClient: Double
}
