import FLMath
import Foundation
import Testing

@testable import FLRecords

@Suite("Privacy ledger")
struct PrivacyLedgerTests {
  /// A kind of accountant, with sampling that it has a bound for.
  enum Kind: CaseIterable {
    case zeroConcentrated, renyiPoisson, renyiWithoutReplacement, privacyLoss

    func accountant() throws -> any PrivacyAccountant {
      switch self {
      case .zeroConcentrated: ZeroConcentratedAccountant(relation: .replace)
      case .renyiPoisson: try RenyiAccountant(relation: .addOrRemove)
      case .renyiWithoutReplacement: try RenyiAccountant(relation: .replace)
      case .privacyLoss: try PrivacyLossAccountant(relation: .addOrRemove, accuracy: 1e-2)
      }
    }

    var sampling: SamplingScheme {
      switch self {
      case .zeroConcentrated: .none
      case .renyiPoisson, .privacyLoss: .poisson(probability: 0.05)
      case .renyiWithoutReplacement: .withoutReplacement(sampleSize: 50, population: 1000)
      }
    }

    func event(_ multiplier: Double, repetitions: Int = 1) throws -> PrivacyEvent {
      try PrivacyEvent(
        .gaussian(noiseMultiplier: multiplier), relation: accountant().relation, sampling: sampling,
        repetitions: repetitions)
    }
  }

  @Test("rounds until the budget is spent, opened anew for each", arguments: Kind.allCases)
  func spending(kind: Kind) throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let budget = try PrivacyBudget(epsilon: 2.5, delta: 1e-6)
    var expected = try kind.accountant()
    func withLedger<Result>(_ body: (inout PrivacyLedger) throws -> Result) throws -> Result {
      var ledger = try PrivacyLedger(at: path, budget: budget, accountant: kind.accountant())
      return try body(&ledger)
    }
    let event = try kind.event(kind == .zeroConcentrated ? 10 : 1.5)
    let fitting = try withLedger { try $0.remainingRounds(of: event) }
    #expect(fitting >= 4)
    let step = fitting / 4
    let many = try kind.event(kind == .zeroConcentrated ? 10 : 1.5, repetitions: step)
    for round in 0..<4 {
      try withLedger { ledger in
        #expect(try areEqual(ledger.epsilonSpent, expected.epsilon(delta: 1e-6)))
        #expect(try ledger.remainingRounds(of: event) == fitting - round * step)
        #expect(try ledger.affords(many))
        try ledger.spend(many, for: round)
        try expected.compose(many)
        #expect(try areEqual(ledger.epsilonSpent, expected.epsilon(delta: 1e-6)))
      }
    }
    try withLedger { ledger in
      for round in 4 * step..<fitting { try ledger.spend(event, for: round) }
      #expect(ledger.epsilonSpent <= 2.5)
      #expect(try ledger.remainingRounds(of: event) == 0)
      #expect(try !ledger.affords(event))
      let (before, spent) = (FilePair(at: path), ledger.epsilonSpent)
      var refusal: FLRecordsError?
      do throws(FLRecordsError) { try ledger.spend(event, for: 77) } catch { refusal = error }
      guard case .ledger(.exceedsBudget(77, spent, let after, budget)) = refusal else {
        Issue.record("\(String(describing: refusal))")
        return
      }
      #expect(after > 2.5)
      #expect(ledger.epsilonSpent == spent)
      #expect(FilePair(at: path) == before, "nothing is written")
    }
  }

  @Test("more rounds than anybody makes fit if they cost next to nothing")
  func manyRounds() throws {
    let folder = try TemporaryFolder()
    let ledger = try PrivacyLedger(
      at: folder("ledger"), budget: PrivacyBudget(epsilon: 1, delta: 1e-6),
      accountant: ZeroConcentratedAccountant(relation: .replace))
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 0x1p40), relation: .replace, sampling: .none, repetitions: 1)
    #expect(try ledger.remainingRounds(of: event) == 1 << 30)
    let huge = try PrivacyEvent(
      .gaussian(noiseMultiplier: 0x1p40), relation: .replace, sampling: .none,
      repetitions: Int.max / 2)
    #expect(try ledger.remainingRounds(of: huge) <= 2)
  }

  /// Written by hand: what a second reader of the file has to expect.
  @Test("the file is JSON lines")
  func format() throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    var ledger = try PrivacyLedger(
      at: path, budget: PrivacyBudget(epsilon: 4, delta: 1e-5),
      accountant: RenyiAccountant(relation: .addOrRemove))
    try ledger.spend(
      PrivacyEvent(
        .gaussian(noiseMultiplier: 8), relation: .addOrRemove,
        sampling: .poisson(probability: 0.25), repetitions: 2),
      for: 12)
    try ledger.raiseBudget(to: 5)
    let lines = FilePair(at: path).lines.map { String(decoding: $0, as: UTF8.self) }
    try #require(lines.count == 3)
    let records = [
      #"{"format":"privacy ledger","settings":{"accountant":"RenyiAccountant","#
        + #""budget":{"delta":1e-05,"epsilon":4},"relation":"addOrRemove"},"version":2}"#,
      #"{"spent":{"epsilon":\#(ledger.epsilonSpent),"event":{"mechanism":{"gaussian":"#
        + #"{"noiseMultiplier":8}},"relation":"addOrRemove","repetitions":2,"#
        + #""sampling":{"poisson":{"probability":0.25}}},"#
        + #""round":12}}"#,
      #"{"raised":{"epsilon":5}}"#,
    ]
    for (index, record) in records.enumerated() {
      #expect(
        lines[index].hasPrefix(#"{"line":\#(index + 1),"record":\#(record),"digest":""#),
        "\(lines[index])")
      let object = try JSONSerialization.jsonObject(with: Data(lines[index].utf8)) as? [String: Any]
      #expect(try #require(object?["digest"] as? String).count == 64)
    }
  }

  @Test("another budget, relation or accountant is refused, and nothing is written")
  func otherSettings() throws {
    let example = try ExampleLedger()
    let path = example.path
    func refusal(
      _ budget: PrivacyBudget, _ accountant: some PrivacyAccountant
    ) -> FLRecordsError? {
      do throws(FLRecordsError) {
        _ = try PrivacyLedger(at: path, budget: budget, accountant: accountant).epsilonSpent
        return nil
      } catch {
        return error
      }
    }
    for (epsilon, delta) in [(4.0.nextUp, 1e-5), (4.0.nextDown, 1e-5), (4, 1e-5.nextUp)] {
      let other = try PrivacyBudget(epsilon: epsilon, delta: delta)
      #expect(
        refusal(other, example.accountant)
          == .ledger(.otherBudget(path: path, recorded: example.budget, given: other)))
    }
    #expect(
      try refusal(example.budget, RenyiAccountant(relation: .replace))
        == .ledger(.otherRelation(path: path, recorded: .addOrRemove, given: .replace)))
    #expect(
      try refusal(example.budget, PrivacyLossAccountant(relation: .addOrRemove))
        == .ledger(
          .otherAccountant(
            path: path, recorded: "RenyiAccountant", given: "PrivacyLossAccountant")))
    var used = example.accountant
    try used.compose(ExampleLedger.event(0))
    #expect(
      try refusal(example.budget, used)
        == .ledger(.accountantInUse(epsilon: used.epsilon(delta: example.budget.delta))))
    #expect(FilePair(at: path) == example.stages[3])
    #expect(example.refusal() == nil)
  }

  @Test("a used accountant begins no ledger")
  func usedAccountant() throws {
    let folder = try TemporaryFolder()
    var used = ZeroConcentratedAccountant(relation: .replace)
    try used.compose(rho: 0.5)
    let budget = try PrivacyBudget(epsilon: 8, delta: 1e-5)
    #expect(
      throws: try FLRecordsError.ledger(.accountantInUse(epsilon: used.epsilon(delta: 1e-5)))
    ) {
      try PrivacyLedger(at: folder("ledger"), budget: budget, accountant: used).epsilonSpent
    }
    #expect(try folder.names().isEmpty)
  }

  @Test("an event without a bound is refused, and nothing is written")
  func unsupported() throws {
    let example = try ExampleLedger()
    var ledger = try example.open()
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 8),
      relation: .addOrRemove, sampling: .withoutReplacement(sampleSize: 1, population: 10),
      repetitions: 1)
    var refusal: FLRecordsError?
    do { try ledger.spend(event, for: 3) } catch { refusal = error }
    #expect(refusal == .mathematics(.accounting(.unsupported(event))))
    #expect(FilePair(at: example.path) == example.stages[3])
  }

  @Test("a raise is recorded, and from then on the budget is the raised one")
  func raise() throws {
    let example = try ExampleLedger()
    let raised = try PrivacyBudget(epsilon: 9, delta: 1e-5)
    var ledger = try example.open()
    for epsilon in [4, 3.9, 0, -1, .infinity, .nan] as [Double] {
      var refusal: FLRecordsError?
      do { try ledger.raiseBudget(to: epsilon) } catch { refusal = error }
      guard case .ledger(.notARaise(from: 4, to: let found)) = refusal else {
        Issue.record("\(String(describing: refusal))")
        continue
      }
      #expect(found == epsilon || epsilon.isNaN)
    }
    #expect(FilePair(at: example.path) == example.stages[3])
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 0.8), relation: .addOrRemove, sampling: .none, repetitions: 1)
    #expect(try !ledger.affords(event))
    try ledger.raiseBudget(to: 9)
    #expect(ledger.budget == raised)
    try ledger.spend(event, for: 3)
    let spent = ledger.epsilonSpent
    _ = consume ledger
    #expect(
      example.refusal()
        == .ledger(.otherBudget(path: example.path, recorded: raised, given: example.budget)))
    let reopened = try PrivacyLedger(
      at: example.path, budget: raised, accountant: example.accountant)
    #expect(areEqual(reopened.epsilonSpent, spent))
  }

  @Test(
    "budgets that are none",
    arguments: [(0, 1e-5), (-1, 1e-5), (.infinity, 1e-5), (.nan, 1e-5), (1, 0), (1, 1), (1, .nan)]
      as [(Double, Double)])
  func budgets(epsilon: Double, delta: Double) {
    #expect(throws: FLRecordsError.self) { try PrivacyBudget(epsilon: epsilon, delta: delta) }
    let json = #"{"epsilon":\#(epsilon),"delta":\#(delta)}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(PrivacyBudget.self, from: Data(json.utf8))
    }
  }

  @Test("numbers come back to the last bit")
  func exactNumbers() throws {
    var generator = SimulationGenerator(seed: 5)
    for _ in 0..<200 {
      let budget = try PrivacyBudget(
        epsilon: Double.random(in: 1e-3...20, using: &generator),
        delta: Double.random(in: 1e-9...1e-3, using: &generator))
      let data = try JSONEncoder().encode(budget)
      #expect(try JSONDecoder().decode(PrivacyBudget.self, from: data) == budget)
    }
  }
}
