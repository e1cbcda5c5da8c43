import FLReport
import Foundation

/// The results of a federated explanation.
package struct ExplanationRecord: Encodable, Sendable {
  /// How the model was trained.
  package struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    /// The share of the clients that leave at each of three points.
    var dropout: Double
    var valueBits: Int
    var training: ClientTrainingSettings

    package init(
      clients: Int, rounds: Int, dropout: Double, valueBits: Int, training: ClientTrainingSettings
    ) {
      self.clients = clients
      self.rounds = rounds
      self.dropout = dropout
      self.valueBits = valueBits
      self.training = training
    }
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
  package var largestDifference: Double
  /// What rounding to the code's steps may make of it at most.
  package var differenceBound: Double
  /// Whether every released sum equals the plaintext sum of the same integers.
  package var sumsEqual: Bool
  /// Rounds of training whose sum was released.
  var roundsApplied: Int
  var bytesUpPerClient: Double
  var bytesDownPerClient: Double
}

/// A federated explanation, for the terminal and as a chapter of the report.
package struct ExplanationReport {
  let record: ExplanationRecord

  package init(
    record: ExplanationRecord
  ) {
    self.record = record
  }

  /// Features that the chart shows.
  private static let shown = 15

  /// A row for each feature, the most important first.
  package func terminalText() -> String {
    let rows = record.features.map { feature in
      [
        feature.name, DecimalText.fixed(feature.secure, decimals: 6),
        DecimalText.fixed(feature.plain, decimals: 6),
      ]
    }
    let table = TextColumns.aligned([["feature", "secure", "plain"]] + rows, leftAligned: [0])
    return
      (table + [
        "Largest difference \(difference), at most \(bound) by rounding; accuracy"
          + " \(Quantity.percent(record.accuracy))"
      ]).joined(separator: "\n")
  }

  private var difference: String { Self.scientific(record.largestDifference) }
  private var bound: String { Self.scientific(record.differenceBound) }

  /// With a hyphen at which no line breaks.
  private static func scientific(_ value: Double) -> String {
    String(format: "%.1e", value).replacingOccurrences(of: "-", with: "\u{2011}")
  }

  /// The chapter.
  package func html() -> String {
    ReportChapter.html([
      ReportChapter.header(title: "What the model goes by, as a secure sum", summary: summary),
      chart, table,
    ])
  }

  private var summary: String {
    "\(Quantity.counted(record.settings.clients, "client")) train a model on the breast-cancer data"
      + " (\(record.settings.training.partition.text)); it classifies \(Quantity.percent(record.accuracy)) of the"
      + " test examples correctly. Each client explains its own examples by their Shapley values and"
      + " contributes the mean magnitude of each feature's. The server decodes the sum of"
      + " \(Quantity.counted(record.contributors, "client")) with"
      + " \(Quantity.counted(record.examples, "example")) only. The largest difference to the mean"
      + " computed in the clear is \(difference); rounding may make at most \(bound) of it."
      + (record.sumsEqual
        ? " Every released sum equals the sum computed in the clear."
        : " NOT every released sum equals the sum computed in the clear.")
  }

  private var chart: String {
    let features = Array(record.features.prefix(Self.shown))
    return "<section>\n<h2>Importance of features</h2>\n"
      + Figure.html(
        title: "Mean magnitude of Shapley values, in log-odds", identifier: "importance",
        summary: features.map { "\($0.name) \(DecimalText.fixed($0.secure, decimals: 3))" }
          .joined(separator: ", "),
        plotHeight: 0,
        text: "The \(features.count) most important of"
          + " \(Quantity.counted(record.features.count, "feature"))."
      ) { frame in
        BarChart(
          frame: frame, categories: features.map(\.name),
          series: [
            .init(
              name: "secure sum", colour: .secure, values: features.map(\.secure),
              texts: features.map { DecimalText.fixed($0.secure, decimals: 3) })
          ], horizontalLabel: "mean |phi| (log-odds)"
        ).rendered()
      } + "</section>"
  }

  private var table: String {
    "<section>\n<h2>In numbers</h2>\n"
      + TableHTML.table(
        head: ["feature", "secure sum", "in the clear", "difference"],
        rows: record.features.map { feature in
          [
            feature.name, DecimalText.fixed(feature.secure, decimals: 6),
            DecimalText.fixed(feature.plain, decimals: 6),
            Self.scientific(abs(feature.secure - feature.plain)),
          ]
        }, label: "Importance of features")
      + "<p class=\"quiet\">For this sum a client sent"
      + " \(Quantity.bytes(record.bytesUpPerClient)) and received"
      + " \(Quantity.bytes(record.bytesDownPerClient)). Shapley values of a linear output are exact;"
      + " the means of the background are a secure sum as well.</p>\n</section>"
  }
}
