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
