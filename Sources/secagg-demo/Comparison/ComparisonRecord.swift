/// What a comparison of algorithms came to.
struct ComparisonRecord: Encodable, Sendable {
  /// What the runs have in common.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    var dropout: Double
    var partition: String
    var model: String
    var localEpochs: Int
    var batchSize: Int
    var learningRate: Double
    var clippingBound: Double
    var valueBits: Int
    var seed: UInt64
  }

  /// One algorithm, round by round.
  struct Run: Encodable, Sendable {
    var algorithm: String
    var name: String
    /// Test accuracy after each round.
    var accuracies: [Double] = []
    /// Bytes that a client had sent and received by the end of each round, on average.
    var bytesPerClient: [Double] = []
    var bytesUpPerRound = 0.0
    var bytesDownPerRound = 0.0
    /// Rounds whose sum was released.
    var roundsApplied = 0
    /// Whether every released sum equals the plaintext sum of the same integers.
    var sumsEqual = true

    var finalAccuracy: Double { accuracies.last ?? .nan }

    /// The first round with at least this accuracy.
    func firstRound(reaching accuracy: Double) -> Int? {
      accuracies.firstIndex { $0 >= accuracy }.map { $0 + 1 }
    }
  }

  var settings: Settings
  var runs: [Run] = []
}
