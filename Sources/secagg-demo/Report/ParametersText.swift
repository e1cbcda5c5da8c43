extension ParametersRecord {
  /// The record as text for a terminal. Ends without a newline.
  func terminalText() -> String {
    let plainBytes = Double(dimension) * Double(valueBits) / 8
    let assumed = [
      Quantity.counted(clients, "client"), "\(Quantity.percent(corrupt)) corrupt",
      "\(Quantity.percent(dropout)) leave", "\(threatModel) server",
    ]
    let rows = [
      ["degree", DecimalText.integer(degree), "neighbours of a client"],
      ["threshold", DecimalText.integer(threshold), "shares that recover a secret"],
      [
        "leak", Self.power(of: log2LeakProbability),
        "at most, that more than the sum is learnt; asked for 2^-\(sigma)",
      ],
      [
        "failure", Self.power(of: log2FailureProbability),
        "at most, that no sum comes out by chance; asked for 2^-\(eta)",
      ],
      ["up", Quantity.bytes(bytesUpPerClient), "from a client"],
      ["down", Quantity.bytes(bytesDownPerClient), "to a client"],
      ["messages", DecimalText.integer(messagesPerClient), "to and from a client"],
      [
        "expansion", DecimalText.fixed(expansion, decimals: 2),
        "times the plain vector of \(Quantity.bytes(plainBytes))",
      ],
    ]
    var lines = [assumed.joined(separator: ", "), ""]
    // The explanations stay out of the columns, which would fill them up with spaces.
    let figures = TextColumns.aligned(rows.map { Array($0.prefix(2)) }, leftAligned: [0])
    lines += zip(figures, rows).map { "\($0)  \($1[2])" }
    if !meetsTargets { lines += ["", "Not enough for what was asked for."] }
    return lines.joined(separator: "\n")
  }

  /// A probability as a power of two; its logarithm is no number for 0.
  private static func power(of logarithm: Double) -> String {
    logarithm.isFinite ? "2^" + DecimalText.fixed(logarithm, decimals: 1) : "0"
  }
}
