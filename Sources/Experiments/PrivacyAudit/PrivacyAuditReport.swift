import FLMath
import FLReport
import Foundation

/// The results of a privacy audit. `--json` writes the entries as a list.
package struct PrivacyAuditRecord: Sendable {
  /// What all entries have in common.
  package struct Settings: Sendable {
    var epsilon: Double
    var delta: Double
    var clients: Int
    var parameters: Int
    var rounds: Int
    /// Trials with the canary, and as many without.
    var trials: Int
    /// The probability with which all bounds hold together, at least.
    var confidence: Double
    var assumption: AuditAssumption
    var seed: UInt64

    package init(
      epsilon: Double, delta: Double, clients: Int, parameters: Int, rounds: Int, trials: Int,
      confidence: Double, assumption: AuditAssumption, seed: UInt64
    ) {
      self.epsilon = epsilon
      self.delta = delta
      self.clients = clients
      self.parameters = parameters
      self.rounds = rounds
      self.trials = trials
      self.confidence = confidence
      self.assumption = assumption
      self.seed = seed
    }
  }

  /// A point of the curve of an attack: shares of the trials.
  struct Rates: Encodable, Sendable {
    @FiniteOrNull var falsePositives: Double
    @FiniteOrNull var truePositives: Double
  }

  /// One mechanism under one relation.
  package struct Entry: Encodable, Sendable {
    var mechanism: AuditedMechanism
    /// What neighbouring runs differ in.
    var relation: String
    var rounds: Int
    /// Canaries of an audit of one run; nil for an audit of many.
    @ExplicitNull var canaries: Int?
    @FiniteOrNull var claimedEpsilon: Double
    @FiniteOrNull var delta: Double
    /// Epsilon is not less, whatever the mechanism.
    @FiniteOrNull var epsilonLowerBound: Double
    /// Epsilon is not less if the mechanism is a Gaussian one; nil if it is not.
    @ExplicitNull var gaussianEpsilonLowerBound: Double?
    /// The probability with which one bound holds, at least.
    @FiniteOrNull var confidence: Double
    /// True positives at 1 % of false ones; nil for an audit of one run.
    @ExplicitNull var truePositivesAtOnePercent: Double?
    /// The curve of the attack, over all trials; empty for an audit of one run.
    var curve: [Rates]

    /// Whether a bound is above the claim, which is false then.
    package var exceedsClaim: Bool {
      max(epsilonLowerBound, gaussianEpsilonLowerBound ?? 0) > claimedEpsilon
    }
  }

  var settings: Settings
  package var entries: [Entry]
  /// Whether a secure session released exactly the sum that was audited.
  package var sessionEqualsSum: Bool
  var seconds: Double

  /// The most true positives that a claim allows at a share of false ones.
  static func allowedTruePositives(at falsePositives: Double, epsilon: Double, delta: Double)
    -> Double
  {
    let factor = exp(epsilon)
    return min(
      1, factor * falsePositives + delta, 1 - (1 - delta - falsePositives) / factor)
  }
}

/// The true positives of an attack against its false ones, for all thresholds.
struct AttackCurve {
  /// In ascending order.
  private let members: [Double]
  private let nonMembers: [Double]

  init(members: [Double], nonMembers: [Double]) {
    self.members = members.sorted()
    self.nonMembers = nonMembers.sorted()
  }

  /// The share of members that the attack finds where it calls this share of the others members.
  func truePositives(at falsePositives: Double) -> Double {
    let allowed = Int((falsePositives * Double(nonMembers.count) + 1e-9).rounded(.down))
    guard allowed < nonMembers.count else { return 1 }
    let threshold = nonMembers[nonMembers.count - 1 - allowed]
    let found = members.reversed().prefix { $0 > threshold }.count
    return Double(found) / Double(members.count)
  }

  /// Twelve points in each decade of false positives, from one of 1,000 or five of all on.
  var points: [PrivacyAuditRecord.Rates] {
    let first = max(-3, log10(5 / Double(nonMembers.count)))
    let steps = max(1, Int((-first * 12).rounded(.up)))
    return (0...steps).map { step in
      let falsePositives = pow(10, first * (1 - Double(step) / Double(steps)))
      return PrivacyAuditRecord.Rates(
        falsePositives: falsePositives, truePositives: truePositives(at: falsePositives))
    }
  }
}

/// An audit, for the terminal and as a chapter of the report.
package struct PrivacyAuditReport {
  let record: PrivacyAuditRecord

  package init(
    record: PrivacyAuditRecord
  ) {
    self.record = record
  }

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
  package func terminalText() -> String {
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
  package func html() -> String {
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
