/// Round 4 at the server: shares of exactly one secret of each client that shared any.
struct UnmaskingPhase: Sendable {
  private(set) var contributions: Contributions
  /// Who is asked for shares: all contributors, in the malicious model those that signed.
  let isAsked: [Bool]
  /// The signatures of the set of contributors; empty in the semi-honest model.
  let endorsements: [Signature?]
  private(set) var collected: [CollectedShares]
  private(set) var hasAnswered: [Bool]
  private(set) var unopened: [ShareFault]

  init(
    _ contributions: Contributions, isAsked: [Bool], endorsements: [Signature?] = [],
    collected: [CollectedShares]? = nil, hasAnswered: [Bool]? = nil, unopened: [ShareFault] = []
  ) {
    let count = contributions.roster.count
    self.contributions = contributions
    self.isAsked = isAsked
    self.endorsements = endorsements
    self.collected = collected ?? Array(repeating: CollectedShares(), count: count)
    self.hasAnswered = hasAnswered ?? Array(repeating: false, count: count)
    self.unopened = unopened
  }

  var roster: ServerRoster { contributions.roster }
  var isContributor: [Bool] { contributions.isContributor }

  func request(
    for id: ClientID, parameters: SessionParameters
  ) throws(ServerError) -> UnmaskingRequest {
    guard let index = roster.index(of: id), isAsked[index] else { throw .noMessage(for: id) }
    return UnmaskingRequest(
      session: parameters.digest, recipient: id, contributorCount: contributions.count,
      contributors: contributions.visibleContributors(to: index),
      endorsements: endorsements(for: index, atMost: parameters.threshold))
  }

  /// As many of the neighbours' signatures as a client wants to see.
  private func endorsements(for index: Int, atMost limit: Int) -> [Endorsement] {
    guard !endorsements.isEmpty else { return [] }
    var shown: [Endorsement] = []
    for neighbour in roster.neighbours(of: index) where shown.count < limit {
      guard let signature = endorsements[neighbour] else { continue }
      shown.append(Endorsement(signer: roster.id(at: neighbour), signature: signature))
    }
    return shown
  }

  mutating func receive(_ message: UnmaskingResponse) throws(ServerError) {
    let sender = message.sender
    guard let holder = roster.index(of: sender), isAsked[holder] else {
      throw .stranger(sender)
    }
    guard !hasAnswered[holder] else { throw .duplicate(from: sender, round: .unmasking) }
    // Everything is checked before anything is kept.
    var next = (share: 0, report: 0)
    var subjects: [Int] = []
    for subject in roster.neighbours(of: holder)
    where contributions.commitments[subject] != nil {
      let id = roster.id(at: subject)
      if next.share < message.shares.count, message.shares[next.share].subject == id {
        guard message.shares[next.share].kind == contributions.kind(of: subject) else {
          throw .wrongSecretKind(from: sender, subject: id)
        }
        subjects.append(subject)
        next.share += 1
      } else if next.report < message.unopened.count, message.unopened[next.report] == id {
        next.report += 1
      } else {
        throw .answerNotForNeighbours(from: sender)
      }
    }
    guard next == (message.shares.count, message.unopened.count) else {
      throw .answerNotForNeighbours(from: sender)
    }
    for (subject, revealed) in zip(subjects, message.shares) {
      collected[subject].append(revealed.share, from: sender)
    }
    for id in message.unopened {
      guard let subject = roster.index(of: id) else { continue }
      unopened.append(
        ShareFault(
          holder: sender, subject: id, kind: contributions.kind(of: subject), finding: .unopened))
    }
    hasAnswered[holder] = true
  }

  /// Recovers every secret that is needed, checks each against what its owner published, and only
  /// then takes the masks off.
  ///
  /// - Returns: the sum of the words and the faults found on the way.
  /// - Throws: `ServerError`; nothing has changed then, and more answers may still be taken.
  mutating func unmask(
    parameters: SessionParameters
  ) throws(ServerError) -> [ShareFault] {
    var faults = unopened
    let masks = try recoverMasks(parameters: parameters, faults: &faults)
    contributions.sum.apply(masks)
    return faults
  }

  private func recoverMasks(
    parameters: SessionParameters, faults: inout [ShareFault]
  ) throws(ServerError) -> MaskCombination {
    let session = parameters.digest
    let contributors = isContributor.indices.filter { isContributor[$0] }
    let departed = isContributor.indices.filter {
      !isContributor[$0] && contributions.commitments[$0] != nil
    }
    let contributingNeighbours = departed.map { index in
      roster.neighbours(of: index).filter { isContributor[$0] }
    }
    var masks = MaskCombination(
      capacity: contributors.count + contributingNeighbours.reduce(0) { $0 + $1.count })
    var recovery = SecretRecovery(threshold: parameters.threshold)
    for index in contributors {
      let owner = roster.id(at: index)
      let commitment = contributions.commitments[index]
      let secret = try recovery.recover(
        .selfMask, of: owner, from: collected[index], faults: &faults
      ) { secret in
        MaskSeeds.selfMaskCommitment(toSharedSecret: secret, owner: owner, session: session)
          == commitment
      }
      masks.append(
        .subtract,
        seed: MaskSeeds.selfMask(fromSharedSecret: secret, owner: owner, session: session))
    }
    for (index, neighbours) in zip(departed, contributingNeighbours) where !neighbours.isEmpty {
      let owner = roster.advertisements[index]
      let secret = try recovery.recover(
        .maskKey, of: owner.sender, from: collected[index], faults: &faults
      ) { secret in
        Self.maskKeys(fromSharedSecret: secret, owner: owner.sender, session: session)?.publicKey
          == owner.maskKey
      }
      guard
        let keys = Self.maskKeys(
          fromSharedSecret: secret, owner: owner.sender, session: session)
      else { throw .keyAgreement(owner.sender, owner.sender) }
      for neighbour in neighbours {
        let contributor = roster.advertisements[neighbour]
        guard let agreed = try? keys.sharedSecret(with: contributor.maskKey) else {
          throw .keyAgreement(owner.sender, contributor.sender)
        }
        masks.append(
          MaskSeeds.direction(of: contributor.sender, towards: owner.sender).opposite,
          seed: MaskSeeds.pairwise(
            agreed: agreed, between: owner.sender, and: contributor.sender, session: session,
            roster: roster.commitment))
      }
    }
    return masks
  }

  private static func maskKeys(
    fromSharedSecret secret: borrowing SecretBytes, owner: ClientID, session: Digest
  ) -> KeyPair? {
    try? KeyPair(
      privateKey: MaskSeeds.maskPrivateKey(
        fromSharedSecret: secret, owner: owner, session: session))
  }
}
