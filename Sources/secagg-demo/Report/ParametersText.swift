extension ParametersRecord {
  /// The record as text for a terminal. Ends without a newline.
  func terminalText() -> String {
    let plainBytes = Double(dimension) * Double(valueBits) / 8
    let assumed = [
      Quantity.counted(clients, "client"), "\(Quantity.percent(corrupt)) corrupt",
      "\(Quantity.percent(dropout)) drop out" + (corruptDropOut ? " and the corrupt as well" : ""),
      "\(threatModel) server", "\(dropouts) dropouts",
      roster == "full"
        ? "full roster" : "\(Quantity.counted(minimumContributors, "contributor")) or more",
    ]
    let rows: [[String]] =
      [
        ["degree", DecimalText.integer(degree), "neighbours of a client"],
        ["threshold", DecimalText.integer(threshold), "shares that recover a secret"],
        [
          "leak", Self.power(of: log2LeakProbability),
          "at most, that more than the sum is learnt; asked for 2^-\(sigma)",
        ],
      ] + causes + [
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

  /// What the leak is made of.
  private var causes: [[String]] {
    let parts = [
      "  two parts", Self.power(of: log2Disconnection),
      dropouts == "random"
        ? "two arcs of corrupt and dropped clients" : "two arcs with t - k/2 corrupt clients each",
    ]
    guard threatModel == "malicious" else {
      return [
        parts,
        [
          "  one secret", Self.power(of: log2CorruptNeighbours), "t corrupt neighbours of a client",
        ],
      ]
    }
    let secrets = [
      "  both secrets", Self.power(of: log2BothSecrets), "2t - k corrupt neighbours of a client",
    ]
    guard dropouts == "chosen" else { return [parts, secrets] }
    let sets = [
      "  two sets", Self.power(of: log2ContributorSets),
      "2t - k - 1 corrupt clients among the k + 1 that endorse the contributors",
    ]
    return [parts, secrets, sets]
  }

  /// A probability as a power of two; its logarithm is no number for 0.
  private static func power(of logarithm: Double) -> String {
    logarithm.isFinite ? "2^" + DecimalText.fixed(logarithm, decimals: 1) : "0"
  }
}
