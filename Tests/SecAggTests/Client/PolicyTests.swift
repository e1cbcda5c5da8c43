import FLMath
import SecAgg
import Testing

/// A client takes no part in a session below its floors: it does not even make keys for it.
@Suite("Client policy")
struct PolicyTests {
  private struct Floor: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let policy: ClientPolicy
    let violation: PolicyViolation?
  }

  /// Against a cohort of 8 with threshold 4 and at least 5 contributors.
  private static let floors = [
    Floor(testDescription: "default", policy: ClientPolicy.testing(), violation: nil),
    Floor(
      testDescription: "just met",
      policy: ClientPolicy.testing(
        minimumCohortSize: 8, minimumThreshold: 4, minimumContributors: 5,
        acceptedThreatModels: [.semiHonest], acceptedMaskCiphers: [.chacha20]),
      violation: nil),
    Floor(
      testDescription: "cohort", policy: ClientPolicy.testing(minimumCohortSize: 9),
      violation: .cohortSize(found: 8, floor: 9)),
    Floor(
      testDescription: "threshold", policy: ClientPolicy.testing(minimumThreshold: 5),
      violation: .threshold(found: 4, floor: 5)),
    Floor(
      testDescription: "contributors", policy: ClientPolicy.testing(minimumContributors: 6),
      violation: .minimumContributors(found: 5, floor: 6)),
    Floor(
      testDescription: "threat model", policy: ClientPolicy.testing(acceptedThreatModels: []),
      violation: .threatModel(.semiHonest)),
    Floor(
      testDescription: "cipher", policy: ClientPolicy.testing(acceptedMaskCiphers: []),
      violation: .maskCipher(.chacha20)),
  ]

  @Test("each floor", arguments: floors)
  private func floor(_ floor: Floor) throws {
    let parameters = try testParameters(cohortSize: 8, threshold: 4, minimumContributors: 5)
    var found: ClientError?
    do {
      _ = try AdvertiseKeysRound(id: client(1), parameters: parameters, policy: floor.policy)
    } catch let error as ClientError {
      found = error
    }
    #expect(found == floor.violation.map { .policy($0) })
  }

  @Test("an id outside the cohort", arguments: [6, 7, 1 << 31, Int(UInt32.max)])
  func outsideCohort(number: Int) throws {
    let parameters = try testParameters(cohortSize: 5, threshold: 2)
    let id = try client(number)
    #expect(throws: ClientError.idOutsideCohort(id, cohortSize: 5)) {
      _ = try AdvertiseKeysRound(id: id, parameters: parameters, policy: .expecting(parameters))
    }
  }

  @Test("an id within the cohort", arguments: 1...5)
  func withinCohort(number: Int) throws {
    let parameters = try testParameters(cohortSize: 5, threshold: 2)
    let round = try AdvertiseKeysRound(
      id: client(number), parameters: parameters, policy: .expecting(parameters))
    let sender = round.message.sender
    #expect(sender.rawValue == UInt32(number))
  }
}
