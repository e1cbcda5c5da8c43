import FLMath

/// How models do on clients' own held-out data, as the server learns it from secure histograms.
struct PersonalizationRecord: Encodable, Sendable {
  /// What the methods have in common.
  struct Settings: Encodable, Sendable {
    /// The share of a client's examples that it never trains on.
    var heldOutShare: Double
    var fineTuningSteps: Int
    var clusters: Int
    /// The least number of clients of a histogram.
    var minimumClients: Int
  }

  /// What a secure histogram says. Intervals are pairs of edges.
  struct Evaluation: Encodable, Sendable {
    var clients: Int
    var edges: [Double]
    var counts: [Int]
    var mean: Double?
    var standardDeviation: Double?
    var median: [Double]
    var worstDecile: [Double]
    /// The share of clients with an accuracy below 80 %.
    var shareBelow80: [Double]
    /// For each client the lower edge of its bin, worst first.
    var leastAccuracies: [Double]

    init(_ histogram: ClientHistogram) throws {
      func pair(_ range: ClosedRange<Double>) -> [Double] { [range.lowerBound, range.upperBound] }
      clients = histogram.clients
      edges = histogram.bins.edges
      counts = histogram.counts
      mean = histogram.mean
      standardDeviation = histogram.standardDeviation
      median = pair(histogram.median)
      worstDecile = pair(histogram.worstDecile)
      shareBelow80 = pair(try histogram.share(below: 0.8))
      leastAccuracies = zip(histogram.counts, histogram.bins.edges).flatMap {
        [Double](repeating: $1, count: $0)
      }
    }
  }

  /// One way to make models.
  struct Method: Encodable, Sendable {
    var method: String
    var name: String
    /// nil if too many clients had left the evaluation.
    var evaluation: Evaluation?
    /// The clients that picked each cluster in the end; nil without clusters.
    var clusterSizes: [Int]?
    /// Bytes that a client sent in a round of training, on average.
    var bytesUpPerRound: Double
    /// Bytes that it received.
    var bytesDownPerRound: Double
    /// Bytes that a client sent for the evaluation.
    var evaluationBytesUp: Double
    /// Rounds whose sum was released.
    var roundsApplied: Int
    /// Whether every released sum, that of the evaluation included, equals the plaintext sum.
    var sumsEqual: Bool
  }

  var settings: Settings
  /// The number of held-out examples of the clients, from the fewest to the most.
  var heldOutExamples: [Int]
  var methods: [Method] = []
}
