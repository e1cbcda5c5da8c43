/// Marks the rounds that were not applied: a strip above the plot, and a faint band across it.
struct RefusedRounds {
  let applied: [Bool]
  let rounds: Axis
  let area: PlotArea

  /// Draws the marks. Neighbouring rounds share one mark, so that no seams show.
  func draw(into document: inout SVGDocument, acrossPlot: Bool) {
    var index = 0
    while index < applied.count {
      guard !applied[index] else {
        index += 1
        continue
      }
      let first = index
      while index < applied.count, !applied[index] { index += 1 }
      // Round n covers the axis from n - 0.5 to n + 0.5.
      let left = rounds.position(of: Double(first) + 0.5, from: area.left, to: area.right)
      let right = rounds.position(of: Double(index) + 0.5, from: area.left, to: area.right)
      let inset = min(2, (right - left) * 0.1)
      let width = right - left - 2 * inset
      if acrossPlot {
        document.rectangle(
          x: left + inset, y: area.top, width: width, height: area.bottom - area.top,
          style: "band " + ChartColour.refused.style)
      }
      document.rectangle(
        x: left + inset, y: area.top - 8, width: width, height: 5,
        style: "fill " + ChartColour.refused.style)
    }
  }
}
