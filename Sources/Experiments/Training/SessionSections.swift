import FLReport
import SimulatedSessions

/// Three distributions side by side: what the server received from one client, what that client
/// computed, and what the server learned.
struct ServerViewSection {
  let record: TrainingRecord

  /// The section as HTML. Without an applied round there is nothing to show, and it says so.
  func html() -> String {
    let heading = "<section>\n<h2>What the server saw</h2>\n"
    guard let view = record.serverView else {
      return heading
        + "<p>No round was applied, so the server learned no sum at all.</p>\n</section>"
    }
    let client = "client \(view.client)"
    let drawings = [
      figure(
        "Received: masked update", "masked-update", view.maskedUpdate, .masked,
        "What \(client) sent. Every value is about equally likely, as with random noise: on its own"
          + " it tells the server nothing about the update.",
        isNoise: true),
      figure(
        "Never sent: true update", "true-update", view.trueUpdate, .hidden,
        "What \(client) computed on its own data. Only this simulation can show it; the server never"
          + " has it."),
      figure("Learned: decoded mean", "decoded-mean", view.decodedMean, .mean, learned),
    ]
    return heading
      + "<p>One client's update and the mean over all contributors, in round \(view.round).</p>\n"
      + "<div class=\"thirds\">\n" + drawings.joined() + "</div>\n</section>"
  }

  /// What the third distribution is. With central noise the server learns more than is drawn.
  private var learned: String {
    let masks = "when the masks of all contributors cancel: "
    switch record.privacy.map(\.mechanism) {
    case PrivacySettings.Mechanism.central.rawValue,
      PrivacySettings.Mechanism.correlated.rawValue:
      return "The mean of the updates with the noise that the server added; what it decodes "
        + masks + "the same without the noise, and nothing finer."
    case .some:
      return "What the server decodes " + masks
        + "the mean of their updates with the noise of all, and nothing finer."
    case nil:
      return "What the server decodes " + masks + "the mean of their updates, and nothing finer."
    }
  }

  private func figure(
    _ title: String, _ identifier: String, _ histogram: Histogram, _ colour: ChartColour,
    _ text: String, isNoise: Bool = false
  ) -> String {
    return Figure.html(
      title: title, identifier: identifier,
      summary: "Histogram of \(Quantity.counted(histogram.counts.reduce(0, +), "value")). " + text,
      width: 275, plotHeight: 130, text: text
    ) { frame in
      HistogramChart(
        frame: frame, histogram: histogram, colour: colour,
        horizontalLabel: "value (\(histogram.unit))", showsEvenLevel: isNoise
      ).rendered()
    }
  }
}

/// What each phase of a round costs: bytes and CPU time, medians over the rounds.
struct PhaseSection {
  /// The medians of one phase.
  private struct Cost {
    var phase: String
    var bytesUp: Double
    var bytesDown: Double
    var clientMilliseconds: Double
    var serverMilliseconds: Double
  }

  let record: TrainingRecord

  /// The section as HTML; empty when no phase was measured.
  func html() -> String {
    let costs = medians
    guard !costs.isEmpty else { return "" }
    return "<section>\n<h2>Bytes and time by phase</h2>\n"
      + "<p class=\"quiet\">Medians over all rounds that reached the phase.</p>\n"
      + "<div class=\"halves\">\n" + bytes(costs) + time(costs) + "</div>\n</section>"
  }

  private func bytes(_ costs: [Cost]) -> String {
    let largest = costs.flatMap { [$0.bytesUp, $0.bytesDown] }.max() ?? 0
    let scale = ByteScale(upTo: largest)
    return figure(
      "Bytes per client, by phase", "phase-bytes", costs, axis: "\(scale.unit) per round",
      series: [
        .init(
          name: "up (sent)", colour: .up, values: costs.map { $0.bytesUp / scale.bytes },
          texts: costs.map { Quantity.bytes($0.bytesUp) }),
        .init(
          name: "down (received)", colour: .down, values: costs.map { $0.bytesDown / scale.bytes },
          texts: costs.map { Quantity.bytes($0.bytesDown) }),
      ])
  }

  private func time(_ costs: [Cost]) -> String {
    figure(
      "CPU time, by phase", "phase-time", costs, axis: "milliseconds per round",
      series: [
        .init(
          name: "one client", colour: .client, values: costs.map(\.clientMilliseconds),
          texts: costs.map { Quantity.milliseconds($0.clientMilliseconds) }),
        .init(
          name: "server", colour: .server, values: costs.map(\.serverMilliseconds),
          texts: costs.map { Quantity.milliseconds($0.serverMilliseconds) }),
      ])
  }

  /// One chart, whose summary reads out every bar.
  private func figure(
    _ title: String, _ identifier: String, _ costs: [Cost], axis: String,
    series: [BarChart.Series]
  ) -> String {
    let bars = costs.enumerated().map { index, cost in
      cost.phase + ": "
        + series.map { "\($0.name) \($0.texts[index])" }.joined(separator: ", ")
    }
    // The height of a bar chart follows from its bars.
    return Figure.html(
      title: title, identifier: identifier, summary: bars.joined(separator: "; ") + ".",
      width: 420, plotHeight: 0
    ) { frame in
      BarChart(
        frame: frame, categories: costs.map(\.phase), series: series, horizontalLabel: axis
      ).rendered()
    }
  }

  /// Phases in the order in which they first appear in the record.
  private var medians: [Cost] {
    var names: [String] = []
    for phase in record.rounds.flatMap(\.phases) where !names.contains(phase.phase) {
      names.append(phase.phase)
    }
    return names.map { name in
      let phases = record.rounds.flatMap(\.phases).filter { $0.phase == name }
      return Cost(
        phase: name, bytesUp: Median.of(phases.map { Double($0.bytesUp) }) ?? 0,
        bytesDown: Median.of(phases.map { Double($0.bytesDown) }) ?? 0,
        clientMilliseconds: Median.of(phases.map(\.clientMilliseconds)) ?? .nan,
        serverMilliseconds: Median.of(phases.map(\.serverMilliseconds)) ?? .nan)
    }
  }
}
