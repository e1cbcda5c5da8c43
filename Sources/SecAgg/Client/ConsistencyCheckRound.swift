extension MaskedInputRound {
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
}

/// A client in round 3, in the malicious model only: it has signed a set of contributors, and
/// reveals shares for this set and no other.
public struct ConsistencyCheckRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: ContributorEndorsement

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  let context: ClientContext
  let roster: ClientRoster
  let shares: HeldShares
  let contributors: ContributorSet
  let visible: VisibleContributors

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
}

/// The contributors among a client and its neighbours, after the checks that every client makes
/// before it helps to unmask their sum.
struct VisibleContributors: Sendable {
  /// In id order.
  let list: [ClientID]
  /// The number of all contributors, of whom the client does not see each.
  let claimedCount: Int

  /// The same as a set.
  let ids: Set<ClientID>

  /// - Throws: `ClientError` for fewer contributors than parameters or policy demand, strangers,
  ///   a list out of order or without the client itself, a count that contradicts it, and too few
  ///   contributing neighbours for the sum to be unmasked.
  init(
    _ list: [ClientID], claimedCount: Int, to client: ClientContext, in roster: ClientRoster,
    sharers: Set<ClientID>
  ) throws(ClientError) {
    let minimum = max(client.parameters.minimumContributors, client.policy.minimumContributors)
    guard claimedCount >= minimum else {
      throw .contributorsBelowMinimum(found: claimedCount, minimum: minimum)
    }
    var previous: ClientID?
    for id in list {
      let isInOrder = previous.map { $0 < id } ?? true
      guard isInOrder, id == client.id || sharers.contains(id) else {
        throw .invalidContributor(id)
      }
      previous = id
    }
    guard list.contains(client.id) else { throw .missingFromContributors }
    let unseen = roster.size - 1 - roster.neighbours.count
    let possible = list.count...list.count + max(unseen, 0)
    guard possible.contains(claimedCount) else {
      throw .contributorCount(found: claimedCount, expected: possible)
    }
    let threshold = client.parameters.threshold
    guard list.count - 1 >= threshold else {
      throw .contributingNeighboursBelowThreshold(found: list.count - 1, threshold: threshold)
    }
    self.list = list
    ids = Set(list)
    self.claimedCount = claimedCount
  }
}
