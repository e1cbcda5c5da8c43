/// The figures that a reader looks for first, as tiles.
struct KeyFigures {
  /// One tile: a name, a value and a remark below it.
  private struct Tile {
    var name: String
    var value: String
    var remark: String
    /// Class of the value, for one that is good or bad news.
    var style = ""
  }

  let record: TrainingRecord

  /// The tiles as HTML.
  func html() -> String {
    let items = tiles.map { tile in
      "<div><dt>\(XMLText.escaped(tile.name))</dt><dd>"
        + (tile.style.isEmpty
          ? XMLText.escaped(tile.value)
          : "<span class=\"\(tile.style)\">\(XMLText.escaped(tile.value))</span>")
        + "<small>\(XMLText.escaped(tile.remark))</small></dd></div>"
    }
    return "<section aria-label=\"Key figures\">\n<dl class=\"tiles\">\n"
      + items.joined(separator: "\n") + "\n</dl>\n</section>"
  }

  private var tiles: [Tile] {
    guard let privacy = record.privacy else { return usualTiles }
    return usualTiles + [
      Tile(
        name: "Epsilon spent", value: DecimalText.fixed(privacy.epsilonSpent, decimals: 2),
        remark: "of \(DecimalText.significant(privacy.epsilon)), at delta \(privacy.delta)"),
      Tile(
        name: "Noise on the sum",
        value: DecimalText.significant(privacy.noiseMultiplier, digits: 3),
        remark: privacy.mechanism == PrivacySettings.Mechanism.correlated.rawValue
          ? "standard deviation, in sensitivities of all rounds" : "standard deviation in clips"),
    ]
  }

  private var usualTiles: [Tile] {
    let rounds = record.rounds
    let clients = record.configuration.clients
    let applied = rounds.filter(\.applied)
    let checked = rounds.compactMap(\.sumsEqual)
    let equal = checked.filter(\.self).count
    let contributors = Median.of(applied.map { Double($0.contributors) })
    let up = Median.of(applied.map { Double($0.bytesUpPerClient) })
    let down = Median.of(applied.map { Double($0.bytesDownPerClient) })
    func perRound(_ time: KeyPath<TrainingRecord.PhaseCost, Double>) -> Double? {
      Median.of(applied.map { $0.phases.map { $0[keyPath: time] }.reduce(0, +) })
    }
    return [
      Tile(
        name: "Final accuracy", value: Quantity.percent(record.finalAccuracy),
        remark: "with secure aggregation" + (record.privacy == nil ? "" : " and noise")),
      Tile(
        name: "Plain averaging", value: Quantity.percent(record.finalPlainAccuracy),
        remark: "floating point, no protection"),
      Tile(
        name: "Exact sums",
        value: checked.isEmpty
          ? DecimalText.missing
          : "\(DecimalText.integer(equal)) of \(DecimalText.integer(checked.count))",
        remark: "equal to the plaintext sum",
        style: checked.isEmpty ? "" : equal == checked.count ? "good" : "bad"),
      Tile(
        name: "Rounds applied",
        value: "\(DecimalText.integer(applied.count)) of \(DecimalText.integer(rounds.count))",
        remark: "in \(Quantity.seconds(record.seconds))"),
      Tile(
        name: "Clients in the sum",
        value: contributors.map { DecimalText.fixed($0, decimals: 0, grouped: true) }
          ?? DecimalText.missing,
        remark: "of \(DecimalText.integer(clients)), median round"),
      Tile(
        name: "Sent by a client", value: up.map(Quantity.bytes) ?? DecimalText.missing,
        remark: "per round, median"),
      Tile(
        name: "Received by a client", value: down.map(Quantity.bytes) ?? DecimalText.missing,
        remark: "per round, median"),
      Tile(
        name: "CPU of a client",
        value: perRound(\.clientMilliseconds).map(Quantity.milliseconds) ?? DecimalText.missing,
        remark: "per round; server "
          + (perRound(\.serverMilliseconds).map(Quantity.milliseconds) ?? DecimalText.missing)),
    ]
  }
}
