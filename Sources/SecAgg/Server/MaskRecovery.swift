/// Finds the masks that are left on the sum of the contributors: the own mask of each, and those that
/// contributors share with clients that dropped out after sharing their secrets.
struct MaskRecovery {
  private let contributions: CollectedInputs
  private let parameters: SessionParameters
  /// What the seeds of masks are bound to.
  private let binding: Digest
  private let execution: Execution
  /// The clients whose secrets are needed: the contributors, and the dropouts that have contributing
  /// neighbours.
  private let dealers: [ClientID]
  private let masks: [Mask]
  /// Sees the whole of unmasking: finding the masks and taking them off.
  let watch: ProgressWatch

  init(
    _ contributions: CollectedInputs, parameters: SessionParameters, inputContext: Digest?,
    on execution: Execution
  ) {
    let (roster, isContributor) = (contributions.roster, contributions.isContributor)
    var dropouts: [(client: ClientID, neighbours: [ClientID])] = []
    for rank in isContributor.indices
    where !isContributor[rank] && contributions.commitments[rank] != nil {
      let neighbours = roster.neighbours(of: rank).filter { isContributor[$0] }
      guard !neighbours.isEmpty else { continue }
      dropouts.append((roster.id(at: rank), neighbours.map { roster.id(at: $0) }))
    }
    let contributors = roster.ids { isContributor[$0] }
    self.contributions = contributions
    self.parameters = parameters
    self.execution = execution
    binding = MaskSeeds.binding(session: parameters.digest, inputContext: inputContext)
    dealers = contributors + dropouts.map(\.client)
    masks = .leftOnSum(of: contributors, dropouts: dropouts)
    watch = ProgressWatch(
      total: SecretRecovery.work(for: dealers.count, threshold: parameters.threshold)
        + (masks.count - contributors.count) * ProgressWatch.keyAgreement
        + masks.count * parameters.layout.wordCount,
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
    let recovery = SecretRecovery(
      of: dealers.compactMap { dealer in
        contributions.roster.index(of: dealer).map { rank in
          WantedSecret(
            kind: contributions.kind(of: rank), dealer: dealer, shares: collected[rank])
        }
      }, unopened: unopened, threshold: parameters.threshold, on: execution, watch: watch)
    let secrets = try recovery.recover { dealer, secret in
      isConfirmed(secret, of: dealer)
    } wrongPlaces: { dealer, shares in
      contributions.wrongPlaces(in: shares, dealtBy: dealer, session: parameters.digest)
    }
    faults = secrets.faults
    return try masks(from: secrets)
  }

  /// Whether a secret is the one that its owner committed to or advertised the public key of.
  private func isConfirmed(_ secret: borrowing SecretBytes, of dealer: ClientID) -> Bool {
    guard let rank = contributions.roster.index(of: dealer) else { return false }
    switch contributions.kind(of: rank) {
    case .selfMask:
      return contributions.commitments[rank]
        == MaskSeeds.selfMaskCommitment(
          toSharedSecret: secret, owner: dealer, session: parameters.digest)
    case .maskKey:
      guard let keys = try? KeyPair(privateKey: maskPrivateKey(from: secret, of: dealer)) else {
        return false
      }
      return keys.publicKey == contributions.roster.advertisements[rank].maskKey
    }
  }

  private func masks(
    from secrets: borrowing RecoveredSecrets
  ) throws(ServerError) -> MaskCombination {
    do throws(MaskCombination.MissingSeed) {
      return try MaskCombination(
        masks, for: .unmasking, by: parameters.maskExpander, on: execution
      ) { mask in
        switch mask {
        case .selfMask(let contributor):
          guard let secret = secrets.secret(of: contributor) else { return nil }
          return MaskSeeds.selfMask(
            fromSharedSecret: secret, owner: contributor, binding: binding)
        case .pairwise(let contributor, let dropout):
          return seed(sharedBy: contributor, with: dropout, from: secrets)
        }
      }
    } catch {
      guard !watch.isCancelled, case .pairwise(let contributor, let dropout) = error.mask else {
        throw .cancelled
      }
      throw .keyAgreement(dropout, contributor)
    }
  }

  /// The seed of the mask that a contributor shares with a client whose mask key was recovered.
  private func seed(
    sharedBy contributor: ClientID, with dropout: ClientID, from secrets: borrowing RecoveredSecrets
  ) -> SecretBytes? {
    guard watch.hasCompleted(ProgressWatch.keyAgreement),
      let rank = contributions.roster.index(of: contributor),
      let secret = secrets.secret(of: dropout),
      let agreed = try? KeyAgreement.sharedSecret(
        of: maskPrivateKey(from: secret, of: dropout),
        with: contributions.roster.advertisements[rank].maskKey)
    else { return nil }
    return MaskSeeds.pairwise(
      agreed: agreed, between: dropout, and: contributor, binding: binding,
      roster: contributions.roster.commitment)
  }

  private func maskPrivateKey(
    from secret: borrowing SecretBytes, of owner: ClientID
  ) -> SecretBytes {
    MaskSeeds.maskPrivateKey(
      fromSharedSecret: secret, owner: owner, session: parameters.digest)
  }
}
