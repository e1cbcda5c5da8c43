/// What a table of attacks and rules came to.
struct RobustnessRecord: Encodable, Sendable {
  /// Secure sums of one geometric median, as the paper has them.
  static let weiszfeldSteps = 3

  /// What all cells have in common.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var attackers: Int
    var rounds: Int
    /// The share of the clients that leave at each of three points.
    var dropout: Double
    var bucketSize: Int
    var buckets: Int
    var privacyFloor: Int
    /// The share of clean buckets that is to be expected at most.
    var expectedCleanShare: Double
    /// The share of rounds without a majority of clean buckets.
    var failureProbability: Double
    /// How many spoilt buckets the rules are told to withstand.
    var spoiltBuckets: Int
    var clippingBound: Double
    var training: ClientTrainingSettings
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
    /// Buckets, of all rounds, that lost a client and released no sum.
    var bucketsWithoutSum = 0
    /// Rounds that moved the model.
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
