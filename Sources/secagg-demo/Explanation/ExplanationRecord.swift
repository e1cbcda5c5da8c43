/// What a federated explanation came to.
struct ExplanationRecord: Encodable, Sendable {
  /// How the model was trained.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    var partition: String
    var localEpochs: Int
    var batchSize: Int
    var learningRate: Double
    var valueBits: Int
    var seed: UInt64
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
  /// The examples that were explained.
  var examples: Int
  /// The most important first.
  var features: [Feature]
  /// The largest difference between secure and plain importance.
  var largestDifference: Double
  /// What rounding to the code's steps may make of it at most.
  var differenceBound: Double
  /// Whether every released sum equals the plaintext sum of the same integers.
  var sumsEqual: Bool
  var bytesUpPerClient: Double
  var bytesDownPerClient: Double
}
