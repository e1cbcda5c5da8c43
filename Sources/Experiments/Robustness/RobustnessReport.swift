import FLMath
import FLReport

/// The results of a table of attacks and rules.
package struct RobustnessRecord: Encodable, Sendable {
  /// Secure sums of one geometric median, as the paper has them.
  static let weiszfeldSteps = 3

  /// What all cells have in common.
  package struct Settings: Encodable, Sendable {
    var clients: Int
    package var attackers: Int
    var rounds: Int
    /// The share of the clients that leave at each of three points.
    var dropout: Double
    var bucketSize: Int
    var buckets: Int
    var privacyFloor: Int
    /// The share of clean buckets that is to be expected at most.
    var expectedCleanShare: Double
    /// The share of rounds without a majority of clean buckets.
    var failureProbability: Double
    /// How many spoilt buckets the rules are told to withstand.
    var spoiltBuckets: Int
    var clippingBound: Double
    package var training: ClientTrainingSettings
  }

  /// One attack against one rule.
  package struct Cell: Encodable, Sendable {
    var attack: String
    var rule: String
    /// Test accuracy after the last round.
    var accuracy: Double
    /// Whether every released sum equals the plaintext sum of the same integers.
    package var sumsEqual: Bool
    /// The largest difference of a bucket's mean from what its clients sent; 0 without buckets.
    var largestDifference = 0.0
    /// Buckets, of all rounds, that lost a client and released no sum.
    var bucketsWithoutSum = 0
    /// Rounds that moved the model.
    var roundsApplied: Int
  }

  var settings: Settings
  var attacks: [String]
  var rules: [String]
  package var cells: [Cell] = []

  func cell(attack: String, rule: String) -> Cell? {
    cells.first { $0.attack == attack && $0.rule == rule }
  }
}

extension RobustnessRecord.Settings {
  /// Settings with what follows from them for the buckets.
  ///
  /// - Throws: `BucketError` where no clean majority of buckets is to be expected, or a bucket is below the privacy
  ///   floor.
  package init(
    clients: Int, attackers: Int, rounds: Int, dropout: Double, bucketSize: Int,
    privacyFloor: Int, clippingBound: Double, training: ClientTrainingSettings
  ) throws {
    var generator = SimulationSeeds(seed: training.seed).generator(.buckets)
    let plan = try BucketPlan(
      clients: clients, attackers: attackers, bucketSize: bucketSize,
      privacyFloor: privacyFloor, using: &generator)
    // No rule withstands a half, and none needs to withstand more buckets than there are attackers.
    let spoilt = min(
      plan.spoiltBuckets(exceededWithProbability: 0.001), attackers,
      max(0, (plan.buckets.count - 3) / 2))
    self.init(
      clients: clients, attackers: attackers, rounds: rounds, dropout: dropout,
      bucketSize: bucketSize, buckets: plan.buckets.count, privacyFloor: privacyFloor,
      expectedCleanShare: plan.expectedCleanShare, failureProbability: plan.failureProbability,
      spoiltBuckets: spoilt, clippingBound: clippingBound, training: training)
  }
}

/// Attacks against rules, for the terminal and as a chapter of the report.
package struct RobustnessReport {
  let record: RobustnessRecord

  package init(
    record: RobustnessRecord
  ) {
    self.record = record
  }

  /// A row for each rule, a column for each attack.
  package func terminalText() -> String {
    let rows = record.rules.map { rule in
      [Self.title(rule: rule)]
        + record.attacks.map { attack in
          record.cell(attack: attack, rule: rule).map { Quantity.percent($0.accuracy) }
            ?? DecimalText.missing
        }
    }
    let head = ["accuracy"] + record.attacks.map(Self.title(attack:))
    return TextColumns.aligned([head] + rows, leftAligned: [0]).joined(separator: "\n")
  }

  /// The chapter.
  package func html() -> String {
    ReportChapter.html([
      ReportChapter.header(title: "Robust rules over secure buckets", summary: summary), table,
      notes,
    ])
  }

  private var summary: String {
    let settings = record.settings
    return "\(Quantity.counted(settings.clients, "client")), of which"
      + " \(DecimalText.integer(settings.attackers)) attack, train on the digits"
      + " (\(settings.training.partition.text)) for \(Quantity.counted(settings.rounds, "round")). In each round"
      + " the clients are dealt out into \(Quantity.counted(settings.buckets, "bucket")) of"
      + " \(DecimalText.integer(settings.bucketSize)), each a secure session of its own, and the"
      + " server sees the means of buckets only."
      + (record.cells.allSatisfy(\.sumsEqual)
        ? " Every released sum equals the sum computed in the clear."
        : " NOT every released sum equals the sum computed in the clear.")
  }

  private var table: String {
    let values = record.rules.map { rule in
      record.attacks.map { record.cell(attack: $0, rule: rule)?.accuracy ?? .nan }
    }
    return "<section>\n<h2>Accuracy by attack and rule</h2>\n"
      + Figure.html(
        title: "Test accuracy after the last round, in per cent", identifier: "robustness",
        summary: terminalText(), plotHeight: 0
      ) { frame in
        HeatMap(
          frame: frame, rows: record.rules.map(Self.title(rule:)),
          columns: record.attacks.map(Self.title(attack:)), values: values, colour: .secure,
          text: { DecimalText.fixed($0 * 100, decimals: 1) },
          caption: "the darker, the more accurate: 0 to 100 %"
        ).rendered()
      } + "</section>"
  }

  private var notes: String {
    let settings = record.settings
    var notes = [
      "Of all buckets, \(Quantity.percent(settings.expectedCleanShare)) are to be expected without"
        + " an attacker. \(Quantity.percent(settings.failureProbability)) of rounds have no majority"
        + " of such buckets.",
      "The rules are told to withstand \(DecimalText.integer(settings.spoiltBuckets)) spoilt buckets"
        + " of \(DecimalText.integer(settings.buckets)).",
      "A client is hidden by the others of its bucket only; the privacy floor is"
        + " \(Quantity.counted(settings.privacyFloor, "client")). A session has three parties, so"
        + " the coordinator fills up buckets of two with one that adds nothing.",
      "RFA, as sums, has no buckets: the geometric median by"
        + " \(RobustnessRecord.weiszfeldSteps) secure sums over all clients, whose updates are"
        + " no longer than \(DecimalText.significant(settings.clippingBound)).",
      "Attackers know what honest clients send. No coordinate of a bucket's mean can be beyond"
        + " \(DecimalText.significant(settings.clippingBound)), whatever they send.",
    ]
    if settings.dropout > 0 {
      let missing = record.cells.map(\.bucketsWithoutSum).max() ?? 0
      let rounds = record.cells.map(\.roundsApplied).min() ?? 0
      notes.append(
        "\(Quantity.percent(settings.dropout)) of the clients leave at each of three points, so that"
          + " up to \(Quantity.counted(missing, "bucket")) of a training had no sum; at least"
          + " \(DecimalText.integer(rounds)) of \(Quantity.counted(settings.rounds, "round"))"
          + " moved the model.")
    }
    return "<section>\n<h2>How to read it</h2>\n<ul>\n"
      + notes.map { "<li>\(XMLText.escaped($0))</li>" }.joined(separator: "\n")
      + "\n</ul>\n</section>"
  }

  private static func title(rule: String) -> String { RuleOption(rawValue: rule)?.title ?? rule }

  private static func title(attack: String) -> String {
    AttackOption(rawValue: attack)?.title ?? attack
  }
}
