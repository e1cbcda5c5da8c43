/// A client in round 2: its masked input is on the way, its mask keys are gone. All that is left
/// to do is to help to unmask the sum, once.
public struct MaskedInputRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: MaskedInput

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  private let context: ClientContext
  private let roster: ClientRoster
  private let shares: HeldShares

  init(
    context: ClientContext, roster: ClientRoster, shares: consuming HeldShares,
    message: MaskedInput
  ) {
    self.context = context
    self.roster = roster
    self.shares = shares
    self.message = message
  }

  /// Whether a message of the server is the one that this client waits for.
  ///
  /// Call it before the message is handed on. A stray or repeated message is rejected here and the client
  /// goes on waiting, where the next round would consume it and end its part in the session.
  ///
  /// - Throws: `.otherSession`, `.addressedToAnother`, `.otherRound`.
  public func check(_ message: ServerMessage) throws(ClientError) {
    try context.check(
      message,
      opens: context.parameters.threatModel == .malicious ? .consistencyCheck : .unmasking)
  }

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

  /// Round 3 of the malicious model: checks the set of contributors and signs it. Shares are
  /// revealed only once enough neighbours are seen to have signed the same.
  ///
  /// Complexity: O(n) for the graph, which the commitment gives in whole.
  ///
  /// - Throws: `ClientError` for a set that is not for this client and session, names clients that
  ///   did not share their secrets, leaves this client out, is too small or falls into pieces;
  ///   `.notInThreatModel` in the semi-honest model.
  public consuming func checkConsistency(
    of announcement: ContributorAnnouncement, signedBy identity: borrowing IdentityKey
  ) throws(ClientError) -> ConsistencyCheckRound {
    guard let verified = roster.verified else {
      throw .notInThreatModel(context.parameters.threatModel)
    }
    try context.check(session: announcement.session, recipient: announcement.recipient)
    let contributors = announcement.contributors
    guard contributors.rosterSize == roster.size else {
      throw .contributorSetSize(found: contributors.rosterSize, expected: roster.size)
    }
    var ids: [ClientID] = []
    for (neighbour, position) in zip(roster.neighbours, verified.neighbourPositions)
    where contributors.contains(rank: position) {
      ids.append(neighbour.sender)
    }
    if contributors.contains(rank: verified.position) { ids.append(context.id) }
    let visible = try VisibleContributors(
      ids.sorted(), claimedCount: contributors.count, to: context, in: roster,
      sharers: shares.owners)
    let graph = NeighbourGraph(
      count: roster.size, degree: context.parameters.degree, commitment: roster.commitment)
    guard graph.isConnected({ contributors.contains(rank: $0) }) else {
      throw .contributorsDisconnected
    }
    let message = ContributorEndorsement(
      session: context.session, sender: context.id,
      signature: contributors.endorsement(
        by: identity, session: context.session, roster: roster.commitment))
    return ConsistencyCheckRound(
      context: context, roster: roster, shares: shares, contributors: contributors,
      visible: visible, message: message)
  }

  /// Puts the client to sleep: bytes from which `init(resuming:)` makes the same value again.
  ///
  /// They hold the client's secrets, and the masked input; store them encrypted, in one place only.
  ///
  /// - Warning: delete them before the answer is sent. A client that is woken from them again and
  ///   answers another request can reveal shares of both secrets of a neighbour.
  public consuming func suspend() -> SecretBytes {
    let words = message.words
    return suspend(words: words)
  }

  /// As `suspend()`, once the message has been handed to what sends it: the vector is left out, which
  /// nothing needs any more, and with it nearly all of the bytes. Only `init(resumingSent:)` wakes it.
  package consuming func suspendSent() -> SecretBytes { suspend(words: []) }

  private consuming func suspend(words: [UInt64]) -> SecretBytes {
    var writer = SuspendedClient.writer(.maskedInput, context)
    let roster = roster
    writer.write {
      roster.write(to: &$0)
      $0.write(words: words)
    }
    shares.write(to: &writer)
    return writer.finish()
  }

  /// Whether the message was left out when the client was suspended; it has no words then.
  package var isSent: Bool { message.words.isEmpty }

  /// Wakes a client that was suspended in this round.
  ///
  /// - Throws: `ClientError.notResumable` for bytes that are damaged or of another round.
  public init(resuming bytes: borrowing SecretBytes) throws(ClientError) {
    self = try Self.resumed(bytes, orSent: false)
  }

  /// Wakes a client that was suspended in this round with its message or, by `suspendSent()`, without.
  package init(resumingSent bytes: borrowing SecretBytes) throws(ClientError) {
    self = try Self.resumed(bytes, orSent: true)
  }

  private static func resumed(
    _ bytes: borrowing SecretBytes, orSent mayBeSent: Bool
  ) throws(ClientError) -> MaskedInputRound {
    try SuspendedClient.resume(bytes, .maskedInput) {
      (reader, context) throws(StoredStateError) in
      let roster = try ClientRoster(from: &reader, client: context)
      let words = try reader.words()
      guard words.count == context.parameters.layout.wordCount || mayBeSent && words.isEmpty else {
        throw .invalidField("masked input")
      }
      return MaskedInputRound(
        context: context, roster: roster, shares: try HeldShares(from: &reader),
        message: MaskedInput(session: context.session, sender: context.id, words: words))
    }
  }
}
