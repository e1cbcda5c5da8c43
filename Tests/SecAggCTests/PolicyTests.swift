import CSecAggABI
import SecAgg
import Testing

/// What a client accepts, and what it is told when it does not.
@Suite("Policies")
struct PolicyTests {
  private func status(_ change: (inout secagg_policy) -> Void) throws -> Answer {
    let session = try TestSession(.semiHonest)
    var out: OpaquePointer?
    defer { _ = secagg_client_free(out) }
    return withPolicy(change) { policy in
      Answer { secagg_client_create(session.parameters.value, 1, policy, nil, nil, &out, $0) }
    }
  }

  @Test("floors and sets")
  func floors() throws {
    let (refused, ok) = (SECAGG_SESSION_REFUSED, SECAGG_OK)
    #expect(try status { _ in }.status == ok)
    #expect(try status { $0.minimum_cohort_size = 12 }.status == ok)
    #expect(try status { $0.minimum_cohort_size = 13 }.status == refused)
    #expect(try status { $0.minimum_threshold = 6 }.status == ok)
    #expect(try status { $0.minimum_threshold = 7 }.status == refused)
    #expect(try status { $0.minimum_contributors = 4 }.status == ok)
    #expect(try status { $0.minimum_contributors = 5 }.status == refused)
    #expect(try status { $0.minimum_contributors = .max }.status == refused)
    #expect(try status { $0.threat_models = UInt32(SECAGG_SEMI_HONEST) }.status == ok)
    #expect(try status { $0.threat_models = UInt32(SECAGG_MALICIOUS) }.status == refused)
    #expect(try status { $0.mask_ciphers = UInt32(SECAGG_CHACHA20) }.status == ok)
    #expect(try status { $0.mask_ciphers = UInt32(SECAGG_AES256CTR) }.status == refused)
    #expect(try status { $0.threat_models = 4 }.status == SECAGG_INVALID_ARGUMENT)
    #expect(try status { $0.mask_ciphers = 8 }.status == SECAGG_INVALID_ARGUMENT)
    #expect(try status { $0.reserved = 1 }.status == SECAGG_INVALID_ARGUMENT)
  }

  /// Everybody is a neighbour of the 12 clients, with a threshold of 6.
  @Test("the client computes itself what collusion the parameters withstand")
  func collusion() throws {
    func collusion(_ fraction: Double, _ bits: UInt32) throws -> Int {
      Int(
        try status {
          $0.corrupt_fraction = fraction
          $0.security_bits = bits
        }.status)
    }
    #expect(try collusion(0.45, 40) == SECAGG_OK)
    #expect(try collusion(0.5, 40) == SECAGG_SESSION_REFUSED)
    #expect(try collusion(0.5, 0) == SECAGG_OK)
    #expect(try collusion(.nan, 0) == SECAGG_OK)
    for (fraction, bits) in [(1.0, 40), (-1, 40), (.nan, 40), (0.05, 257), (0.05, UInt32.max)] {
      #expect(try collusion(fraction, bits) == SECAGG_INVALID_ARGUMENT)
    }
  }

  @Test("another application context than the client's own is refused")
  func context() throws {
    var context = TestSession.context
    let same = try context.withUnsafeBufferPointer { context in
      try status { $0.application_context = context.baseAddress }
    }
    #expect(same.status == SECAGG_OK)
    context[31] ^= 1
    let other = try context.withUnsafeBufferPointer { context in
      try status { $0.application_context = context.baseAddress }
    }
    #expect(other.status == SECAGG_SESSION_REFUSED)
  }

  @Test("a client has to say which context it expects")
  func noContext() throws {
    #expect(try status { $0.application_context = nil }.status == SECAGG_INVALID_ARGUMENT)
    let session = try TestSession(.semiHonest)
    var out: OpaquePointer?
    expect(SECAGG_INVALID_ARGUMENT, "no policy") {
      secagg_client_create(session.parameters.value, 1, nil, nil, nil, &out, $0)
    }
  }

  @Test("the policy is kept: too few contributors are refused in the last round")
  func kept() throws {
    let session = try TestSession(.semiHonest)
    let client = session.clients[0]
    client.handle = try withPolicy({ $0.minimum_contributors = 4 }) { policy in
      try Handle({ secagg_client_free($0) }) {
        secagg_client_create(session.parameters.value, 1, policy, nil, nil, $0, $1)
      }
    }
    // Nine of twelve drop out before their input: the server itself closes no such round.
    var leaving: [UInt32: Int] = [:]
    for id in UInt32(4)...12 { leaving[id] = SECAGG_MASKED_INPUT }
    try session.run(to: SECAGG_MASKED_INPUT)
    try session.collect(SECAGG_MASKED_INPUT, leaving: leaving)
    session.expectNoAggregate(SECAGG_TOO_FEW_CLIENTS)
    #expect(try session.round() == SECAGG_MASKED_INPUT)
  }
}
