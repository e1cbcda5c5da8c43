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
