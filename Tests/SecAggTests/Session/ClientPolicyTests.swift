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

  /// Degree and threshold that were computed for random dropouts, and those for chosen ones.
  @Test(
    "what the client computes of the parameters itself",
    arguments: [
      (10_000, 96, 64, false), (10_000, 102, 69, true), (100_000, 106, 70, false),
      (1_000_000, 114, 75, false), (1_000_000, 130, 88, true),
    ])
  func collusion(cohortSize: Int, degree: Int, threshold: Int, isAccepted: Bool) throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: cohortSize, degree: degree, threshold: threshold,
      minimumContributors: cohortSize * 9 / 10)
    let policy = try ClientPolicy.testing(collusion: AssumedCollusion())
    let risk = try SessionAssumptions(cohortSize: cohortSize, threatModel: .malicious)
      .risk(of: GraphParameters(degree: degree, threshold: threshold))
    #expect(
      policy.violation(by: parameters)
        == (isAccepted ? nil : .leak(found: risk.leak, limit: LogProbability(log2: -40))))
    #expect(ClientPolicy.testing().violation(by: parameters) == nil)
    // The other floors come first.
    let strict = try ClientPolicy.testing(minimumThreshold: 1_000, collusion: AssumedCollusion())
    #expect(
      strict.violation(by: parameters) == .threshold(found: threshold, floor: 1_000))
  }

  @Test("a minimum of contributors that leaves too small a roster")
  func smallRoster() throws {
    func violation(minimum: Int) throws -> PolicyViolation? {
      try ClientPolicy.testing(collusion: AssumedCollusion()).violation(
        by: testParameters(
          threatModel: .malicious, cohortSize: 10_000, degree: 102, threshold: 69,
          minimumContributors: minimum))
    }
    #expect(try violation(minimum: 9_000) == nil)
    #expect(try violation(minimum: 5_000) != nil)
    let certain = PolicyViolation.leak(found: .certain, limit: LogProbability(log2: -40))
    #expect(try violation(minimum: 103) == certain)
    #expect("\(certain)".contains("2^-40.0, the degree"))
  }

  @Test("a complete graph leaks if the corrupt clients reach the threshold")
  func completeGraph() throws {
    for (model, fraction, isAccepted) in [
      (ThreatModel.semiHonest, 0.5, true), (.semiHonest, 0.6, false), (.malicious, 0.2, true),
      (.malicious, 0.3, false),
    ] {
      let parameters = try testParameters(threatModel: model, cohortSize: 10, threshold: 6)
      let collusion = try AssumedCollusion(corruptFraction: fraction, securityBits: 256)
      #expect((collusion.violation(by: parameters) == nil) == isAccepted, "\(model), \(fraction)")
    }
  }

  @Test("collusion that cannot be")
  func invalidCollusion() {
    for fraction in [-0.1, 1, .infinity] {
      #expect(throws: SessionAssumptionsError.corruptFraction(found: fraction)) {
        try AssumedCollusion(corruptFraction: fraction)
      }
    }
    #expect(throws: SessionAssumptionsError.self) { try AssumedCollusion(corruptFraction: .nan) }
    for bits in [Int.min, 0, 257] {
      #expect(throws: SessionAssumptionsError.securityBits(found: bits)) {
        try AssumedCollusion(securityBits: bits)
      }
    }
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
      ClientPolicy.testing(
        collusion: try AssumedCollusion(corruptFraction: 0.29, securityBits: 256)),
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
      guard policy.collusion != nil else { continue }
      // The flag, the fraction and the bits, at values that cannot be.
      for (offset, byte) in [(17, UInt8(2)), (9, 0xFF), (7, 0), (7, 2)] {
        var forged = bytes
        forged[bytes.count - offset] = byte
        #expect(throws: StoredStateError.invalidField("policy")) { try decoded(forged) }
      }
    }
  }
}
