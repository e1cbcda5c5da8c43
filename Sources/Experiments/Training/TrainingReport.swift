import FLReport
import Foundation
import SimulatedSessions

/// Renders the record of a training run as a chapter of the report.
package struct TrainingReport {
  let record: TrainingRecord

  /// A report on `record`.
  package init(_ record: TrainingRecord) {
    self.record = record
  }

  /// The chapter.
  package func html() -> String {
    ReportChapter.html([
      SummarySection(record: record).html(),
      KeyFigures(record: record).html(),
      AccuracySection(record: record).html(),
      ServerViewSection(record: record).html(),
      TradeOffSection(privacy: record.privacy).html(),
      DropoutSection(record: record).html(),
      PhaseSection(record: record).html(),
      RoundTable(record: record).html(),
      ConfigurationTable(configuration: record.configuration, privacy: record.privacy).html(),
      ReadingGuide(configuration: record.configuration, privacy: record.privacy).html(),
    ])
  }
}

/// The title and one paragraph in plain language, computed from the record.
struct SummarySection {
  /// Title of the page.
  static let title = "Federated learning with secure aggregation"

  let record: TrainingRecord

  /// The section as HTML.
  func html() -> String {
    let paragraph =
      XMLText.escaped(trained + " " + accuracy) + " " + sums + " " + XMLText.escaped(dropouts)
      + clipping
    return """
      <header>
      <h1>\(XMLText.escaped(Self.title))</h1>
      <p class="summary">\(paragraph.replacingOccurrences(of: " %", with: "&nbsp;%"))</p>
      </header>
      """
  }

  /// What was trained, on what and by how many clients.
  private var trained: String {
    let settings = record.configuration
    return "A model (\(settings.model), \(Quantity.counted(settings.parameterCount, "parameter")))"
      + " was trained on the \(settings.data) data for "
      + Quantity.counted(record.rounds.count, "round")
      + " by \(Quantity.counted(settings.clients, "simulated client"))"
      + (settings.turns > 1 ? " at a time, \(settings.turns) cohorts in turns" : "")
      + ", and the server only ever"
      + " decoded the sum of their updates" + noise
  }

  /// What the sums had on top, and the end of the sentence.
  private var noise: String {
    guard let privacy = record.privacy else { return "." }
    let who =
      PrivacySettings.Mechanism(rawValue: privacy.mechanism)?.isCentral ?? false
      ? ", to which it added noise." : ", with noise that the clients had added."
    return who + " \(privacy.spending)"
  }

  /// Final accuracy beside that of plain federated averaging, and the largest gap on the way.
  private var accuracy: String {
    guard !record.rounds.isEmpty else { return "No round took place." }
    guard record.finalAccuracy.isFinite else {
      return "The accuracy of the final model is not known; plain federated averaging reaches "
        + Quantity.percent(record.finalPlainAccuracy) + "."
    }
    var text =
      "The final model classifies \(Quantity.percent(record.finalAccuracy)) of the "
      + Quantity.counted(record.configuration.testExamples, "test example")
      + " correctly; plain federated averaging without any protection reaches "
      + Quantity.percent(record.finalPlainAccuracy)
    let gaps = record.rounds.map { abs($0.accuracy - $0.plainAccuracy) }.filter(\.isFinite)
    if gaps.count > 1, let largest = gaps.max() {
      text += ". The largest gap between the two after any round was "
      text += DecimalText.fixed(largest * 100, decimals: 1) + " percentage points"
      if record.privacy != nil { text += ", the cost of clipping and noise" }
    }
    return text + "."
  }

  /// Whether every released sum was right, as HTML: this is the sentence that must stand out.
  private var sums: String {
    let checked = record.rounds.filter { $0.sumsEqual != nil }
    let wrong = checked.filter { $0.sumsEqual == false }.map(\.round)
    let without = record.rounds.count - checked.count
    let text: String
    if !wrong.isEmpty {
      text =
        "<strong class=\"bad\">\(wrong.count) of \(Quantity.counted(checked.count, "released sum"))"
        + " did NOT equal the sum computed in the clear (\(Self.roundList(wrong))).</strong>"
    } else if checked.isEmpty {
      return "No sum was released."
    } else if checked.count == 1 {
      text = "<span class=\"good\">The released sum equals the sum computed in the clear.</span>"
    } else {
      text =
        "<span class=\"good\">Every one of the \(DecimalText.integer(checked.count)) released sums"
        + " equals the sum computed in the clear.</span>"
    }
    guard without > 0 else { return text }
    return text + " \(Quantity.counted(without, "round")) released no sum."
  }

  /// What is wrong with the clipping bound, as HTML.
  private var clipping: String {
    guard let warning = record.clippingWarning else { return "" }
    return
      " <span class=\"bad\">In \(Quantity.counted(warning.rounds, "round")), the clipping bound did not fit "
      + "the updates.</span> In the first of them: " + XMLText.escaped(warning.text)
  }

  /// How many clients left and when.
  private var dropouts: String {
    let clients = record.configuration.clients
    let rounds = record.rounds.count
    let dropped = record.rounds.map(\.dropped)
    let total = dropped.map(\.total).reduce(0, +)
    guard rounds > 0 else { return "" }
    guard total > 0 else { return "No client dropped out." }
    let late = dropped.map(\.afterMaskedInput).reduce(0, +)
    let share =
      rounds == 1
      ? "\(DecimalText.integer(total)) of \(Quantity.counted(clients, "client")) dropped out"
      : "On average "
        + DecimalText.fixed(Double(total) / Double(rounds), decimals: 1, grouped: true)
        + " of \(Quantity.counted(clients, "client")) dropped out of a round"
        + " (\(DecimalText.integer(total)) times in all)"
    guard late > 0 else { return share + "." }
    return share + "; " + DecimalText.integer(late)
      + " of these left only after the masked input had arrived, so the sum still "
      + (late == 1 ? "counts it." : "counts them.")
  }

  /// "round 3", "rounds 3, 9 and 12", shortened when there are many.
  private static func roundList(_ rounds: [Int]) -> String {
    let shown = rounds.prefix(8).map(String.init)
    guard rounds.count <= 8 else {
      return "rounds " + shown.joined(separator: ", ") + " and \(rounds.count - 8) more"
    }
    guard let last = shown.last, shown.count > 1 else {
      return "round " + shown.joined()
    }
    return "rounds " + shown.dropLast().joined(separator: ", ") + " and " + last
  }
}

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
