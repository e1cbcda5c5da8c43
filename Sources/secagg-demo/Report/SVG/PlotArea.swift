/// The rectangle between the axes of a chart, in units of the view box, and the drawing of the axes
/// around it.
struct PlotArea {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  /// Height of the whole picture when the plot is at the bottom of it: room for the tick labels and
  /// for the label of the horizontal axis.
  var pictureHeight: Double { bottom + 42 }

  /// Horizontal grid lines with their labels, and the name of the axis above the first of them.
  func drawVerticalAxis(_ axis: Axis, label: String, into document: inout SVGDocument) {
    for tick in axis.ticks {
      let y = axis.position(of: tick, from: bottom, to: top)
      document.line(x1: left, y1: y, x2: right, y2: y, style: "grid")
      document.text(axis.label(tick), x: left - 6, y: y + 4, anchor: .end, style: "label tick")
    }
    document.text(label, x: 0, y: top - 14)
  }

  /// The base line with ticks, their labels, and the name of the axis below.
  func drawHorizontalAxis(_ axis: Axis, label: String, into document: inout SVGDocument) {
    document.line(x1: left, y1: bottom, x2: right, y2: bottom, style: "base")
    for tick in axis.ticks {
      let x = axis.position(of: tick, from: left, to: right)
      document.line(x1: x, y1: bottom, x2: x, y2: bottom + 4, style: "base")
      document.text(
        axis.label(tick), x: x, y: bottom + 17, anchor: .middle, style: "label tick")
    }
    document.text(label, x: (left + right) / 2, y: bottom + 36, anchor: .middle)
  }
}
