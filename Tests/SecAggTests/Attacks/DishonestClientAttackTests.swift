import FLMath
import SecAgg
import Testing

/// Clients that lie in the malicious model. In the semi-honest model see `WrongShareTests`,
/// `WrongDealerTests`, `RefusedContentTests` and `RefusedMessageTests`.
@Suite("Attack: dishonest clients")
struct DishonestClientAttackTests {
  private func transcript(seed: UInt64) throws -> Transcript {
    try Transcript(
      parameters: testParameters(threatModel: .malicious, cohortSize: 11, threshold: 6), seed: seed)
  }

  /// One client has left, so that there are shares of a mask key as well. Of each secret there are
  /// at least ten, of which two wrong ones can be corrected.
  @Test(
    "wrong shares of two clients are corrected and named",
    arguments: Lie.allCases.map { ($0, SecretKind.selfMask) }
      + [(.random, .maskKey), (.oneBit, .maskKey)])
  func wrongShares(lie: Lie, about kind: SecretKind) throws {
    var generator = SimulationGenerator(seed: 121)
    let transcript = try Transcript(
      parameters: testParameters(threatModel: .malicious, cohortSize: 12, threshold: 6), seed: 121,
      losing: [client(12): .maskedInput])
    var server = try transcript.server(in: .unmasking)
    let liars = try [client(1), client(4)]
    for answer in transcript.answers {
      let sent =
        liars.contains(answer.sender)
        ? try lie.told(in: answer, about: [kind], using: &generator) : answer
      try server.receive(.unmaskingResponse(sent), from: answer.sender)
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(Set(aggregate.faults.map(\.holder)) == Set(liars))
    #expect(aggregate.faults.allSatisfy { $0.kind == kind })
  }

  @Test(
    "a share that is too short, too long or not of the field is no share",
    arguments: [0, 1, 39, 41, 80])
  func shareLength(count: Int) {
    #expect(throws: SecretShareError.wrongLength(found: count)) {
      _ = try SecretShare(bytes: [UInt8](repeating: 0, count: count))
    }
    #expect(throws: SecretShareError.notReduced(word: 0)) {
      _ = try SecretShare(bytes: [UInt8](repeating: 0xff, count: 40))
    }
  }

  @Test("more answers or fewer than neighbours")
  func shareCount() throws {
    let transcript = try transcript(seed: 122)
    var server = try transcript.server(in: .unmasking, afterTaking: 2)
    for answer in transcript.answers.dropFirst(2) {
      for shares in [answer.shares + answer.shares.suffix(1), Array(answer.shares.dropLast()), []] {
        server.expectRefusal(
          of: .unmaskingResponse(answer.with(shares: shares)), from: answer.sender,
          .answerNotForNeighbours(from: answer.sender))
      }
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("a vector of another length, and two different masked inputs")
  func maskedInputs() throws {
    let transcript = try transcript(seed: 123)
    var server = try transcript.server(in: .maskedInput)
    for message in transcript.messages[.maskedInput] ?? [] {
      guard case .maskedInput(let input) = message else { continue }
      let count = input.words.count
      for words in [[], Array(input.words.dropLast()), input.words + [0]] {
        server.expectRefusal(
          of: .maskedInput(input.with(words: words)), from: input.sender,
          .vectorLength(from: input.sender, found: words.count, expected: count))
      }
      try server.receive(message, from: input.sender)
      server.expectRefusal(
        of: try message.withOtherContent(), from: input.sender,
        .duplicate(from: input.sender, round: .maskedInput))
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("a second, equally well signed advertisement")
  func equivocation() throws {
    let transcript = try transcript(seed: 124)
    var server = try transcript.server(in: .advertiseKeys, afterTaking: 5)
    let id = try client(3)
    let second = try SigningClient(3, parameters: transcript.parameters).advertisement
    server.expectRefusal(
      of: .keyAdvertisement(second), from: id, .duplicate(from: id, round: .advertiseKeys))
    try transcript.expectCompletion(of: server)
  }

  /// With the server's help both reach a client, under two commitments, and whoever saw the one does
  /// not take the signatures of those who saw the other.
  @Test("two advertisements of one client, each shown to half of the others")
  func dividedRoster() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 6, threshold: 3)
    let clients = try (1...6).map { try SigningClient($0, parameters: parameters) }
    let second = try SigningClient(6, parameters: parameters).advertisement
    let leaves = clients.map(\.advertisement)
    let rosters = [leaves, Array(leaves.dropLast()) + [second]].map {
      ForgedRoster($0, parameters: parameters)
    }
    for roster in rosters {
      for rank in 0..<5 {
        _ = try clients[rank].share(
          RosterAnnouncement(
            session: parameters.digest, recipient: clients[rank].id, rosterSize: 6,
            commitment: roster.commitment,
            neighbours: roster.leaves.filter { $0.sender != clients[rank].id }))
      }
    }
    #expect(rosters[0].commitment != rosters[1].commitment)
    // A client that signs under the one commitment is nobody under the other.
    let set = try #require(ContributorSet(rosterSize: 6, bytes: [0b111111]))
    let key = try TestIdentities.key(of: clients[0].id)
    let signature = rosters.map {
      EndorsementForgery.signature(of: set, by: key, parameters, roster: $0.commitment)
    }
    #expect(signature[0] != signature[1])
    for (index, roster) in rosters.enumerated() {
      for (other, signature) in signature.enumerated() {
        let isValid = EndorsementForgery.isValid(
          signature, of: set, by: key.publicKey, parameters, roster: roster.commitment)
        #expect(isValid == (index == other))
      }
    }
  }
}
