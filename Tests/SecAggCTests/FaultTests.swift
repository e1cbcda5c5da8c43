import CSecAggABI
import Testing

/// What clients did wrong with shares, and how the caller hears of it.
@Suite("Faults")
struct FaultTests {
  @Test("a share that does not open is reported as a fault, and the mean is right")
  func unopened() throws {
    let session = try sessionInLastRound { try DistributionWithDamagedShare.bytes(of: $0, from: 2) }
    try session.collect(SECAGG_UNMASKING)
    let aggregate = try session.aggregate()
    let faults = try faults(of: aggregate)
    #expect(faults.count == 1)
    #expect(faults.first?.holder == 1)
    #expect(faults.first?.dealer == 2)
    #expect(faults.first?.secret == 1)
    #expect(faults.first.map { Int($0.finding) } == SECAGG_UNOPENED)
    let result = try MeanResult(aggregate, fedAvg: session.fedAvg)
    #expect(try result == session.swiftMean(of: result.contributors))
    #expect(try self.faults(of: session).isEmpty, "they are in the aggregate")
  }

  @Test("a dealer of a wrong secret is named, and more answers do not help")
  func wrongSecret() throws {
    let session = try sessionInLastRound { try DistributionOfWrongSecret.bytes(of: $0, from: 2) }
    try session.collect(SECAGG_UNMASKING)
    #expect(try faults(of: session).isEmpty)
    for _ in 0..<2 {
      let answer = session.expectNoAggregate(SECAGG_SUM_INCONSISTENT)
      #expect(answer.message.contains("client 2"), "\(answer)")
      let faults = try faults(of: session)
      #expect(faults.count == 1)
      #expect(faults.first?.holder == 2)
      #expect(faults.first?.dealer == 2)
      #expect(faults.first?.secret == 1)
      #expect(faults.first.map { Int($0.finding) } == SECAGG_WRONG_SECRET)
    }
    try session.storeAndRestore()
    #expect(try faults(of: session).isEmpty, "they are not stored")
  }

  /// Of 7 answers, 6 hold a share of each secret: exactly the threshold, with the wrong one.
  @Test("a holder that lies is named while answers are missing; the others give the mean")
  func wrongShares() throws {
    let session = try sessionInLastRound { $0 }
    let server = session.server.value
    for client in session.clients {
      try client.respond(to: session.message(for: client.id), fedAvg: session.fedAvg)
      let message = try client.message()
      let sent = client.id == 3 ? try AnswerWithWrongShares.bytes(of: message, from: 3) : message
      #expect(session.receive(sent, from: client.id).status == SECAGG_OK)
      guard client.id == 7 else { continue }
      let failed = session.expectNoAggregate(SECAGG_MORE_ANSWERS_NEEDED)
      #expect(failed.message.contains("client 3"), "\(failed)")
      let faults = try faults(of: session)
      #expect(!faults.isEmpty)
      for fault in faults {
        #expect(fault.holder == 3 && Int(fault.finding) == SECAGG_WRONG_SHARE, "\(fault)")
      }
      #expect(
        Answer { failure in
          var count = 0
          return secagg_server_faults(server, nil, 0, &count, failure)
        }.status == SECAGG_BUFFER_TOO_SMALL)
    }
    let aggregate = try session.aggregate()
    #expect(try faults(of: session).isEmpty, "they are in the aggregate")
    let faults = try faults(of: aggregate)
    #expect(!faults.isEmpty)
    #expect(faults.allSatisfy { $0.holder == 3 && Int($0.finding) == SECAGG_WRONG_SHARE })
    let result = try MeanResult(aggregate, fedAvg: session.fedAvg)
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  /// A session in the last round; `altered` makes what client 2 deals.
  private func sessionInLastRound(_ altered: ([UInt8]) throws -> [UInt8]) throws -> TestSession {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_SHARE_KEYS)
    for client in session.clients {
      try client.respond(to: session.message(for: client.id), fedAvg: session.fedAvg)
      let message = try client.message()
      let sent = client.id == 2 ? try altered(message) : message
      #expect(session.receive(sent, from: client.id).status == SECAGG_OK)
    }
    try session.closeRound()
    try session.collect(SECAGG_MASKED_INPUT)
    try session.closeRound()
    return session
  }

  private func faults(of aggregate: Handle) throws -> [secagg_fault] {
    try numbers(secagg_fault()) { secagg_aggregate_faults(aggregate.value, $0, $1, $2, $3) }
  }

  private func faults(of session: TestSession) throws -> [secagg_fault] {
    try numbers(secagg_fault()) { secagg_server_faults(session.server.value, $0, $1, $2, $3) }
  }
}
