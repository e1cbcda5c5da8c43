/// What a comparison of algorithms came to.
struct ComparisonRecord: Encodable, Sendable {
  /// What the runs have in common.
  struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    var dropout: Double
    var model: String
    var clippingBound: Double
    /// Bound of a coordinate of an update, weighted, that is quantised; of a rotated one a quarter.
    var quantizationBound: Double
    var valueBits: Int
    var training: ClientTrainingSettings
  }

  /// One algorithm or one compression, round by round.
  struct Run: Encodable, Sendable {
    var algorithm: String
    var name: String
    /// Test accuracy after each round.
    var accuracies: [Double] = []
    /// Bytes that a client had sent and received by the end of each round, on average.
    var bytesPerClient: [Double] = []
    /// Of these, the ones sent.
    var bytesUpPerClient: [Double] = []
    /// Bytes that a client sent in a round, on average.
    var bytesUpPerRound = 0.0
    /// Bytes that it received.
    var bytesDownPerRound = 0.0
    /// Rounds whose sum was released.
    var roundsApplied = 0
    /// Whether every released sum equals the plaintext sum of the same integers.
    var sumsEqual = true

    var finalAccuracy: Double { accuracies.last ?? .nan }

    /// Adds a round.
    ///
    /// - Parameters:
    ///   - parameters: the numbers that the server sent down beside the session, 8 bytes each.
    ///   - accuracy: test accuracy after the round.
    mutating func add(_ sum: SecureSum, clients: Int, parameters: Int, accuracy: Double) {
      let up = Double(sum.bytesUp) / Double(clients)
      let down = Double(sum.bytesDown) / Double(clients) + Double(8 * parameters)
      accuracies.append(accuracy)
      bytesUpPerClient.append((bytesUpPerClient.last ?? 0) + up)
      bytesPerClient.append((bytesPerClient.last ?? 0) + up + down)
      let rounds = Double(accuracies.count)
      bytesUpPerRound += (up - bytesUpPerRound) / rounds
      bytesDownPerRound += (down - bytesDownPerRound) / rounds
    }

    /// The first round with at least this accuracy.
    func firstRound(reaching accuracy: Double) -> Int? {
      accuracies.firstIndex { $0 >= accuracy }.map { $0 + 1 }
    }
  }

  var settings: Settings
  var runs: [Run] = []
  /// FedAvg with compressed updates.
  var compressed: [Run] = []
  /// Models for clients' own data; nil if none were asked for.
  var personalization: PersonalizationRecord?

  /// Whether every released sum, of whatever run, was right.
  var sumsEqual: Bool {
    (runs + compressed).allSatisfy(\.sumsEqual)
      && (personalization?.methods ?? []).allSatisfy(\.sumsEqual)
  }
}
