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
    let unit =
      !histogram.unit.isEmpty ? histogram.unit : isNoise ? "fraction of the modulus" : "model units"
    return Figure.html(
      title: title, identifier: identifier,
      summary: "Histogram of \(Quantity.counted(histogram.counts.reduce(0, +), "value")). " + text,
      width: 275, plotHeight: 130, text: text
    ) { frame in
      HistogramChart(
        frame: frame, histogram: histogram, colour: colour,
        horizontalLabel: "value (\(unit))", showsEvenLevel: isNoise
      ).rendered()
    }
  }
}
