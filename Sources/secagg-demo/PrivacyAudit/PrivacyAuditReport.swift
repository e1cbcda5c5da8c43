import FLMath
import Foundation

/// An audit, for the terminal and as a chapter of the report.
struct PrivacyAuditReport {
  let record: PrivacyAuditRecord

  private static let head = [
    "mechanism", "relation", "rounds", "trials", "claim", "bound", "if Gaussian", "claim is",
    "TP at 1 % FP", "allowed",
  ]

  private var rows: [[String]] {
    record.entries.map { entry in
      [
        entry.mechanism.title, entry.relation, DecimalText.integer(entry.rounds),
        entry.canaries == nil ? DecimalText.integer(record.settings.trials) : "one run",
        DecimalText.significant(entry.claimedEpsilon),
        DecimalText.fixed(entry.epsilonLowerBound, decimals: 2),
        entry.gaussianEpsilonLowerBound.map { DecimalText.fixed($0, decimals: 2) }
          ?? DecimalText.missing,
        entry.exceedsClaim ? "REFUTED" : "not refuted",
        entry.truePositivesAtOnePercent.map { Quantity.percent($0) } ?? DecimalText.missing,
        entry.truePositivesAtOnePercent == nil
          ? DecimalText.missing : Quantity.percent(allowed(at: 0.01)),
      ]
    }
  }

  private func allowed(at falsePositives: Double) -> Double {
    PrivacyAuditRecord.allowedTruePositives(
      at: falsePositives, epsilon: record.settings.epsilon, delta: record.settings.delta)
  }

  /// A row for each mechanism, relation and number of rounds.
  func terminalText() -> String {
    (TextColumns.aligned([Self.head] + rows, leftAligned: [0, 1]) + ["", verdict, session])
      .joined(separator: "\n")
  }

  private var verdict: String {
    let failing = record.entries.count(where: \.exceedsClaim)
    return "Epsilon is at least the bound at delta \(record.settings.delta), with a confidence of"
      + " \(Quantity.percent(record.settings.confidence)) for all bounds together. "
      + (failing == 0
        ? "No bound is above its claim."
        : "\(DecimalText.integer(failing)) of"
          + " \(Quantity.counted(record.entries.count, "claim")) are refuted.")
  }

  private var session: String {
    record.sessionEqualsSum
      ? "A secure session released exactly the sum of the words that the audit looks at."
      : "A secure session did NOT release the sum of the words that the audit looks at."
  }

  /// The chapter.
  func html() -> String {
    ReportChapter.html([
      ReportChapter.header(title: "Privacy audit", summary: summary), figures, table, notes,
    ])
  }

  private var summary: String {
    let settings = record.settings
    return "An attack tries to tell whether a canary is in the sum of"
      + " \(Quantity.counted(settings.clients, "client")) with"
      + " \(Quantity.counted(settings.parameters, "parameter")), from what the mechanisms really"
      + " release, in \(Quantity.counted(settings.trials, "trial")) with the canary and as many"
      + " without. The noise is calibrated for epsilon \(DecimalText.significant(settings.epsilon))."
      + " \(verdict)"
  }

  private var figures: String {
    let charts = AuditedMechanism.allCases.map(figure)
    return "<section>\n<h2>True against false positives</h2>\n" + charts.joined() + "</section>"
  }

  private static let colours: [ChartColour] = [.curve8, .curve4, .curve3, .curve7]

  private func figure(_ mechanism: AuditedMechanism) -> String {
    let entries = record.entries.filter { $0.mechanism == mechanism && !$0.curve.isEmpty }
    let series = zip(entries, Self.colours).map { entry, colour in
      TradeOffChart.Series(
        name: "\(entry.relation), \(Quantity.counted(entry.rounds, "round"))", colour: colour,
        points: entry.curve.map { ($0.falsePositives, $0.truePositives) })
    }
    let claim = TradeOffChart.Series(
      name: "allowed by epsilon \(DecimalText.significant(record.settings.epsilon))",
      colour: .curve1,
      points: (0...180).map { step in
        let falsePositives = pow(10, -3 * (1 - Double(step) / 180))
        return (falsePositives, allowed(at: falsePositives))
      })
    let found = entries.map {
      "\($0.relation), \(Quantity.counted($0.rounds, "round")):"
        + " \(Quantity.percent($0.truePositivesAtOnePercent ?? .nan))"
    }
    return Figure.html(
      title: mechanism.title.prefix(1).uppercased() + mechanism.title.dropFirst(),
      identifier: "audit-\(mechanism.rawValue)",
      summary: "True positives at 1 % of false ones: \(found.joined(separator: "; ")); allowed are"
        + " \(Quantity.percent(allowed(at: 0.01))).",
      plotHeight: 240
    ) { frame in
      TradeOffChart(frame: frame, series: series, claim: claim).rendered()
    }
  }

  private var table: String {
    "<section>\n<h2>In numbers</h2>\n"
      + TableHTML.table(head: Self.head, rows: rows, label: "Bounds of epsilon") + "</section>"
  }

  private var notes: String {
    var notes = [
      "The bound assumes nothing of the mechanism. It rests on the rates of the attack that the"
        + " trials show, and is far below epsilon where an attack is best at rates that so few trials"
        + " do not show.",
      "\"If Gaussian\" is the bound if the mechanism is as private as Gaussian noise of some amount."
        + " The more trials, the closer it is to epsilon.",
      "A claim that is not refuted is not proved: the proof is the accountant's. An audit finds errors in"
        + " assumptions and in code.",
      "Half of the trials choose the threshold of the attack, and the other half gives the bound.",
      "The attack is the likelihood ratio: it knows the updates of all other clients, which are 0, and"
        + " the canary, an update as long as the clipping bound. Scores of rounds add up.",
      "In one run, each of \(Quantity.counted(record.settings.parameters, "client")) has a parameter of"
        + " its own to contribute to or not, and the attack guesses for an eighth of them.",
      session,
    ]
    if record.settings.assumption == .addOrRemove {
      notes.append(
        "Where clients share the noise, these trials remove the client together with its noise, which"
          + " the library does not offer: the variance of the sum tells that a client is missing.")
    }
    return "<section>\n<h2>How to read it</h2>\n<ul>\n"
      + notes.map { "<li>\(XMLText.escaped($0))</li>" }.joined(separator: "\n")
      + "\n</ul>\n</section>"
  }
}
