/// Models on clients' own data as a table, for the terminal and for the page.
struct PersonalizationTable {
  let record: PersonalizationRecord

  /// What is in the columns.
  static let head = [
    "on clients' own data", "clients", "mean accuracy", "deviation", "median", "worst decile",
    "below 80 %", "up per round",
  ]

  /// A row for each method.
  var rows: [[String]] {
    record.methods.map { method in
      let evaluation = method.evaluation
      return [
        method.name, evaluation.map { DecimalText.integer($0.clients) } ?? DecimalText.missing,
        Quantity.percent(evaluation?.mean ?? .nan),
        Quantity.percent(evaluation?.standardDeviation ?? .nan),
        Self.interval(evaluation?.median), Self.interval(evaluation?.worstDecile),
        Self.interval(evaluation?.shareBelow80),
        method.method == PersonalizationOption.alone.rawValue
          ? DecimalText.missing : Quantity.bytes(method.bytesUpPerRound),
      ]
    }
  }

  /// "85 to 90 %", or one number where both edges are the same.
  private static func interval(_ pair: [Double]?) -> String {
    guard let lower = pair?.first, let upper = pair?.last else { return DecimalText.missing }
    func number(_ share: Double) -> String { DecimalText.significant(share * 100, digits: 3) }
    return (lower == upper ? "" : number(lower) + " to ") + number(upper) + " %"
  }

  /// The table for a terminal.
  func terminalText() -> String {
    TextColumns.aligned([Self.head] + rows, leftAligned: [0]).joined(separator: "\n")
  }
}
