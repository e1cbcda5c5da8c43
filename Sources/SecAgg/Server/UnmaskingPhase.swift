/// Round 4 at the server: shares of exactly one secret of each client that shared any.
struct UnmaskingPhase: Sendable {
  let roster: ServerRoster
  /// The commitments of the clients that shared their secrets; `nil` for the others.
  let commitments: [Digest?]
  let isContributor: [Bool]
  private let contributorCount: Int
  private(set) var sum: MaskedSum
  private(set) var collected: [CollectedShares]
  private(set) var hasAnswered: [Bool]
  private(set) var unopened: [ShareFault]

  init(
    roster: ServerRoster, commitments: [Digest?], isContributor: [Bool], sum: MaskedSum,
    collected: [CollectedShares]? = nil, hasAnswered: [Bool]? = nil, unopened: [ShareFault] = []
  ) {
    self.roster = roster
    self.commitments = commitments
    self.isContributor = isContributor
    contributorCount = isContributor.count { $0 }
    self.sum = sum
    self.collected = collected ?? Array(repeating: CollectedShares(), count: roster.count)
    self.hasAnswered = hasAnswered ?? Array(repeating: false, count: roster.count)
    self.unopened = unopened
  }

  /// The secret of a client that is needed: of a contributor the self mask, of others the mask key.
  func kind(of index: Int) -> SecretKind { isContributor[index] ? .selfMask : .maskKey }

  func request(for id: ClientID, session: Digest) throws(ServerError) -> UnmaskingRequest {
    guard let index = roster.index(of: id), isContributor[index] else {
      throw .noMessage(for: id)
    }
    let visible = (roster.neighbours(of: index) + [index]).filter { isContributor[$0] }.sorted()
    return UnmaskingRequest(
      session: session, recipient: id, contributorCount: contributorCount,
      contributors: visible.map { roster.id(at: $0) })
  }

  mutating func receive(_ message: UnmaskingResponse) throws(ServerError) {
    let sender = message.sender
    guard let holder = roster.index(of: sender), isContributor[holder] else {
      throw .stranger(sender)
    }
    guard !hasAnswered[holder] else { throw .duplicate(from: sender, round: .unmasking) }
    // Everything is checked before anything is kept.
    var next = (share: 0, report: 0)
    var subjects: [Int] = []
    for subject in roster.neighbours(of: holder) where commitments[subject] != nil {
      let id = roster.id(at: subject)
      if next.share < message.shares.count, message.shares[next.share].subject == id {
        guard message.shares[next.share].kind == kind(of: subject) else {
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
        ShareFault(holder: sender, subject: id, kind: kind(of: subject), finding: .unopened))
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
    sum.apply(masks)
    return faults
  }

  private func recoverMasks(
    parameters: SessionParameters, faults: inout [ShareFault]
  ) throws(ServerError) -> MaskCombination {
    let session = parameters.digest
    let contributors = isContributor.indices.filter { isContributor[$0] }
    let departed = isContributor.indices.filter { !isContributor[$0] && commitments[$0] != nil }
    let contributingNeighbours = departed.map { index in
      roster.neighbours(of: index).filter { isContributor[$0] }
    }
    var masks = MaskCombination(
      capacity: contributors.count + contributingNeighbours.reduce(0) { $0 + $1.count })
    var recovery = SecretRecovery(threshold: parameters.threshold)
    for index in contributors {
      let owner = roster.id(at: index)
      let commitment = commitments[index]
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
