import FLMath
import SecAgg
import Testing

/// A client that deals what its neighbours cannot use.
@Suite("Wrong dealers")
struct WrongDealerTests {
  private static let cohortSize = 10
  private static let threshold = 4

  /// The dealer's envelopes for the first `count` of its neighbours hold noise.
  private func transcript(
    count: Int, seed: UInt64, losing: [ClientID: ProtocolRound] = [:]
  ) throws -> Transcript {
    var generator = SimulationGenerator(seed: seed)
    let dealer = try client(5)
    return try Transcript(
      parameters: testParameters(cohortSize: Self.cohortSize, threshold: Self.threshold),
      seed: seed, losing: losing
    ) { message in
      guard case .shareDistribution(let distribution) = message, message.sender == dealer else {
        return message
      }
      let shares = try distribution.shares.enumerated().map { index, entry in
        index < count ? try entry.with(bytes: generator.bytes(SealedShares.byteCount)) : entry
      }
      return .shareDistribution(distribution.with(shares: shares))
    }
  }

  @Test(
    "envelopes that do not open are reported; t others are enough",
    arguments: 0...(cohortSize - 1), [false, true])
  func garbage(count: Int, dealerLeaves: Bool) throws {
    let dealer = try client(5)
    let transcript = try transcript(
      count: count, seed: 7, losing: dealerLeaves ? [dealer: .maskedInput] : [:])
    let kind: SecretKind = dealerLeaves ? .maskKey : .selfMask
    var server = try transcript.server(in: .unmasking, afterTaking: Self.cohortSize)
    let good = Self.cohortSize - 1 - count
    let faults = try #require(transcript.neighbours[dealer]).prefix(count).map {
      ShareFault(holder: $0, dealer: dealer, kind: kind, finding: .unopened)
    }
    guard good >= Self.threshold else {
      server.expectNoSum(
        .sharesMissing(
          dealer: dealer, kind: kind, found: good, threshold: Self.threshold, faults: faults))
      return
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(aggregate.contributors == transcript.contributors)
    #expect(aggregate.faults == faults)
  }

  private func transcriptOfWrongCommitment(
    losing: [ClientID: ProtocolRound]
  ) throws -> Transcript {
    let dealer = try client(5)
    return try Transcript(
      parameters: testParameters(cohortSize: Self.cohortSize, threshold: Self.threshold), seed: 8,
      losing: losing
    ) { message in
      guard message.sender == dealer, message.round == .shareKeys else { return message }
      return try message.withOtherContent()
    }
  }

  @Test("a commitment that the self mask does not fulfil gives no sum, however many answer")
  func wrongCommitment() throws {
    let transcript = try transcriptOfWrongCommitment(losing: [:])
    var server = try transcript.server(in: .unmasking)
    for (index, answer) in transcript.answers.enumerated() {
      try server.receive(.unmaskingResponse(answer), from: answer.sender)
      guard index >= Self.threshold else { continue }
      let dealer = try client(5)
      server.expectNoSum(
        .sharesWrong(faults: [
          ShareFault(holder: dealer, dealer: dealer, kind: .selfMask, finding: .wrongSecret)
        ]))
    }
    #expect(server.awaited.isEmpty)
  }

  @Test("a wrong commitment of a client that leaves is never looked at")
  func wrongCommitmentOfADepartedClient() throws {
    let transcript = try transcriptOfWrongCommitment(losing: [client(5): .maskedInput])
    try transcript.expectCompletion(of: transcript.server(in: .unmasking))
  }

  @Test("holders that lie about one dealer's shares are named, and the dealer is not")
  func liesAboutOneSecret() throws {
    var generator = SimulationGenerator(seed: 9)
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: Self.cohortSize, threshold: Self.threshold), seed: 9)
    let dealer = try client(5)
    var server = try transcript.server(in: .unmasking)
    for (index, answer) in transcript.answers.enumerated() {
      let lie = try Lie.random.told(in: answer, using: &generator)
      let mixed = zip(answer.shares, lie.shares).map { honest, wrong in
        index < 2 && honest.subject == dealer ? wrong : honest
      }
      try server.receive(.unmaskingResponse(answer.with(shares: mixed)), from: answer.sender)
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(
      aggregate.faults
        == (try [1, 2].map {
          ShareFault(
            holder: try client($0), dealer: dealer, kind: .selfMask, finding: .wrongShare)
        }))
  }

  /// Dealers whose shares are points of two polynomials each, and one liar about everything. The shares of the
  /// dealers were decoded before commitments, which took quadratic time for each and named innocent holders.
  @Test(
    "dealers of two polynomials and a liar: all of them are named, and no one else",
    arguments: [0, 1, 3], [false, true])
  func twoPolynomials(dealerCount: Int, withLiar: Bool) throws {
    var generator = SimulationGenerator(seed: 10)
    let dealers = try [4, 9, 17].prefix(dealerCount).map { try client($0) }
    let liar = try client(2)
    // Client 9 drops out, so that its mask key is needed: it deals two polynomials of that as well.
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: 30, threshold: 20), seed: 10,
      losing: [client(9): .maskedInput], dealingOtherPolynomials: dealers)
    var server = try transcript.server(in: .unmasking)
    for answer in transcript.answers {
      let told =
        withLiar && answer.sender == liar
        ? try Lie.random.told(in: answer, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
    }
    guard dealerCount > 0 else {
      let aggregate = try server.unmask()
      #expect(aggregate.sums.unsigned == transcript.sums)
      #expect(aggregate.faults.culprits == (withLiar ? [liar] : []))
      return
    }
    let before = server.stored()
    let error = #expect(throws: ServerError.self) { try server.unmask() }
    guard case .sharesWrong(let faults)? = error else {
      Issue.record("expected wrong shares, found \(error as Any)")
      return
    }
    #expect(faults.culprits == ((withLiar ? [liar] : []) + dealers).sorted())
    #expect(faults.filter { $0.finding == .wrongSecret }.map(\.dealer) == dealers)
    #expect(server.stored() == before)
  }
}
