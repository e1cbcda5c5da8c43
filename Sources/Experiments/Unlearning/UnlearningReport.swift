import FLReport
import SimulatedSessions

/// The results of several ways to erase a client.
package struct UnlearningRecord: Encodable, Sendable {
  /// What the ways have in common.
  package struct Settings: Encodable, Sendable {
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

    package init(
      clients: Int, rounds: Int, dropout: Double, firstRound: Int, checkpointInterval: Int,
      shards: Int, keepInterval: Int, training: ClientTrainingSettings
    ) {
      self.clients = clients
      self.rounds = rounds
      self.dropout = dropout
      self.firstRound = firstRound
      self.checkpointInterval = checkpointInterval
      self.shards = shards
      self.keepInterval = keepInterval
      self.training = training
    }
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
    /// Whether the model is certainly independent of the client.
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
  package var sumsEqual: Bool
}

/// Ways to erase a client, for the terminal and as a chapter of the report.
package struct UnlearningReport {
  let record: UnlearningRecord

  package init(
    record: UnlearningRecord
  ) {
    self.record = record
  }

  private static let head = [
    "way", "accuracy", "to full retraining", "cost", "distance", "exact", "secure aggregation",
  ]

  private var rows: [[String]] {
    let full = record.ways.first?.accuracy ?? .nan
    return record.ways.map { way in
      [
        way.name, Quantity.percent(way.accuracy),
        DecimalText.fixed((way.accuracy - full) * 100, decimals: 1) + " points",
        Quantity.percent(way.costShare),
        way.distance.map { DecimalText.fixed($0, decimals: 4) } ?? DecimalText.missing,
        way.isExact ? "yes" : "no", way.isSecure ? "yes" : "no",
      ]
    }
  }

  /// A row for each way.
  package func terminalText() -> String {
    (TextColumns.aligned([Self.head] + rows, leftAligned: [0]) + [
      "Before: \(Quantity.percent(record.originalAccuracy)), ensemble of shards"
        + " \(Quantity.percent(record.originalEnsembleAccuracy))"
    ]).joined(separator: "\n")
  }

  /// The chapter.
  package func html() -> String {
    ReportChapter.html([
      ReportChapter.header(title: "Erasing a client", summary: summary), costs, table,
    ])
  }

  private var summary: String {
    let settings = record.settings
    return "\(Quantity.counted(settings.clients, "client")) train on the digits"
      + " (\(settings.training.partition.text)) for \(Quantity.counted(settings.rounds, "round")). One of them"
      + " joins in round \(DecimalText.integer(settings.firstRound)) and opts out in the end; by the"
      + " audit log it is in \(Quantity.counted(record.client.rounds.count, "sum")). The model with the client classifies \(Quantity.percent(record.originalAccuracy)) of"
      + " the test examples correctly, the one trained from the start without it"
      + " \(Quantity.percent(record.ways.first?.accuracy ?? .nan))."
      + (record.sumsEqual
        ? " Every released sum equals the sum computed in the clear."
        : " NOT every released sum equals the sum computed in the clear.")
  }

  private var costs: String {
    "<section>\n<h2>What it costs</h2>\n"
      + Figure.html(
        title: "Trainings by clients, in per cent of those of the whole training",
        identifier: "costs",
        summary: record.ways.map { "\($0.name) \(Quantity.percent($0.costShare))" }
          .joined(separator: ", "),
        plotHeight: 0
      ) { frame in
        BarChart(
          frame: frame, categories: record.ways.map(\.name),
          series: [
            .init(
              name: "trainings done again", colour: .client,
              values: record.ways.map { $0.costShare * 100 },
              texts: record.ways.map { Quantity.percent($0.costShare) })
          ], horizontalLabel: "trainings (%)"
        ).rendered()
      } + "</section>"
  }

  private var table: String {
    let settings = record.settings
    let notes = [
      "Of a cohort of at least"
        + " \(DecimalText.integer(LeavingPoint.smallestCohort)) clients"
        + " \(Quantity.percent(settings.dropout)) leave at each of three points. Who is in which sum"
        + " is read from the audit log, and a round is trained again with those.",
      "From the checkpoint: the model is kept every \(settings.checkpointInterval) rounds, and the"
        + " last one before the client's first round is trained on from. The result is that of full"
        + " retraining, bit for bit, where the distance is 0.",
      "SISA: \(settings.shards) groups of clients train a model each, all clients from the first"
        + " round on, and the mean of their probabilities decides; before erasing, the ensemble reaches"
        + " \(Quantity.percent(record.originalEnsembleAccuracy)). Only the client's group trains"
        + " again.",
      "FedEraser: the updates of every client are kept every \(settings.keepInterval) rounds, and"
        + " their directions corrected by one epoch. It needs single updates, so it does not run"
        + " under secure aggregation, and nothing proves that what the client did is gone.",
    ]
    return "<section>\n<h2>In numbers</h2>\n"
      + TableHTML.table(head: Self.head, rows: rows, label: "Ways to erase a client")
      + "<p class=\"quiet\">Distance is that of the parameters from those of full retraining, by"
      + " their norm.</p>\n<ul>\n"
      + notes.map { "<li>\(XMLText.escaped($0))</li>" }.joined(separator: "\n")
      + "\n</ul>\n</section>"
  }
}
