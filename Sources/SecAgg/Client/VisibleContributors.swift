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
