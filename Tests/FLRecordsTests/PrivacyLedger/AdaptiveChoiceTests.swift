import FLMath
import Foundation
import Testing

@testable import FLRecords

/// A guarantee that holds only for events that were fixed beforehand is not one for a ledger, whose events may
/// depend on results.
@Suite("Adaptive choice of events")
struct AdaptiveChoiceTests {
  private static func gaussian(
    _ multiplier: Double, _ sampling: SamplingScheme = .none, repetitions: Int = 1
  ) throws -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: multiplier), relation: .zeroOut, sampling: sampling,
      repetitions: repetitions)
  }

  private func refusal(
    _ ledger: inout PrivacyLedger, _ event: PrivacyEvent
  ) -> FLRecordsError? {
    do throws(FLRecordsError) {
      try ledger.spend(event, for: 9)
      return nil
    } catch {
      return error
    }
  }

  @Test("At one order, events may be of any kind")
  func oneOrder() throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let events = [
      try Self.gaussian(20), try Self.gaussian(1, .poisson(probability: 0.01), repetitions: 100),
      try Self.gaussian(9),
    ]
    // The plan has more of the second kind, and so a lower order.
    let planned = try events + [events[1].repeated(1000)]
    var fixed = try RenyiAccountant(relation: .zeroOut, planned: planned, delta: 1e-5)
    try #require(fixed.orders.count == 1)
    let order = fixed.orders[0]
    var ledger = try PrivacyLedger(
      at: path, budget: PrivacyBudget(epsilon: 5, delta: 1e-5), accountant: fixed)
    #expect(ledger.order == order)
    let first = String(decoding: try #require(FilePair(at: path).lines.first), as: UTF8.self)
    let number = order == order.rounded() ? "\(Int(order))" : "\(order)"
    #expect(first.contains(#""order":\#(number),"#), "\(first)")
    var best = try RenyiAccountant(relation: .zeroOut)
    for (round, event) in events.enumerated() {
      try ledger.spend(event, for: round)
      try fixed.compose(event)
      try best.compose(event)
      #expect(try areEqual(ledger.epsilonSpent, fixed.epsilon(delta: 1e-5)))
    }
    #expect(try ledger.epsilonSpent >= best.epsilon(delta: 1e-5))
  }

  /// The best order depends on the events, and so on the results if the events do.
  @Test("With the best of several orders, all events are of one kind")
  func severalOrders() throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    var ledger = try PrivacyLedger(
      at: path, budget: PrivacyBudget(epsilon: 5, delta: 1e-5),
      accountant: RenyiAccountant(relation: .zeroOut))
    #expect(ledger.order == nil)
    let (first, second) = (try Self.gaussian(20), try Self.gaussian(9))
    try ledger.spend(first, for: 0)
    let before = FilePair(at: path)
    #expect(refusal(&ledger, second) == .ledger(.otherKind(recorded: first, given: second)))
    #expect(FilePair(at: path) == before)
    #expect(try refusal(&ledger, first.repeated(2)) == nil)
    var best = try RenyiAccountant(relation: .zeroOut)
    try best.compose(first.repeated(3))
    #expect(try areEqual(ledger.epsilonSpent, best.epsilon(delta: 1e-5)))
  }

  @Test("The order stays, even if the budget is raised", arguments: [[7.0], [7, 8]])
  func recordedOrder(orders: [Double]) throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let raised = try PrivacyBudget(epsilon: 8, delta: 1e-5)
    func order(_ orders: [Double]) throws -> Double? {
      try PrivacyLedger(
        at: path, budget: raised, accountant: RenyiAccountant(relation: .zeroOut, orders: orders)
      ).order
    }
    let recorded = orders.count == 1 ? orders[0] : nil
    do {
      var ledger = try PrivacyLedger(
        at: path, budget: PrivacyBudget(epsilon: 2, delta: 1e-5),
        accountant: RenyiAccountant(relation: .zeroOut, orders: orders))
      try ledger.spend(Self.gaussian(20), for: 0)
      try ledger.raiseBudget(to: 8)
      #expect(ledger.order == recorded)
    }
    #expect(try order(orders) == recorded)
    for other in [[6.0], recorded == nil ? [7] : [7, 8]] {
      let given = other.count == 1 ? other[0] : nil
      let expected = FLRecordsError.ledger(
        .otherOrder(path: path, recorded: recorded, given: given))
      #expect(throws: expected) { try order(other) }
      #expect(expected.description.contains(path))
    }
  }

  @Test("Privacy losses: unsampled Gaussian noise of any amount, everything else of one kind")
  func kinds() throws {
    let sum = PrivacyEvent.Mechanism.discreteGaussianSum(
      l1Ratio: 1, l2Ratio: 0.1, standardDeviation: 100, tau: 0, dimension: 10)
    let other = PrivacyEvent.Mechanism.discreteGaussianSum(
      l1Ratio: 1, l2Ratio: 0.1, standardDeviation: 50, tau: 0, dimension: 10)
    func unsampled(_ mechanism: PrivacyEvent.Mechanism) throws -> PrivacyEvent {
      try PrivacyEvent(mechanism, relation: .zeroOut, sampling: .none, repetitions: 1)
    }
    let sampled = try Self.gaussian(2, .poisson(probability: 0.01))
    let rejected = [
      (sampled, try Self.gaussian(3, .poisson(probability: 0.01))),
      (sampled, try Self.gaussian(2, .poisson(probability: 0.02))),
      (sampled, try Self.gaussian(20)), (try Self.gaussian(20), sampled),
      (try unsampled(sum), try unsampled(other)), (try Self.gaussian(20), try unsampled(sum)),
    ]
    for (index, (first, second)) in rejected.enumerated() {
      let folder = try TemporaryFolder()
      let path = folder("ledger")
      var ledger = try PrivacyLedger(
        at: path, budget: PrivacyBudget(epsilon: 8, delta: 1e-5),
        accountant: PrivacyLossAccountant(relation: .zeroOut, accuracy: 1e-2))
      try ledger.spend(first, for: 0)
      try ledger.spend(first.repeated(3), for: 1)
      let (before, spent) = (FilePair(at: path), ledger.epsilonSpent)
      let expected = FLRecordsError.ledger(.otherKind(recorded: first, given: second))
      #expect(refusal(&ledger, second) == expected, "\(index)")
      #expect(FilePair(at: path) == before && ledger.epsilonSpent == spent)
      var asked: FLRecordsError?
      do throws(FLRecordsError) { _ = try ledger.affords(second) } catch { asked = error }
      #expect(asked == expected)
      #expect(refusal(&ledger, first) == nil)
    }
    let folder = try TemporaryFolder()
    var ledger = try PrivacyLedger(
      at: folder("ledger"), budget: PrivacyBudget(epsilon: 8, delta: 1e-5),
      accountant: PrivacyLossAccountant(relation: .zeroOut))
    for multiplier in [20.0, 7, 9] {
      #expect(try refusal(&ledger, Self.gaussian(multiplier)) == nil)
    }
  }

  @Test("A ledger that holds events of several kinds does not open with privacy losses")
  func mixedFile() throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let budget = try PrivacyBudget(epsilon: 8, delta: 1e-5)
    let accountant = try PrivacyLossAccountant(relation: .zeroOut)
    func line(_ record: LedgerRecord) throws -> [UInt8] {
      try RecordCoding.encode(record, for: path)
    }
    let sampled = try Self.gaussian(2, .poisson(probability: 0.01))
    let first = try Self.gaussian(20)
    do {
      _ = try PrivacyLedger(at: path, budget: budget, accountant: accountant).order
      var file = try ChainReader(path, for: .appending)
      while try file.next() != nil {}
      var appendable = try file.makeAppendable()
      try appendable.append(line(.spent(round: 0, event: first, epsilon: 0.1)))
      try appendable.append(line(.spent(round: 1, event: sampled, epsilon: 0.2)))
    }
    #expect(throws: FLRecordsError.ledger(.otherKind(recorded: first, given: sampled))) {
      try PrivacyLedger(at: path, budget: budget, accountant: accountant).order
    }
  }

  @Test("A ledger of version 1 is rejected, with what to do")
  func firstVersion() throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let header =
      #"{"format":"privacy ledger","settings":{"accountant":"RenyiAccountant","#
      + #""budget":{"delta":1e-05,"epsilon":4},"relation":"addOrRemove"},"version":1}"#
    try ChainedFile.createIfAbsent(path, first: Array(header.utf8))
    let expected = FLRecordsError.file(.earlierVersion(path: path, oldest: 2, found: 1))
    #expect(throws: expected) {
      try PrivacyLedger(
        at: path, budget: PrivacyBudget(epsilon: 4, delta: 1e-5),
        accountant: RenyiAccountant(relation: .addOrRemove)
      ).order
    }
    for part in [path, "version 2", "version 1", "begin a new file", "that the old one has left"] {
      #expect(expected.description.contains(part))
    }
  }

  @Test(
    "The order of the plan costs nothing if the rounds come as planned",
    arguments: [(7.65, SamplingScheme.none, 50), (1, .poisson(probability: 0.01), 1000)])
  func cost(multiplier: Double, sampling: SamplingScheme, rounds: Int) throws {
    let planned = try Self.gaussian(multiplier, sampling, repetitions: rounds)
    var best = try RenyiAccountant(relation: .zeroOut)
    try best.compose(planned)
    var fixed = try RenyiAccountant(relation: .zeroOut, planned: [planned], delta: 1e-5)
    #expect(fixed.isFilter(for: planned) && !best.isFilter(for: planned))
    #expect(try fixed.epsilon(delta: 1e-5) == 0)
    try fixed.compose(planned)
    #expect(try fixed.epsilon(delta: 1e-5) == best.epsilon(delta: 1e-5))
  }

  @Test("There is no order of no plan, of another relation, or of a delta that is none")
  func noPlan() throws {
    let planned = [try Self.gaussian(20)]
    let nothing = FLMathError.privacy(.outOfRange(.repetitions, found: 0))
    #expect(throws: nothing) {
      try RenyiAccountant(relation: .zeroOut, planned: [], delta: 1e-5)
    }
    #expect(
      throws: FLMathError.accounting(.otherRelation(event: .zeroOut, accountant: .replace))
    ) { try RenyiAccountant(relation: .replace, planned: planned, delta: 1e-5) }
    for delta in [-1, 2, Double.nan] {
      #expect(throws: FLMathError.self) {
        try RenyiAccountant(relation: .zeroOut, planned: planned, delta: delta)
      }
    }
  }
}
