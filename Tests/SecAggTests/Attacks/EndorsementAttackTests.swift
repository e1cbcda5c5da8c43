import Testing

@testable import SecAgg

/// What a server may show a client in the place of its neighbours' signatures.
@Suite("Attack: false endorsements")
struct EndorsementAttackTests {
  private let stage: Stage
  private let victim: ClientID
  private let members: [ClientID]
  private let threshold = 4

  /// Of seven clients the first six contributed.
  init() throws {
    stage = try Stage(
      parameters: testParameters(threatModel: .malicious, cohortSize: 7, threshold: 4), seed: 31)
    victim = try client(1)
    members = Array(stage.honest.prefix(6))
  }

  private func endorsement(
    by signer: ClientID, of set: ContributorSet? = nil, session: Digest? = nil,
    roster: Digest? = nil, identity: ClientID? = nil
  ) throws -> Endorsement {
    let set = set ?? stage.set(members)
    return Endorsement(
      signer: signer,
      signature: set.endorsement(
        by: try TestIdentities.key(of: identity ?? signer),
        session: session ?? stage.parameters.digest, roster: roster ?? stage.commitment))
  }

  private func genuine(_ count: Int) throws -> [Endorsement] {
    try members.dropFirst().prefix(count).map { try endorsement(by: $0) }
  }

  private func answer(to endorsements: [Endorsement]) throws -> UnmaskingResponse {
    let round = try stage.awake(victim).checkConsistency(
      of: stage.announcement(of: members, to: victim),
      signedBy: TestIdentities.key(of: victim))
    return try round.unmask(
      stage.request(of: members, to: victim, endorsements: endorsements))
  }

  private func expectCount(
    _ found: Int, in endorsements: [Endorsement], _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      throws: ClientError.endorsementsBelowThreshold(found: found, threshold: threshold), comment,
      sourceLocation: sourceLocation
    ) { _ = try answer(to: endorsements) }
  }

  @Test("as many as the threshold are enough; fewer are too few", arguments: 0...5)
  func count(count: Int) throws {
    if count >= threshold {
      #expect(try answer(to: genuine(count)).shares.count == 6)
    } else {
      expectCount(count, in: try genuine(count))
    }
  }

  @Test("one signer's signature again and again")
  func repeated() throws {
    let three = try genuine(3)
    expectCount(3, in: three + three + three)
    expectCount(1, in: Array(repeating: three[0], count: 10))
    expectCount(
      1,
      in: [three[0]] + stage.honest.map { Endorsement(signer: $0, signature: three[0].signature) })
  }

  @Test("signatures of another set, roster, session or number of clients, and by others' keys")
  func ofOtherThings() throws {
    let signers = Array(members.dropFirst())
    let other = stage.parameters.sessionID
    let foreign: [(Comment, [Endorsement])] = try [
      ("all seven", signers.map { try endorsement(by: $0, of: stage.set(stage.honest)) }),
      ("five", signers.map { try endorsement(by: $0, of: stage.set(members.dropLast())) }),
      ("another roster", signers.map { try endorsement(by: $0, roster: other) }),
      ("another session", signers.map { try endorsement(by: $0, session: other) }),
      (
        "a larger roster",
        signers.map {
          try endorsement(
            by: $0, of: ContributorSet(stage.roster.map { members.contains($0) } + [false]))
        }
      ),
      ("the victim's key", signers.map { try endorsement(by: $0, identity: victim) }),
      ("a stranger's key", signers.map { try endorsement(by: $0, identity: client(100)) }),
      (
        "signatures of keys",
        signers.map {
          Endorsement(
            signer: $0, signature: try #require(stage.advertisements[$0]?.signature))
        }
      ),
    ]
    for (name, endorsements) in foreign {
      expectCount(0, in: endorsements, name)
      // Three genuine ones do not become four with them, wherever they stand.
      let three = try genuine(3)
      let others = endorsements.filter { foreign in !three.contains { $0.signer == foreign.signer }
      }
      expectCount(3, in: three + others, name)
      expectCount(3, in: others + three, name)
    }
  }

  @Test("strangers, the client itself and a neighbour that did not contribute do not count")
  func uncounted() throws {
    let seventh = try client(7)
    let outside = try [client(8), client(100), victim, seventh].map { try endorsement(by: $0) }
    expectCount(0, in: outside)
    expectCount(3, in: try genuine(3) + outside)
  }

  @Test("invalid signatures among valid ones do no harm, and cannot stand in for their signers")
  func mixed() throws {
    let bad = try members.dropFirst().map {
      Endorsement(
        signer: $0, signature: try Signature(bytes: [UInt8](repeating: 0, count: 64)))
    }
    let strangers = try [client(8), client(9)].map { try endorsement(by: $0) }
    #expect(try answer(to: strangers + genuine(4)).shares.count == 6)
    #expect(try answer(to: [bad[4]] + genuine(4)).shares.count == 6)
    // A signer counts by the first signature under its name: the server only hurts itself.
    expectCount(1, in: bad.prefix(4) + (try genuine(5)))
  }

  @Test("a set without the client itself is not signed, in either graph", arguments: [6, 4])
  func withoutTheClient(degree: Int) throws {
    let stage = try Stage(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 7, degree: degree, threshold: degree == 4 ? 3 : 4),
      seed: 33)
    #expect(throws: ClientError.missingFromContributors) {
      _ = try stage.signed(stage.honest.filter { $0 != victim }, by: victim)
    }
  }

  @Test("a set of a roster of another size is not signed", arguments: [6, 8, 16])
  func rosterSize(size: Int) throws {
    let set = ContributorSet((0..<size).map { $0 < 6 })
    let announcement = ContributorAnnouncement(
      session: stage.parameters.digest, recipient: victim, contributors: set)
    #expect(throws: ClientError.contributorSetSize(found: size, expected: 7)) {
      _ = try stage.awake(victim).checkConsistency(
        of: announcement, signedBy: TestIdentities.key(of: victim))
    }
  }

  /// Both parts of a request are compared: who is seen to contribute, and how many do out of sight.
  @Test("a request with one contributor in another's place, or with another number of them")
  func changedInPart() throws {
    let swapped = try Array(members.dropLast()) + [client(7)]
    for (shown, count) in [(swapped, 6), (members, 5), (members, 7)] {
      #expect(throws: ClientError.contributorsChanged) {
        let round = try stage.awake(victim).checkConsistency(
          of: stage.announcement(of: members, to: victim),
          signedBy: TestIdentities.key(of: victim))
        _ = try round.unmask(
          UnmaskingRequest(
            session: stage.parameters.digest, recipient: victim, contributorCount: count,
            contributors: shown, endorsements: genuine(5)))
      }
    }
  }

  @Test("semi-honest model: a client asks for none and is not moved by any")
  func semiHonest() throws {
    let stage = try Stage(parameters: testParameters(cohortSize: 4, threshold: 2), seed: 32)
    #expect(throws: ClientError.notInThreatModel(.semiHonest)) {
      let round = try stage.awake(client(1))
      _ = try round.checkConsistency(
        of: stage.announcement(of: stage.honest, to: client(1)),
        signedBy: TestIdentities.key(of: client(1)))
    }
  }

  @Test("malicious model: no way around the consistency check")
  func skippedRound() throws {
    #expect(throws: ClientError.notInThreatModel(.malicious)) {
      let round = try stage.awake(victim)
      _ = try round.unmask(
        stage.request(of: members, to: victim, endorsements: genuine(5)))
    }
  }

  @Test("a request about another set than the signed one, with signatures of either")
  func changedSet() throws {
    let fewer = Array(members.dropLast())
    for signed in [members, fewer] {
      let endorsements = try signed.dropFirst().map {
        try endorsement(by: $0, of: stage.set(signed))
      }
      #expect(throws: ClientError.contributorsChanged) {
        let round = try stage.awake(victim).checkConsistency(
          of: stage.announcement(of: members, to: victim),
          signedBy: TestIdentities.key(of: victim))
        _ = try round.unmask(
          stage.request(of: fewer, to: victim, endorsements: endorsements))
      }
    }
  }
}
