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
    guard good >= Self.threshold else {
      server.expectNoSum(
        .sharesMissing(subject: dealer, kind: kind, found: good, threshold: Self.threshold))
      return
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(aggregate.contributors == transcript.contributors)
    let victims = try #require(transcript.neighbours[dealer]).prefix(count)
    #expect(
      aggregate.faults
        == victims.map {
          ShareFault(holder: $0, subject: dealer, kind: kind, finding: .unopened)
        })
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
      // The dealer's own answer, the fifth, holds no share of its own secret.
      server.expectNoSum(
        .sharesWrong(
          subject: try client(5), kind: .selfMask, found: index == 4 ? 4 : index,
          threshold: Self.threshold))
    }
    #expect(server.awaited.isEmpty)
  }

  @Test("a wrong commitment of a client that leaves is never looked at")
  func wrongCommitmentOfADepartedClient() throws {
    let transcript = try transcriptOfWrongCommitment(losing: [client(5): .maskedInput])
    try transcript.expectCompletion(of: transcript.server(in: .unmasking))
  }

  /// A dealer that seals a share off its own polynomial and a holder that reveals another than it
  /// got look the same to the server: the fault names both.
  @Test("wrong shares of one client's secret alone")
  func wrongSharesOfOneSecret() throws {
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
            holder: try client($0), subject: dealer, kind: .selfMask, finding: .wrongShare)
        }))
  }
}
