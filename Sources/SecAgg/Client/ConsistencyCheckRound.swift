/// A client in round 3, in the malicious model only: it has signed a set of contributors, and
/// reveals shares for this set and no other.
public struct ConsistencyCheckRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: ContributorEndorsement

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  private let context: ClientContext
  private let roster: ClientRoster
  private let shares: HeldShares
  private let contributors: ContributorSet
  private let visible: VisibleContributors

  init(
    context: ClientContext, roster: ClientRoster, shares: consuming HeldShares,
    contributors: ContributorSet, visible: VisibleContributors, message: ContributorEndorsement
  ) {
    self.context = context
    self.roster = roster
    self.shares = shares
    self.contributors = contributors
    self.visible = visible
    self.message = message
  }

  /// Whether a message of the server is the one that this client waits for.
  ///
  /// Call it before the message is handed on. A stray or repeated message is rejected here and the client
  /// goes on waiting, where the next round would consume it and end its part in the session.
  ///
  /// - Throws: `.otherSession`, `.addressedToAnother`, `.otherRound`.
  public func check(_ message: ServerMessage) throws(ClientError) {
    try context.check(message, opens: .unmasking)
  }

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

  /// Puts the client to sleep: bytes from which `init(resuming:)` makes the same value again.
  ///
  /// They hold the client's secrets; store them encrypted, and only once.
  public consuming func suspend() -> SecretBytes {
    var writer = SuspendedClient.writer(.consistencyCheck, context)
    let (roster, contributors) = (roster, contributors)
    let (visible, signature) = (visible, message.signature)
    writer.write {
      roster.write(to: &$0)
      $0.write(lengthPrefixed: contributors.bytes)
      $0.write(ids: visible.list)
      $0.write(raw: signature.bytes)
    }
    shares.write(to: &writer)
    return writer.finish()
  }

  /// Wakes a client that was suspended in this round.
  ///
  /// - Throws: `ClientError.notResumable` for bytes that are damaged or of another round.
  public init(resuming bytes: borrowing SecretBytes) throws(ClientError) {
    self = try SuspendedClient.resume(bytes, .consistencyCheck) {
      (reader, context) throws(StoredStateError) in
      let roster = try ClientRoster(from: &reader, client: context)
      guard
        let contributors = ContributorSet(
          rosterSize: roster.size, bytes: try reader.lengthPrefixed())
      else { throw .invalidField("contributors") }
      let list = try reader.clientIDs()
      let signature = try reader.signature()
      let shares = try HeldShares(from: &reader)
      guard
        let visible = try? VisibleContributors(
          list, claimedCount: contributors.count, to: context, in: roster,
          sharers: shares.owners)
      else { throw .invalidField("contributors") }
      return ConsistencyCheckRound(
        context: context, roster: roster, shares: shares, contributors: contributors,
        visible: visible,
        message: ContributorEndorsement(
          session: context.session, sender: context.id, signature: signature))
    }
  }
}
