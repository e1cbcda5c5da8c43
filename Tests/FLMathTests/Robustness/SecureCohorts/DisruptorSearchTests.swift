import FLMath
import Testing

/// Clients whose sums contradict themselves are found by sums of smaller cohorts.
@Suite("Disruptor search")
struct DisruptorSearchTests {
  private struct Found {
    var attempts = 0
    var error: FLMathError?
  }

  /// Searches until all disruptors are found or no attempt is left, and checks every plan.
  private func search(
    clients: Int, minimum: Int, disruptors: Set<Int>, besides released: [[Int]] = []
  ) -> Found {
    let everybody = Array(0..<clients)
    let comment: Comment = "\(clients) clients, minimum \(minimum), \(disruptors)"
    var history = [CohortAttempt(everybody, .inconsistent)]
    var seen = ReleasedCohorts<Int>(minimumDifference: minimum)
    for cohort in [everybody] + released { seen.insert(cohort) }
    var found = Found()
    while found.attempts < 1_000 {
      let plan: DisruptorSearch.Plan<Int>
      do throws(FLMathError) {
        plan = try DisruptorSearch.plan(
          after: history, of: everybody, minimumCohortSize: minimum, besides: released)
      } catch {
        found.error = error
        return found
      }
      #expect(disruptors.isSuperset(of: plan.disruptors), comment)
      if plan.cohorts.isEmpty {
        #expect(Set(plan.disruptors) == disruptors && plan.suspects.isEmpty, comment)
        return found
      }
      found.attempts += 1
      let all = plan.cohorts.joined()
      #expect(Set(all).count == plan.cohorts.reduce(0) { $0 + $1.count }, comment)
      for cohort in plan.cohorts {
        #expect(cohort.count >= minimum && cohort == cohort.sorted(), comment)
        #expect(seen.overlap(of: cohort) == nil, comment)
      }
      for cohort in plan.cohorts {
        seen.insert(cohort)
        history.append(
          CohortAttempt(
            cohort, disruptors.isDisjoint(with: cohort) ? .released : .inconsistent))
      }
    }
    Issue.record(comment)
    return found
  }

  private func logarithm(_ count: Int) -> Int {
    Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  @Test("one disruptor is found within the logarithm of the number of clients, rounded up")
  func one() {
    var generator = SimulationGenerator(seed: 1)
    for _ in 0..<150 {
      let minimum = 2 + Int.random(in: 0..<12, using: &generator)
      let clients = 3 * minimum + Int.random(in: 0..<10 * minimum, using: &generator)
      let found = search(
        clients: clients, minimum: minimum,
        disruptors: [Int.random(in: 0..<clients, using: &generator)])
      #expect(found.error == nil && found.attempts <= logarithm(clients), "\(clients), \(minimum)")
    }
  }

  @Test("several are found as fast where there are clients enough", arguments: [2, 3])
  func several(count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    for _ in 0..<100 {
      let minimum = 2 + Int.random(in: 0..<8, using: &generator)
      let clients = 10 * minimum + Int.random(in: 0..<10 * minimum, using: &generator)
      var disruptors: Set<Int> = []
      while disruptors.count < count {
        disruptors.insert(Int.random(in: 0..<clients, using: &generator))
      }
      let found = search(clients: clients, minimum: minimum, disruptors: disruptors)
      #expect(
        found.error == nil && found.attempts <= logarithm(clients) + 2, "\(clients), \(minimum)")
    }
  }

  @Test("with few clients they are found, or the search ends with an error, and nobody is blamed")
  func fewClients() {
    var generator = SimulationGenerator(seed: 9)
    var errors = 0
    for _ in 0..<200 {
      let minimum = 2 + Int.random(in: 0..<8, using: &generator)
      let clients = 2 * minimum + Int.random(in: 0..<2 * minimum, using: &generator)
      var disruptors: Set<Int> = []
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        disruptors.insert(Int.random(in: 0..<clients, using: &generator))
      }
      let found = search(clients: clients, minimum: minimum, disruptors: disruptors)
      guard let error = found.error else { continue }
      errors += 1
      guard case .disruptors(.tooFewCleared) = error else {
        Issue.record("\(error)")
        continue
      }
    }
    #expect(errors > 10)
  }

  @Test("cohorts differ from other released sums as well")
  func besides() {
    let other = [Array(0..<20), Array(30..<44)]
    let found = search(clients: 80, minimum: 8, disruptors: [3], besides: other)
    #expect(found.error == nil)
  }

  @Test("what cannot be searched is an error")
  func impossible() throws {
    let everybody = Array(0..<9)
    let bad = [CohortAttempt(everybody, .inconsistent)]
    #expect(throws: FLMathError.disruptors(.tooFewClients(found: 9, needed: 10))) {
      try DisruptorSearch.plan(after: bad, of: everybody, minimumCohortSize: 5)
    }
    #expect(throws: FLMathError.disruptors(.minimumCohortSize(found: 1))) {
      try DisruptorSearch.plan(after: bad, of: everybody, minimumCohortSize: 1)
    }
    // Two halves that are both spoilt clear nobody, and are too small to be divided.
    let halves = [Array(0..<4), Array(4..<9)].map { CohortAttempt($0, .inconsistent) }
    #expect(throws: FLMathError.disruptors(.tooFewCleared(suspects: 9, cleared: 0))) {
      try DisruptorSearch.plan(after: bad + halves, of: everybody, minimumCohortSize: 4)
    }
    #expect(throws: FLMathError.disruptors(.changingBehaviour(attempt: 1))) {
      try DisruptorSearch.plan(
        after: [CohortAttempt(everybody, .released), CohortAttempt(Array(0..<4), .inconsistent)],
        of: everybody, minimumCohortSize: 4)
    }
    let nothing = try DisruptorSearch.plan(
      after: [CohortAttempt(everybody, .released)], of: everybody, minimumCohortSize: 4)
    #expect(nothing.cohorts.isEmpty && nothing.disruptors.isEmpty)
  }

  @Test("what is wrong is said in whole sentences")
  func descriptions() {
    for error in [
      FLMathError.Disruptors.minimumCohortSize(found: 71),
      .tooFewClients(found: 71, needed: 83), .tooFewCleared(suspects: 71, cleared: 83),
      .changingBehaviour(attempt: 71),
    ] {
      #expect(error.description.contains("71") && error.description.hasSuffix("."))
    }
  }
}
