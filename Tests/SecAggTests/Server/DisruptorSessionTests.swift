import FLMath
import SecAgg
import Testing

/// A client that sends garbage as its masked input is found by sessions of smaller cohorts.
@Suite("Disruptor sessions")
struct DisruptorSessionTests {
  /// Runs a session of some clients; one of them may spoil it.
  private func outcome(
    of cohort: [Int], liar: Int, seed: UInt64
  ) throws -> CohortAttempt<Int>.Outcome {
    let parameters = try testParameters(cohortSize: cohort.count, threshold: 2)
    var session = try SimulatedSession(parameters: parameters, seed: seed)
    session.onTheWay = { message in
      guard case .maskedInput(let input) = message,
        cohort[Int(input.sender.rawValue) - 1] == liar
      else { return message }
      return .maskedInput(
        MaskedInput(
          session: input.session, sender: input.sender, words: input.words.map { $0 ^ 0x5a5a }))
    }
    do {
      _ = try session.run()
      return .released
    } catch ServerError.sumInconsistent {
      return .inconsistent
    }
  }

  @Test("one of twelve is found in four attempts after the first", arguments: [1, 6, 12])
  func found(liar: Int) throws {
    let everybody = Array(1...12)
    var history = [
      CohortAttempt(everybody, try outcome(of: everybody, liar: liar, seed: 1))
    ]
    #expect(history[0].outcome == .inconsistent)
    for attempt in 0...4 {
      let plan = try DisruptorSearch.plan(
        after: history, of: everybody, minimumCohortSize: 4)
      if plan.cohorts.isEmpty {
        #expect(plan.disruptors == [liar])
        return
      }
      try #require(attempt < 4)
      for cohort in plan.cohorts {
        history.append(
          CohortAttempt(
            cohort, try outcome(of: cohort, liar: liar, seed: UInt64(history.count))))
      }
    }
  }
}
