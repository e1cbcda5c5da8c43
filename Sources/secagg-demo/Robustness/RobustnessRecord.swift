/// What a table of attacks and rules came to.
struct RobustnessRecord: Encodable, Sendable {
  /// What all cells have in common.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var attackers: Int
    var rounds: Int
    var bucketSize: Int
    var buckets: Int
    var privacyFloor: Int
    var partition: String
    /// The share of clean buckets that is to be expected at most.
    var expectedCleanShare: Double
    /// The share of rounds without a majority of clean buckets.
    var failureProbability: Double
    /// How many spoilt buckets the rules are told to withstand.
    var spoiltBuckets: Int
    var localEpochs: Int
    var batchSize: Int
    var learningRate: Double
    var clippingBound: Double
    var seed: UInt64
  }

  /// One attack against one rule.
  struct Cell: Encodable, Sendable {
    var attack: String
    var rule: String
    /// Test accuracy after the last round.
    var accuracy: Double
    /// Whether every released sum equals the plaintext sum of the same integers.
    var sumsEqual: Bool
    /// The largest difference of a bucket's mean from what its clients sent; 0 without buckets.
    var largestDifference = 0.0
    /// Rounds whose sums came out.
    var roundsApplied: Int
  }

  var settings: Settings
  var attacks: [String]
  var rules: [String]
  var cells: [Cell] = []

  func cell(attack: String, rule: String) -> Cell? {
    cells.first { $0.attack == attack && $0.rule == rule }
  }
}
