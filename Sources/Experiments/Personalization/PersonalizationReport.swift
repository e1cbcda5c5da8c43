import FLMath
import FLReport

/// The models that clients are evaluated with on their own held-out data, with settings that suit the digits.
package enum PersonalizationOption: String, CaseIterable, Sendable {
  case fedavg
  case fineTuned = "fine-tuned"
  case fairWeights = "q-weights"
  case ditto
  case ifca
  case alone

  /// The exponent of a client's loss in its weight.
  static let fairness = 1.0
  /// How strongly a personal model is drawn to the global one.
  static let dittoWeight = 0.1

  /// Name and settings, as the report has them.
  func title(_ settings: PersonalizationRecord.Settings) -> String {
    switch self {
    case .fedavg: "FedAvg"
    case .fineTuned:
      "FedAvg, \(Quantity.counted(settings.fineTuningSteps, "step")) of fine-tuning"
    case .fairWeights: "FedAvg, q-fair weights, q = 1"
    case .ditto: "Ditto 0.1"
    case .ifca: "IFCA, \(Quantity.counted(settings.clusters, "cluster"))"
    case .alone: "each client alone"
    }
  }

  var colour: ChartColour {
    switch self {
    case .fedavg: .curve1
    case .fineTuned: .curve3
    case .fairWeights: .curve10
    case .ditto: .curve4
    case .ifca: .curve8
    case .alone: .curve6
    }
  }
}

/// How models do on clients' own held-out data, as the server learns it from secure histograms.
package struct PersonalizationRecord: Encodable, Sendable {
  /// What the methods have in common.
  package struct Settings: Encodable, Sendable {
    /// The share of a client's examples that it never trains on.
    var heldOutShare: Double
    var fineTuningSteps: Int
    var clusters: Int
    /// The least number of clients of a histogram.
    var minimumClients: Int

    package init(
      heldOutShare: Double, fineTuningSteps: Int, clusters: Int, minimumClients: Int
    ) {
      self.heldOutShare = heldOutShare
      self.fineTuningSteps = fineTuningSteps
      self.clusters = clusters
      self.minimumClients = minimumClients
    }
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

/// Models on clients' own data as a section of the report.
struct PersonalizationSection {
  let record: PersonalizationRecord

  /// The section as HTML; empty without methods.
  func html() -> String {
    guard !record.methods.isEmpty else { return "" }
    let table = PersonalizationTable(record: record)
    return "<section>\n<h2>On clients' own data</h2>\n<p>" + XMLText.escaped(text) + "</p>\n"
      + figure
      + TableHTML.table(
        head: PersonalizationTable.head, rows: table.rows, label: "Models on clients' own data")
      + "<p class=\"quiet\">The server learns the number of clients in each bin of 5 points, the sum of the"
      + " accuracies and the sum of their squares. So the median and the worst decile, which is the"
      + " mean of the worst tenth of the clients, are intervals. A bin with one client does not say which"
      + " client it is.</p>\n</section>"
  }

  private var text: String {
    let held = record.heldOutExamples
    var text =
      "Each client holds out \(Quantity.percent(record.settings.heldOutShare, decimals: 0)) of its"
      + " examples (\(held.first ?? 0) to \(held.last ?? 0)), trains on the others, and is evaluated on its"
      + " own held-out examples. Each evaluation is one secure sum of one-hot vectors."
    if let sizes = record.methods.compactMap(\.clusterSizes).first {
      text +=
        " The clusters of IFCA have " + sizes.map(DecimalText.integer).joined(separator: ", ")
        + " clients in the end."
    }
    return text
  }

  private var figure: String {
    let series = record.methods.compactMap { method -> CurveChart.Series? in
      guard let accuracies = method.evaluation?.leastAccuracies, !accuracies.isEmpty,
        let option = PersonalizationOption(rawValue: method.method)
      else { return nil }
      let width = 100 / Double(accuracies.count)
      return CurveChart.Series(
        name: method.name, colour: option.colour,
        points: accuracies.enumerated().flatMap { index, accuracy in
          [Double(index), Double(index + 1)].map { (x: $0 * width, y: accuracy * 100) }
        })
    }
    guard !series.isEmpty else { return "" }
    let least = series.flatMap(\.points).map(\.y).min() ?? 0
    let lowest = min(90, (least / 10).rounded(.down) * 10)
    return Figure.html(
      title: "Accuracy that clients reach at least, the worst clients first, in per cent",
      identifier: "personalization",
      summary: "One stepped line for each of \(series.map(\.name).joined(separator: ", ")).",
      plotHeight: 280
    ) { frame in
      CurveChart(
        frame: frame, series: series,
        verticalAxis: Axis.within(lower: lowest, upper: 100, length: frame.plotHeight),
        verticalLabel: "accuracy (%)" + (lowest > 0 ? ", from \(Int(lowest)) %" : ""),
        horizontalLabel: "share of clients (%)"
      ).rendered()
    }
  }
}

/// Models on clients' own data as a table, for the terminal and for the page.
struct PersonalizationTable {
  let record: PersonalizationRecord

  /// What is in the columns.
  static let head = [
    "on clients' own data", "clients", "mean accuracy", "deviation", "median", "worst decile",
    "below 80 %", "up per round",
  ]

  /// A row for each method.
  var rows: [[String]] {
    record.methods.map { method in
      let evaluation = method.evaluation
      return [
        method.name, evaluation.map { DecimalText.integer($0.clients) } ?? DecimalText.missing,
        Quantity.percent(evaluation?.mean ?? .nan),
        Quantity.percent(evaluation?.standardDeviation ?? .nan),
        Self.interval(evaluation?.median), Self.interval(evaluation?.worstDecile),
        Self.interval(evaluation?.shareBelow80),
        method.method == PersonalizationOption.alone.rawValue
          ? DecimalText.missing : Quantity.bytes(method.bytesUpPerRound),
      ]
    }
  }

  /// "85 to 90 %", or one number where both edges are the same.
  private static func interval(_ pair: [Double]?) -> String {
    guard let lower = pair?.first, let upper = pair?.last else { return DecimalText.missing }
    func number(_ share: Double) -> String { DecimalText.significant(share * 100, digits: 3) }
    return (lower == upper ? "" : number(lower) + " to ") + number(upper) + " %"
  }

  /// The table for a terminal.
  func terminalText() -> String {
    TextColumns.aligned([Self.head] + rows, leftAligned: [0]).joined(separator: "\n")
  }
}
