/// Round 1 at the server: sealed shares, which it cannot open.
struct SharingPhase: Sendable {
  let roster: ServerRoster
  private(set) var distributions: [ShareDistribution?]

  init(roster: ServerRoster, distributions: [ShareDistribution?]? = nil) {
    self.roster = roster
    self.distributions = distributions ?? Array(repeating: nil, count: roster.count)
  }

  func announcement(
    for id: ClientID, session: Digest
  ) throws(ServerError) -> RosterAnnouncement {
    guard let index = roster.index(of: id) else { throw .noMessage(for: id) }
    return RosterAnnouncement(
      session: session, recipient: id, rosterSize: roster.count, commitment: roster.commitment,
      neighbours: roster.neighbours(of: index).map { roster.advertisements[$0] },
      membership: roster.membership(of: index))
  }

  mutating func receive(_ message: ShareDistribution) throws(ServerError) {
    let sender = message.sender
    guard let index = roster.index(of: sender) else { throw .stranger(sender) }
    guard distributions[index] == nil else { throw .duplicate(from: sender, round: .shareKeys) }
    let expected = roster.neighbours(of: index).map { roster.id(at: $0) }
    guard message.shares.map(\.peer).elementsEqual(expected) else {
      throw .sharesNotForNeighbours(from: sender)
    }
    distributions[index] = message
  }

  /// Fixes the clients that shared. A client is left out if fewer of its neighbours than the
  /// threshold shared: its secrets could not be recovered. Others may lack neighbours in turn.
  ///
  /// Complexity: O(n k log k), whoever is left out.
  func close(parameters: SessionParameters) throws(ServerError) -> MaskedInputPhase {
    let isSharer = roster.core(
      of: distributions.map { $0 != nil }, minimumDegree: parameters.threshold)
    let found = isSharer.count { $0 }
    guard found >= parameters.minimumContributors else {
      throw .tooFewClients(
        round: .shareKeys, found: found, minimum: parameters.minimumContributors)
    }
    guard roster.isConnected({ isSharer[$0] }) else { throw .disconnected(round: .shareKeys) }
    let kept = zip(distributions, isSharer).map { distribution, isSharer in
      isSharer ? distribution : nil
    }
    return MaskedInputPhase(
      roster: roster, distributions: kept, wordCount: parameters.layout.wordCount)
  }
}
