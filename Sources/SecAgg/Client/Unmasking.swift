extension MaskedInputRound {
  /// Round 4 of the semi-honest model: reveals one share for each neighbour that shared its secrets
  /// — of the self mask if it contributed, of the mask key if it did not — and ends this client's
  /// session.
  ///
  /// The request has no say in which kind: it names the contributors, the kind follows.
  ///
  /// Complexity: k openings.
  ///
  /// - Throws: `ClientError` for a request that is not for this client and session, names
  ///   strangers, leaves this client out, or asks to unmask the sum of too few;
  ///   `.notInThreatModel` in the malicious model.
  public consuming func unmask(
    _ request: UnmaskingRequest
  ) throws(ClientError) -> UnmaskingResponse {
    guard context.parameters.threatModel == .semiHonest else {
      throw .notInThreatModel(context.parameters.threatModel)
    }
    try context.check(session: request.session, recipient: request.recipient)
    let visible = try VisibleContributors(
      request.contributors, claimedCount: request.contributorCount, to: context, in: roster,
      sharers: shares.owners)
    return shares.reveal(to: visible.ids, by: context, roster: roster.commitment)
  }
}

extension ConsistencyCheckRound {
  /// Round 4: reveals one share for each neighbour that shared its secrets, once as many endorsers
  /// as the threshold are seen to have signed the same set of contributors, and ends this client's
  /// session. The endorsers are the same for all clients, so nobody reveals anything for another set.
  ///
  /// Complexity: up to k signatures and k openings.
  ///
  /// - Throws: `ClientError` for a request that is not for this client and session or about another
  ///   set, `.endorsementsBelowThreshold`.
  public consuming func unmask(
    _ request: UnmaskingRequest
  ) throws(ClientError) -> UnmaskingResponse {
    try context.check(session: request.session, recipient: request.recipient)
    guard request.contributors == visible.list, request.contributorCount == visible.claimedCount
    else { throw .contributorsChanged }
    let threshold = context.parameters.threshold
    let found = validEndorsements(among: request.endorsements, atMost: threshold)
    guard found >= threshold else {
      throw .endorsementsBelowThreshold(found: found, threshold: threshold)
    }
    return shares.reveal(to: visible.ids, by: context, roster: roster.commitment)
  }

  /// How many different contributing endorsers signed the same set; counting stops at `limit`.
  private func validEndorsements(among endorsements: [Endorsement], atMost limit: Int) -> Int {
    var keys: [ClientID: IdentityPublicKey] = [:]
    for endorser in roster.verified?.endorsers ?? []
    where contributors.contains(rank: endorser.position) {
      keys[endorser.id] = endorser.key
    }
    var found = 0
    for endorsement in endorsements where found < limit {
      // A signer that was tried is not tried again.
      guard let key = keys.removeValue(forKey: endorsement.signer),
        contributors.isEndorsed(
          by: key, endorsement.signature, session: context.session, roster: roster.commitment)
      else { continue }
      found += 1
    }
    return found
  }
}

/// The sealed shares that neighbours entrusted to a client, and what it opens them with. They are
/// revealed once, of each neighbour one of the two.
struct HeldShares: ~Copyable, Sendable {
  let entries: [AddressedShares]
  let agreedSealingSecrets: SecretTable

  /// Shares in id order of their senders, with the secret agreed with each.
  init(entries: [AddressedShares], agreedSealingSecrets: consuming SecretTable) {
    self.entries = entries
    self.agreedSealingSecrets = agreedSealingSecrets
  }

  /// Who entrusted shares.
  var owners: Set<ClientID> { Set(entries.map(\.peer)) }

  /// Opens of each neighbour the share that the set of contributors calls for: of the self mask if
  /// it contributed, of the mask key if it did not.
  ///
  /// Complexity: k openings.
  consuming func reveal(
    to contributors: Set<ClientID>, by client: ClientContext, roster: Digest
  ) -> UnmaskingResponse {
    var shares: [RevealedShare] = []
    var unopened: [ClientID] = []
    shares.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let kind: SecretKind = contributors.contains(entry.peer) ? .selfMask : .maskKey
      if let share = open(kind, from: entry, at: index, by: client, roster: roster) {
        shares.append(RevealedShare(subject: entry.peer, kind: kind, share: share))
      } else {
        unopened.append(entry.peer)
      }
    }
    return UnmaskingResponse(
      session: client.session, sender: client.id, shares: shares, unopened: unopened)
  }

  private func open(
    _ kind: SecretKind, from entry: AddressedShares, at index: Int, by client: ClientContext,
    roster: Digest
  ) -> SecretShare? {
    agreedSealingSecrets.withRow(index) { agreed -> SecretShare? in
      ShareSealing.open(
        kind, in: entry.shares, agreed: agreed,
        of: DealtShares(
          session: client.session, roster: roster, dealer: entry.peer, holder: client.id))
    }
  }
}
