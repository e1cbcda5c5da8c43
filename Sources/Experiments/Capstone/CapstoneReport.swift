import FLReport
import Foundation

/// Renders accuracy against epsilon as a chapter of the report.
package struct CapstoneReport {
  static let title = "What differential privacy costs"

  let record: CapstoneRecord

  /// A report on `record`.
  package init(_ record: CapstoneRecord) {
    self.record = record
  }

  /// The chapter.
  package func html() -> String {
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

/// The plot of accuracy against epsilon.
struct EpsilonSection {
  let record: CapstoneRecord

  /// The section as HTML.
  func html() -> String {
    let figure = Figure.html(
      title: "Test accuracy at the end of training, in per cent, by privacy budget",
      identifier: "epsilon", summary: summary, plotHeight: 300, text: explanation
    ) { frame in
      EpsilonChart(
        frame: frame,
        series: record.mechanisms.map { name in
          .init(
            name: CapstoneGuide.name(of: name),
            colour: ChartColour(rawValue: name) ?? .noNoise,
            values: record.epsilons.compactMap { epsilon in
              record.point(name, epsilon: epsilon).map { (epsilon, value($0)) }
            })
        },
        apart: record.withoutNoise.map(value),
        // The whole scale: cut off, it would make small costs look large.
        verticalAxis: Axis.fromZero(exactlyTo: 100, tickCount: 5), verticalLabel: "accuracy (%)"
      )
      .rendered()
    }
    return "<section>\n<h2>Accuracy against epsilon</h2>\n" + figure + "</section>"
  }

  private func value(_ point: CapstoneRecord.Point) -> EpsilonChart.Value {
    let range = point.range
    let name = point.mechanism.map(CapstoneGuide.name) ?? "no noise"
    let epsilon = point.epsilon.map { ", epsilon \(DecimalText.significant($0))" } ?? ""
    return EpsilonChart.Value(
      mean: point.meanAccuracy * 100, lowest: range.lowest * 100, highest: range.highest * 100,
      tooltip: name + epsilon + ": " + CapstoneRecord.accuracy(of: point))
  }

  private var summary: String {
    record.points.map { value($0).tooltip }.joined(separator: "; ") + "."
  }

  private var explanation: String {
    var text = "The horizontal axis is logarithmic: each doubling of epsilon is equally wide."
    if record.repetitions > 1 {
      text += " Dots are means of \(record.repetitions) trainings, vertical lines reach from the"
      text += " worst to the best of them."
    }
    if record.mechanisms.count > 1 {
      text += " Points of the same epsilon are drawn side by side."
    }
    return text + " A training without noise has no finite epsilon and stands apart."
  }
}

/// Accuracy, noise and spending in numbers.
struct EpsilonTable {
  let record: CapstoneRecord

  /// The section as HTML.
  func html() -> String {
    let head = ["epsilon", "noise by", "accuracy", "lowest", "highest", "noise (clips)", "spent"]
      .map { "<th scope=\"col\">\($0)</th>" }.joined()
    let rows =
      record.points.filter { $0.mechanism == nil }
      + record.epsilons.flatMap { epsilon in
        record.mechanisms.compactMap { record.point($0, epsilon: epsilon) }
      }
    return "<section>\n<h2>In numbers</h2>\n"
      + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"In numbers\">\n"
      + "<table class=\"rounds\">\n<thead><tr>\(head)</tr></thead>\n<tbody>\n"
      + rows.map(row).joined(separator: "\n") + "\n</tbody>\n</table>\n</div>\n</section>"
  }

  private func row(_ point: CapstoneRecord.Point) -> String {
    let range = point.range
    let cells = [
      point.mechanism ?? "nobody", Quantity.percent(point.meanAccuracy),
      Quantity.percent(range.lowest), Quantity.percent(range.highest),
      point.noiseMultiplier.map { DecimalText.fixed($0, decimals: 3) } ?? "0",
      point.epsilonSpent.map { DecimalText.fixed($0, decimals: 3) } ?? DecimalText.missing,
    ].map { "<td>\(XMLText.escaped($0))</td>" }.joined()
    let epsilon = point.epsilon.map { DecimalText.significant($0) } ?? "none"
    return "<tr><th scope=\"row\">\(epsilon)</th>\(cells)</tr>"
  }
}

/// What the figures do and do not claim.
struct CapstoneGuide {
  let record: CapstoneRecord

  /// What a mechanism is called in legends.
  static func name(of mechanism: String) -> String {
    switch PrivacySettings.Mechanism(rawValue: mechanism) {
    case .central: "central: the server adds the noise"
    case .distributed: "distributed: each client adds a share"
    case .correlated: "correlated: the server adds noise that later rounds take back in part"
    case nil: "central in turns: the server adds independent noise"
    }
  }

  /// The section as HTML.
  func html() -> String {
    """
    <section>
    <h2>How to read this</h2>
    <ul>
    <li><strong>Epsilon</strong> bounds, at a delta of \(record.delta), what the models of all rounds \
    together give away of one client, if all clients take part in every round or, where cohorts take turns, in \
    every \(record.turns)th round at the most. With noise of the server it \
    hides that a client took part, and with what update. With distributed noise it hides the update \
    alone: a client that stays away takes its share of the noise with it.</li>
    \(trust)
    <li><strong>Noise</strong> is its standard deviation on the sum, in largest norms of an update; \
    it is the least with which all rounds stay within the budget. Correlated noise is that of the whole training, in \
    sensitivities.</li>
    <li><strong>This is a simulation</strong>: central noise is drawn from the seed, so that its \
    figures can be repeated, and whoever knows the seed could take it off; <code>secagg-demo train \
    --dp central</code> draws it from the system's cryptographic generator. Distributed noise always \
    comes from a cryptographic generator, so its accuracies differ a little from run to run.</li>
    <li><strong>The test data</strong> are \
    \(Quantity.counted(record.configuration.testExamples, "example")): one more or less is \
    \(DecimalText.fixed(100 / Double(record.configuration.testExamples), decimals: 2)) points.</li>
    </ul>
    </section>
    """
  }

  private var trust: String {
    record.mechanisms.compactMap { PrivacySettings.Mechanism(rawValue: $0) }.map { mechanism in
      switch mechanism {
      case .central:
        "<li><strong>Central noise</strong> protects against whoever sees the models. The server, "
          + "which adds it, sees the sums without noise. Its figures are exact.</li>"
      case .correlated:
        "<li><strong>Correlated noise</strong> is central noise, too. Cohorts take turns here, as they do in "
          + "<strong>central in turns</strong>, so that both columns have equal privacy and equal costs for "
          + "clients. The noise of a round takes back a part of that of the rounds before, so the model, "
          + "which adds up all rounds, has less of it.</li>"
      case .distributed:
        "<li><strong>Distributed noise</strong> protects against the server as well: it only ever "
          + "gets the noisy sum. Every client is taken to be honest and to stay; rounding to whole "
          + "numbers makes it need a little more noise.</li>"
      }
    }.joined(separator: "\n")
  }
}
