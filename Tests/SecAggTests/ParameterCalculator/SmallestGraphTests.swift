import SecAgg
import Testing

/// The question of Bell et al. 2020: random dropouts, the full roster.
@Suite("Parameter calculator: known answers")
struct SmallestGraphTests {
  struct Known: Sendable, CustomTestStringConvertible {
    let cohortSize: Int
    let corrupt: Double
    let dropout: Double
    /// Degree and threshold; `nil` where nothing will do.
    let semiHonest: (Int, Int)?
    let malicious: (Int, Int)?
    var testDescription: String { "\(cohortSize), \(corrupt), \(dropout)" }

    init(
      _ cohortSize: Int, _ corrupt: Double, _ dropout: Double, _ semiHonest: (Int, Int)?,
      _ malicious: (Int, Int)?
    ) {
      self.cohortSize = cohortSize
      self.corrupt = corrupt
      self.dropout = dropout
      self.semiHonest = semiHonest
      self.malicious = malicious
    }
  }

  private func expect(_ known: Known) throws {
    for (model, expected) in [
      (ThreatModel.semiHonest, known.semiHonest), (.malicious, known.malicious),
    ] {
      let assumptions = try SessionAssumptions(
        cohortSize: known.cohortSize, corruptFraction: known.corrupt,
        dropoutFraction: known.dropout, threatModel: model, dropouts: .random, rosters: .full,
        securityBits: 40, failureBits: 20)
      let found = try? assumptions.smallestGraph()
      #expect(
        found == expected.map { GraphParameters(degree: $0.0, threshold: $0.1) },
        "\(model): \(String(describing: found))")
    }
  }

  /// Bell et al. 2020, sections 3 and 4, with exact tails.
  @Test(
    "published answers",
    arguments: [
      Known(100, 0.05, 0.05, (12, 6), (16, 11)),
      Known(1_000, 0.05, 0.05, (30, 17), (52, 37)),
      Known(10_000, 0.05, 0.05, (34, 20), (62, 44)),
      Known(1_000, 0.05, 0.33, (72, 24), (398, 223)),
      Known(1_000, 0.33, 0.05, (78, 60), (132, 109)),
    ])
  func published(known: Known) throws {
    try expect(known)
  }

  /// By a Python program of exact integers that tries every degree.
  @Test(
    "answers computed independently",
    arguments: [
      Known(3, 0, 0, (2, 2), (2, 2)),
      Known(3, 0.34, 0, (2, 2), (2, 2)),
      Known(4, 0.25, 0.25, (3, 2), nil),
      Known(5, 0.2, 0.2, (4, 2), (4, 3)),
      Known(6, 0.5, 0.3, (5, 4), nil),
      Known(7, 0.5, 0.5, nil, nil),
      Known(9, 0.12, 0.12, (4, 2), (4, 3)),
      Known(10, 0.1, 0.3, (6, 2), (8, 5)),
      Known(12, 0.4, 0.4, (10, 5), nil),
      Known(16, 0.4, 0.3, (12, 7), (15, 11)),
      Known(20, 0.3, 0.3, (14, 7), (19, 13)),
      Known(25, 0.3, 0.3, (16, 8), (22, 15)),
      Known(40, 0.05, 0.5, (24, 3), nil),
      Known(100, 0, 0, (2, 2), (2, 2)),
      Known(100, 0, 0.1, (12, 2), (22, 12)),
      Known(100, 0.1, 0, (12, 11), (12, 12)),
      Known(100, 0.29, 0.1, (38, 28), (50, 40)),
      Known(200, 0.05, 0.1, (24, 11), (42, 27)),
      Known(500, 0.1, 0.3, (76, 31), (276, 164)),
      Known(1_000, 0.05, 0.1, (36, 19), (78, 52)),
      Known(100_000, 0.05, 0.05, (36, 21), (68, 48)),
      Known(100_000, 0, 0.1, (24, 2), (46, 24)),
      Known(100_000, 0.1, 0, (24, 21), (24, 23)),
      Known(100_000, 0.05, 0.3, (88, 31), (602, 344)),
      Known(1_000_000, 0.05, 0.05, (38, 22), (74, 52)),
      Known(1_000_000, 0.2, 0.2, (144, 78), (600, 407)),
      Known(1_000_000, 0.05, 0.3, (94, 33), (662, 378)),
    ])
  func independent(known: Known) throws {
    try expect(known)
  }

  /// By the same program.
  @Test(
    "other securities",
    arguments: [
      (200, 0.05, 0.1, ThreatModel.semiHonest, 60, 30, 26, 11),
      (200, 0.05, 0.1, .malicious, 60, 30, 48, 30),
      (5_000, 0.1, 0.2, .semiHonest, 80, 40, 128, 62),
      (5_000, 0.1, 0.2, .malicious, 80, 40, 430, 275),
      (1_000, 0.05, 0.1, .semiHonest, 20, 10, 24, 12),
    ])
  func bits(
    cohortSize: Int, corrupt: Double, dropout: Double, model: ThreatModel, security: Int,
    failure: Int, degree: Int, threshold: Int
  ) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: cohortSize, corruptFraction: corrupt, dropoutFraction: dropout,
      threatModel: model, dropouts: .random, rosters: .full, securityBits: security,
      failureBits: failure)
    #expect(
      try assumptions.smallestGraph() == GraphParameters(degree: degree, threshold: threshold))
  }
}
