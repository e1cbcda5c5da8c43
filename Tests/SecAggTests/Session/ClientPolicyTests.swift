import FLMath
import Testing

@testable import SecAgg

/// What a client accepts: at the floor, and not below it.
@Suite("Client policy")
struct ClientPolicyTests {
  private func parameters() throws -> SessionParameters {
    try testParameters(cohortSize: 10, threshold: 6, minimumContributors: 5)
  }

  @Test("without arguments it accepts the smallest session")
  func lowest() throws {
    let smallest = try testParameters(cohortSize: 3, threshold: 2)
    #expect(ClientPolicy.testing().violation(by: smallest) == nil)
    #expect(try ClientPolicy.testing().violation(by: parameters()) == nil)
  }

  @Test("a floor of the cohort", arguments: [9, 10, 11])
  func cohort(floor: Int) throws {
    let violation = try ClientPolicy.testing(minimumCohortSize: floor).violation(by: parameters())
    #expect(violation == (floor <= 10 ? nil : .cohortSize(found: 10, floor: floor)))
  }

  @Test("a floor of the threshold", arguments: [5, 6, 7])
  func threshold(floor: Int) throws {
    let violation = try ClientPolicy.testing(minimumThreshold: floor).violation(by: parameters())
    #expect(violation == (floor <= 6 ? nil : .threshold(found: 6, floor: floor)))
  }

  @Test("a floor of the contributors", arguments: [4, 5, 6])
  func contributors(floor: Int) throws {
    let violation = try ClientPolicy.testing(minimumContributors: floor).violation(by: parameters())
    #expect(violation == (floor <= 5 ? nil : .minimumContributors(found: 5, floor: floor)))
  }

  @Test("accepted threat models and ciphers")
  func enumerations() throws {
    let parameters = try parameters()
    #expect(
      ClientPolicy.testing(acceptedThreatModels: []).violation(by: parameters)
        == .threatModel(parameters.threatModel))
    #expect(
      ClientPolicy.testing(acceptedMaskCiphers: []).violation(by: parameters)
        == .maskCipher(parameters.maskCipher))
    #expect(
      ClientPolicy.testing(
        acceptedThreatModels: [parameters.threatModel], acceptedMaskCiphers: [parameters.maskCipher]
      ).violation(by: parameters) == nil)
  }

  @Test("a client refuses before it has a message to send")
  func clientRefuses() throws {
    let id = try #require(ClientID(1))
    let parameters = try parameters()
    #expect(throws: ClientError.policy(.cohortSize(found: 10, floor: 11))) {
      _ = try AdvertiseKeysRound(
        id: id, parameters: parameters, policy: ClientPolicy.testing(minimumCohortSize: 11))
    }
  }

  @Test("a floor below zero is written as zero")
  func negativeFloor() throws {
    var writer = ByteWriter()
    ClientPolicy.testing(minimumCohortSize: -5, minimumThreshold: .min, minimumContributors: -1)
      .write(to: &writer)
    let read = try ByteReader.reading(writer.bytes.span) {
      (reader) throws(StoredStateError) -> ClientPolicy in try ClientPolicy(from: &reader)
    }
    #expect(
      read
        == ClientPolicy.testing(minimumCohortSize: 0, minimumThreshold: 0, minimumContributors: 0))
  }

  @Test("written and read back, cut short refused")
  func encoding() throws {
    for policy in [
      ClientPolicy.testing(),
      ClientPolicy.testing(
        minimumCohortSize: 0, minimumThreshold: .max, minimumContributors: 77,
        acceptedThreatModels: [], acceptedMaskCiphers: []),
    ] {
      var writer = ByteWriter()
      policy.write(to: &writer)
      let bytes = writer.bytes
      func decoded(_ bytes: [UInt8]) throws(StoredStateError) -> ClientPolicy {
        try ByteReader.reading(bytes.span) { (reader) throws(StoredStateError) -> ClientPolicy in
          try ClientPolicy(from: &reader)
        }
      }
      #expect(try decoded(bytes) == policy)
      for count in bytes.indices {
        #expect(throws: StoredStateError.self) { try decoded(Array(bytes.prefix(count))) }
      }
    }
  }
}
