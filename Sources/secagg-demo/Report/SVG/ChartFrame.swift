/// What every chart needs around its data: its size and its words.
struct ChartFrame {
  /// Unique within the page; the base of the identifiers of the title and the description.
  var identifier: String
  /// Width in units of the view box, which are about pixels.
  var width: Double
  /// Height of the plot, between its axes. Legend, ticks and labels come on top of it.
  var plotHeight: Double
  /// What the chart shows, for a screen reader and as a tooltip.
  var title: String
  /// What can be seen in the chart, for those who cannot see it.
  var summary: String
}
