import FLMath
import SecAgg
import Testing

/// A server that tells two halves of its clients different things, in the malicious model. In the
/// semi-honest model, where it is found out later, see `DividedServerTests`.
@Suite("Attack: divided sessions")
struct DividedSessionAttackTests {
  enum Difference: CaseIterable {
    case sessionID
    case model
    case threshold
    case minimumContributors
    case cohortSize
    case degree
    case elementCount
    case valueBits
    case maximumContributors
    case maskCipher

    /// Those that are possible on this processor.
    static let possible = allCases.filter {
      $0 != .maskCipher || MaskCipher.available.contains(.aes256ctr)
    }
  }

  private func parameters(_ changed: Difference?) throws -> SessionParameters {
    let name = { (text: String) in SessionParameters.applicationContext(of: Array(text.utf8)) }
    return try SessionParameters(
      sessionID: name(changed == .sessionID ? "session 2" : "session 1"), threatModel: .malicious,
      cohortSize: changed == .cohortSize ? 5 : 6,
      degree: changed == .degree || changed == .cohortSize ? 4 : 5,
      threshold: changed == .threshold ? 4 : 3,
      layout: VectorLayout(
        elementCount: changed == .elementCount ? 6 : 5,
        lanes: UnsignedLanes(
          minimumValueBits: changed == .valueBits ? 30 : 16,
          maximumContributors: changed == .maximumContributors ? 4 : 5)),
      minimumContributors: changed == .minimumContributors ? 3 : 2,
      maskCipher: changed == .maskCipher ? .aes256ctr : .chacha20,
      applicationContext: name(changed == .model ? "model 2" : "model 1"))
  }

  /// Keys were signed for one session. A client of another takes them neither as they are nor under
  /// its own session, so that the halves never get to a common roster. The roster is of five, who are
  /// all neighbours, so that each parameter can change alone, but for the cohort of a complete graph.
  @Test(
    "other parameters or another model: keys of the other half are refused",
    arguments: Difference.possible)
  func parameters(difference: Difference) throws {
    let (one, two) = (try parameters(nil), try parameters(difference))
    let halves =
      try (1...3).map { try SigningClient($0, parameters: one) }
      + (4...5).map { try SigningClient($0, parameters: two) }
    for session in [one.digest, two.digest] {
      let leaves = halves.map(\.advertisement).map { keys in
        keys.sender.rawValue < 4
          ? keys
          : KeyAdvertisement(
            session: session, sender: keys.sender, sealingKey: keys.sealingKey,
            maskKey: keys.maskKey, signature: keys.signature)
      }
      halves[0].expectRefusal(
        of: RosterAnnouncement(
          session: one.digest, recipient: halves[0].id, rosterSize: 5,
          commitment: ForgedRoster(leaves, parameters: one).commitment,
          neighbours: Array(leaves.dropFirst())),
        session == one.digest
          ? .notAuthentic(halves[3].id)
          : .otherSession(expected: one.digest, found: two.digest))
    }
  }

  /// Three clients see six on the roster and three see five. Each half can sign a set; as each wants
  /// more of the other's signatures than it has, neither answers.
  @Test("two rosters of the same clients: signatures of the one count for nothing in the other")
  func rosters() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 6, threshold: 3)
    let stages = try [141, 142].map { try Stage(parameters: parameters, seed: $0) }
    let members = Set(stages[0].honest)
    let half = Set(stages[0].honest.prefix(3))
    let foreign = try stages[1].honest.suffix(3).map {
      try stages[1].signed(members, by: $0).endorsement
    }
    for id in half {
      let own = try half.subtracting([id]).sorted().map {
        try stages[0].signed(members, by: $0).endorsement
      }
      #expect(throws: ClientError.endorsementsBelowThreshold(found: 2, threshold: 3)) {
        let round = try stages[0].awake(id).checkConsistency(
          of: stages[0].announcement(of: members, to: id),
          signedBy: TestIdentities.key(of: id))
        _ = try round.unmask(
          stages[0].request(of: members, to: id, endorsements: own + foreign))
      }
    }
  }
}
