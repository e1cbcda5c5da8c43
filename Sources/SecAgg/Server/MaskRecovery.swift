/// Finds the masks that are left on the sum of the contributors: each one's own, and of each client
/// that left after sharing its keys those that it has in common with contributors.
struct MaskRecovery {
  private let contributions: Contributions
  private let parameters: SessionParameters
  /// What the seeds of masks are bound to.
  private let binding: Digest
  private let execution: Execution
  /// The contributors, by rank.
  private let contributors: [Int]
  /// The clients that left and have contributing neighbours.
  private let departed: [Int]
  /// Their masks.
  private let pairs: [Pair]
  /// Sees the whole of unmasking: finding the masks and taking them off.
  let watch: ProgressWatch

  /// A mask between a client that left and a contributor.
  private struct Pair {
    /// Where the client that left stands among those that did.
    let departed: Int
    let contributor: Int
  }

  init(
    _ contributions: Contributions, parameters: SessionParameters, inputContext: Digest?,
    on execution: Execution
  ) {
    let isContributor = contributions.isContributor
    var departed: [Int] = []
    var pairs: [Pair] = []
    for index in isContributor.indices
    where !isContributor[index] && contributions.commitments[index] != nil {
      let neighbours = contributions.roster.neighbours(of: index).filter { isContributor[$0] }
      guard !neighbours.isEmpty else { continue }
      pairs += neighbours.map { Pair(departed: departed.count, contributor: $0) }
      departed.append(index)
    }
    self.contributions = contributions
    self.parameters = parameters
    binding = MaskSeeds.binding(session: parameters.digest, inputContext: inputContext)
    self.execution = execution
    contributors = isContributor.indices.filter { isContributor[$0] }
    self.departed = departed
    self.pairs = pairs
    watch = ProgressWatch(
      total: SecretRecovery.work(
        for: contributors.count + departed.count, threshold: parameters.threshold)
        + pairs.count * ProgressWatch.keyAgreement
        + (contributors.count + pairs.count) * parameters.layout.wordCount,
      on: execution)
  }

  /// Recovers every secret that is needed, checks each against what its owner published, and derives
  /// the masks.
  ///
  /// - Parameters:
  ///   - unopened: the faults that holders have reported.
  ///   - faults: these, and the lies that were found on the way.
  /// - Throws: `ServerError`.
  func masks(
    from collected: [CollectedShares], unopened: [ShareFault], faults: inout [ShareFault]
  ) throws(ServerError) -> MaskCombination {
    let dealers = contributors + departed
    let recovery = SecretRecovery(
      of: dealers.map { index in
        WantedSecret(
          kind: contributions.kind(of: index), dealer: contributions.roster.id(at: index),
          shares: collected[index])
      }, unopened: unopened, threshold: parameters.threshold, on: execution, watch: watch)
    let recovered = try recovery.recover { index, secret in
      isConfirmed(secret, at: index)
    } wrongPlaces: { index, shares in
      contributions.wrongPlaces(in: shares, dealtBy: dealers[index], session: parameters.digest)
    }
    faults = recovered.faults
    return try masks(from: recovered.table)
  }

  /// Whether a secret is the one that its owner committed to or advertised the public key of.
  private func isConfirmed(_ secret: borrowing SecretBytes, at index: Int) -> Bool {
    if index < contributors.count {
      let contributor = contributors[index]
      let commitment = MaskSeeds.selfMaskCommitment(
        toSharedSecret: secret, owner: contributions.roster.id(at: contributor),
        session: parameters.digest)
      return commitment == contributions.commitments[contributor]
    }
    let owner = advertisement(departed[index - contributors.count])
    guard let keys = try? KeyPair(privateKey: maskPrivateKey(from: secret, of: owner.sender))
    else { return false }
    return keys.publicKey == owner.maskKey
  }

  private func masks(
    from secrets: borrowing SecretTable
  ) throws(ServerError) -> MaskCombination {
    let directions = pairs.map { pair in
      MaskSeeds.direction(
        of: advertisement(pair.contributor).sender,
        towards: advertisement(departed[pair.departed]).sender
      ).opposite
    }
    let failure = FirstFailure()
    let masks = MaskCombination(
      parameters.maskExpander,
      Array(repeating: .subtract, count: contributors.count) + directions, on: execution
    ) { mask in
      guard mask >= contributors.count else {
        return MaskSeeds.selfMask(
          fromSharedSecret: secrets.secret(at: mask),
          owner: contributions.roster.id(at: contributors[mask]), binding: binding)
      }
      guard watch.hasCompleted(ProgressWatch.keyAgreement) else { return nil }
      let pair = mask - contributors.count
      let seed = seed(of: pairs[pair], from: secrets)
      if seed == nil { failure.note(pair) }
      return seed
    }
    if let masks { return masks }
    guard let pair = failure.item else { throw .cancelled }
    throw .keyAgreement(
      advertisement(departed[pairs[pair].departed]).sender,
      advertisement(pairs[pair].contributor).sender)
  }

  private func seed(of pair: Pair, from secrets: borrowing SecretTable) -> SecretBytes? {
    let owner = advertisement(departed[pair.departed]).sender
    let contributor = advertisement(pair.contributor)
    let secret = secrets.secret(at: contributors.count + pair.departed)
    guard
      let agreed = try? KeyAgreement.sharedSecret(
        of: maskPrivateKey(from: secret, of: owner), with: contributor.maskKey)
    else { return nil }
    return MaskSeeds.pairwise(
      agreed: agreed, between: owner, and: contributor.sender, binding: binding,
      roster: contributions.roster.commitment)
  }

  private func maskPrivateKey(
    from secret: borrowing SecretBytes, of owner: ClientID
  ) -> SecretBytes {
    MaskSeeds.maskPrivateKey(
      fromSharedSecret: secret, owner: owner, session: parameters.digest)
  }

  private func advertisement(_ index: Int) -> KeyAdvertisement {
    contributions.roster.advertisements[index]
  }
}
