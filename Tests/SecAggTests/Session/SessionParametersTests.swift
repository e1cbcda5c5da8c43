import FLMath
import Testing

@testable import SecAgg

/// Every bound of a session's parameters: just within, just beyond.
@Suite("Session parameters")
struct SessionParametersTests {
  /// The parameters, or why there are none.
  private func outcome(
    cohortSize: Int = 10, degree: Int? = nil, threshold: Int = 2, maximumContributors: Int? = nil,
    minimumContributors: Int = 2
  ) throws -> Result<SessionParameters, SessionParametersError> {
    let layout = try VectorLayout(
      elementCount: 5,
      lanes: UnsignedLanes(
        minimumValueBits: 8,
        maximumContributors: maximumContributors ?? max(3, min(cohortSize, 1 << 20))))
    do {
      return .success(
        try SessionParameters(
          cohortSize: cohortSize, degree: degree, threshold: threshold, layout: layout,
          minimumContributors: minimumContributors, applicationContext: Digest(words: (0, 0, 0, 0)))
      )
    } catch {
      return .failure(error)
    }
  }

  private func refusal(
    _ outcome: Result<SessionParameters, SessionParametersError>
  ) -> SessionParametersError? {
    if case .failure(let error) = outcome { error } else { nil }
  }

  @Test(
    "3 to 2^20 clients",
    arguments: [
      (3, true), (4, true), (1 << 20, true), (2, false), (1, false), (0, false), (-1, false),
      (Int.min, false), (1 << 20 + 1, false), (Int.max, false),
    ])
  func cohortSize(size: Int, isAccepted: Bool) throws {
    let outcome = try outcome(cohortSize: size)
    #expect(refusal(outcome) == (isAccepted ? nil : .cohortSize(found: size)))
    #expect((try? outcome.get())?.degree == (isAccepted ? size - 1 : nil))
  }

  @Test(
    "an even degree below the cohort, or everybody else",
    arguments: [
      (10, 2, true), (10, 4, true), (10, 8, true), (10, 9, true), (11, 10, true), (11, 8, true),
      (10, 0, false), (10, -2, false), (10, 1, false), (10, 3, false), (10, 7, false),
      (10, 10, false), (10, 11, false), (10, 12, false), (11, 9, false), (10, Int.max, false),
      (10, Int.min, false),
    ])
  func degree(cohortSize: Int, degree: Int, isAccepted: Bool) throws {
    let outcome = try outcome(cohortSize: cohortSize, degree: degree)
    #expect(
      refusal(outcome) == (isAccepted ? nil : .degree(found: degree, cohortSize: cohortSize)))
    #expect((try? outcome.get())?.degree == (isAccepted ? degree : nil))
  }

  @Test("a threshold of 2 to the degree", arguments: [2, 4, 8, 9])
  func threshold(degree: Int) throws {
    for (threshold, isAccepted) in [
      (2, true), (degree, true), (degree + 1, false), (1, false), (0, false), (-1, false),
      (Int.max, false), (Int.min, false),
    ] {
      let outcome = try outcome(degree: degree, threshold: threshold)
      #expect(
        refusal(outcome) == (isAccepted ? nil : .threshold(found: threshold, degree: degree)))
      #expect((try? outcome.get())?.threshold == (isAccepted ? threshold : nil))
    }
  }

  @Test(
    "lanes for more than the threshold and at most the cohort",
    arguments: [
      (1, false), (2, false), (3, false), (4, true), (9, true), (10, true), (11, false),
      (1000, false),
    ])
  func maximumContributors(maximum: Int, isAccepted: Bool) throws {
    let outcome = try outcome(threshold: 3, maximumContributors: maximum)
    #expect(
      refusal(outcome)
        == (isAccepted
          ? nil : .maximumContributors(found: maximum, threshold: 3, cohortSize: 10)))
    #expect((try? outcome.get())?.maximumContributors == (isAccepted ? maximum : nil))
  }

  @Test("a minimum of 2 contributors to what the lanes hold", arguments: [3, 4, 10])
  func minimumContributors(maximum: Int) throws {
    for (minimum, isAccepted) in [
      (2, true), (maximum, true), (maximum + 1, false), (1, false), (0, false), (-1, false),
      (Int.max, false), (Int.min, false),
    ] {
      let outcome = try outcome(maximumContributors: maximum, minimumContributors: minimum)
      #expect(
        refusal(outcome)
          == (isAccepted ? nil : .minimumContributors(found: minimum, atMost: maximum)))
      #expect((try? outcome.get())?.minimumContributors == (isAccepted ? minimum : nil))
    }
  }

  @Test("in the malicious model a threshold of more than half of the degree")
  func majority() throws {
    for (threshold, isAccepted) in [(2, false), (4, false), (5, true), (8, true)] {
      let layout = try VectorLayout(
        elementCount: 5, lanes: UnsignedLanes(minimumValueBits: 8, maximumContributors: 10))
      let parameters = Result {
        () throws(SessionParametersError) in
        try SessionParameters(
          threatModel: .malicious, cohortSize: 10, degree: 8, threshold: threshold,
          layout: layout, minimumContributors: 2,
          applicationContext: Digest(words: (0, 0, 0, 0)))
      }
      #expect(
        refusal(parameters)
          == (isAccepted ? nil : .thresholdBelowMajority(found: threshold, degree: 8)))
    }
  }

  @Test("sessions have fresh names")
  func freshNames() throws {
    let names = try (0..<100).map { _ in try outcome().get().sessionID }
    #expect(Set(names).count == 100)
  }
}
