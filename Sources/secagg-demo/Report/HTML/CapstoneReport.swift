import Foundation

/// Renders accuracy against epsilon as a chapter of the report.
struct CapstoneReport {
  static let title = "What differential privacy costs"

  let record: CapstoneRecord

  /// A report on `record`.
  init(_ record: CapstoneRecord) {
    self.record = record
  }

  /// The chapter.
  func html() -> String {
    ReportChapter.html([
      summary, EpsilonSection(record: record).html(), EpsilonTable(record: record).html(),
      settings, CapstoneGuide(record: record).html(),
    ])
  }

  private var summary: String {
    let configuration = record.configuration
    var text =
      "A model (\(configuration.model), "
      + "\(Quantity.counted(configuration.parameterCount, "parameter"))) was trained on the "
      + "\(configuration.data) data by \(Quantity.counted(configuration.clients, "simulated client"))"
      + " for \(Quantity.counted(configuration.roundsRequested, "round")), the updates summed by "
      + "secure aggregation: without noise, and with as much as each budget asks for."
    if let point = record.withoutNoise {
      text += " Without noise it classifies \(Quantity.percent(point.meanAccuracy)) of the "
      text += "\(Quantity.counted(configuration.testExamples, "test example")) correctly."
    }
    let wrong = record.points.map(\.wrongSums).reduce(0, +)
    let sums =
      wrong == 0
      ? "<span class=\"good\">Every secure sum equals the sum computed in the clear.</span>"
      : "<strong class=\"bad\">\(Quantity.counted(wrong, "secure sum")) did NOT equal the sum"
        + " computed in the clear.</strong>"
    return "<header>\n<h1>\(Self.title)</h1>\n<p class=\"summary\">"
      + (XMLText.escaped(text) + " " + sums).replacingOccurrences(of: " %", with: "&nbsp;%")
      + "</p>\n</header>"
  }

  private var settings: String {
    let configuration = record.configuration
    let items = [
      ("data", configuration.data),
      ("training examples", DecimalText.integer(configuration.trainingExamples)),
      ("test examples", DecimalText.integer(configuration.testExamples)),
      ("split over clients", configuration.partition),
      ("model", configuration.model),
      ("parameters", DecimalText.integer(configuration.parameterCount)),
      ("clients", DecimalText.integer(configuration.clients)),
      ("rounds", DecimalText.integer(configuration.roundsRequested)),
      ("cohorts where they take turns", DecimalText.integer(record.turns)),
      ("clip (norm of an update)", DecimalText.significant(record.clip)),
      ("delta", String(record.delta)),
      ("repetitions of each training", DecimalText.integer(record.repetitions)),
      ("local epochs", DecimalText.integer(configuration.localEpochs)),
      ("batch size", DecimalText.integer(configuration.batchSize)),
      ("learning rate", DecimalText.significant(configuration.learningRate)),
      ("neighbours per client", DecimalText.integer(configuration.degree)),
      ("seed", String(configuration.seed)),
      ("time for everything", Quantity.seconds(record.seconds)),
    ].map { name, value in
      "<div><dt>\(XMLText.escaped(name))</dt><dd>\(XMLText.escaped(value))</dd></div>"
    }
    return "<section>\n<h2>Configuration</h2>\n<dl class=\"settings\">\n"
      + items.joined(separator: "\n") + "\n</dl>\n</section>"
  }
}
