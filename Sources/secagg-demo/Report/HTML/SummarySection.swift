import Foundation

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
