/// The part of the roster that a client knows: its size, the commitment, the neighbours' keys.
struct ClientRoster: Sendable {
  let size: Int
  let commitment: Digest
  let neighbours: [KeyAdvertisement]
  /// In the malicious model.
  let verified: VerifiedRoster?

  /// Takes an announcement apart and refuses whatever is not possible in an honest session.
  init(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement,
    identities: (any IdentityDirectory)?
  ) throws(ClientError) {
    try client.check(session: announcement.session, recipient: announcement.recipient)
    let parameters = client.parameters
    let size = announcement.rosterSize
    guard (3...parameters.cohortSize).contains(size) else {
      throw .rosterSize(found: size, atMost: parameters.cohortSize)
    }
    guard size >= client.policy.minimumCohortSize else {
      throw .policy(.cohortSize(found: size, floor: client.policy.minimumCohortSize))
    }
    let neighbours = announcement.neighbours
    let expected = NeighbourGraph.degree(parameters.degree, inRosterOf: size)
    guard neighbours.count == expected else {
      throw .neighbourCount(found: neighbours.count, expected: expected)
    }
    guard expected >= parameters.threshold else {
      throw .neighboursBelowThreshold(found: expected, threshold: parameters.threshold)
    }
    var keys: Set = [own.sealingKey, own.maskKey]
    var previous: ClientID?
    for neighbour in neighbours {
      let id = neighbour.sender
      let isInOrder = previous.map { $0 < id } ?? true
      guard id != client.id, isInOrder, id.rawValue <= UInt32(parameters.cohortSize) else {
        throw .invalidNeighbour(id)
      }
      guard neighbour.session == client.session else {
        throw .otherSession(expected: client.session, found: neighbour.session)
      }
      guard keys.insert(neighbour.sealingKey).inserted, keys.insert(neighbour.maskKey).inserted
      else { throw .repeatedKey(id) }
      previous = id
    }
    switch parameters.threatModel {
    case .semiHonest:
      verified = nil
    case .malicious:
      verified = try VerifiedRoster(announcement, for: client, own: own, by: identities)
    }
    self.size = size
    self.commitment = announcement.commitment
    self.neighbours = neighbours
  }
}

/// What a client of the malicious model knows for certain of the roster: its own rank, those of its
/// neighbours, and the identity keys of the endorsers.
struct VerifiedRoster: Sendable {
  /// A client that signs the set of contributors for all others.
  struct Endorser: Sendable, Hashable {
    let id: ClientID
    let position: Int
    let key: IdentityPublicKey
  }

  /// The client's own rank in id order.
  let position: Int
  /// The neighbours' ranks, in the order of their advertisements.
  let neighbourPositions: [Int]
  /// The endorsers other than the client itself for whom the directory has a key, in id order.
  let endorsers: [Endorser]

  /// Verifies that every neighbour signed its keys, that all of them and the client itself are in
  /// the roster that the commitment is to, and that they are the neighbours that the commitment
  /// gives: the server has no say in who masks with whom.
  ///
  /// The directory is asked once for each client. The keys that it gave are those that count from then
  /// on.
  ///
  /// Complexity: k signatures, k log n hashes, O(n) for the permutation of the graph.
  init(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement,
    by directory: (any IdentityDirectory)?
  ) throws(ClientError) {
    guard let directory else { throw .directoryNeeded }
    var keys: [ClientID: IdentityPublicKey] = [:]
    for neighbour in announcement.neighbours {
      guard let key = directory.identityKey(of: neighbour.sender),
        neighbour.isAuthentic(in: .malicious, by: key)
      else { throw .notAuthentic(neighbour.sender) }
      keys[neighbour.sender] = key
    }
    let endorsers: [(id: ClientID, position: Int)]
    if announcement.neighbours.count == announcement.rosterSize - 1, announcement.membership == nil
    {
      let position = try Self.positionInWholeRoster(announcement, own: own)
      self.position = position
      neighbourPositions = announcement.neighbours.indices.map { $0 < position ? $0 : $0 + 1 }
      endorsers = zip(announcement.neighbours, neighbourPositions).map { ($0.sender, $1) }
    } else {
      let (ids, graph) = try Self.provenGraph(announcement, for: client, own: own)
      position = ids.rank(of: own.sender) ?? 0
      neighbourPositions = announcement.neighbours.compactMap { ids.rank(of: $0.sender) }
      guard graph.neighbours(of: position) == neighbourPositions else {
        throw .neighboursNotOfGraph
      }
      let positions = graph.endorsers
      endorsers = zip(ids.clients(atRanks: positions), positions).map { ($0, $1) }
    }
    self.endorsers = endorsers.compactMap { id, position in
      guard id != own.sender else { return nil }
      return (keys[id] ?? directory.identityKey(of: id)).map {
        Endorser(id: id, position: position, key: $0)
      }
    }
  }

  /// The ids on the roster, which the commitment is to, once the client itself and its neighbours are
  /// proven to be among them; and the graph that the commitment gives.
  private static func provenGraph(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement
  ) throws(ClientError) -> (ids: RosterIDs, graph: NeighbourGraph) {
    let neighbours = announcement.neighbours
    guard let membership = announcement.membership,
      membership.neighbourPaths.count == neighbours.count,
      membership.ids.count == announcement.rosterSize,
      membership.ids.largest <= client.parameters.cohortSize
    else { throw .rosterProof(own.sender) }
    let ids = membership.ids
    guard let root = RosterCommitment.root(from: own, by: membership.ownPath, ids: ids),
      RosterCommitment.digest(root: root, ids: ids, session: announcement.session)
        == announcement.commitment
    else { throw .rosterProof(own.sender) }
    for (path, neighbour) in zip(membership.neighbourPaths, neighbours) {
      guard RosterCommitment.root(from: neighbour, by: path, ids: ids) == root else {
        throw .rosterProof(neighbour.sender)
      }
    }
    let graph = NeighbourGraph(
      count: announcement.rosterSize, degree: client.parameters.degree,
      commitment: announcement.commitment)
    return (ids, graph)
  }

  /// Where everybody is a neighbour, the client has the whole roster and commits to it itself.
  private static func positionInWholeRoster(
    _ announcement: RosterAnnouncement, own: KeyAdvertisement
  ) throws(ClientError) -> Int {
    let position = announcement.neighbours.count { $0.sender < own.sender }
    var roster = announcement.neighbours
    roster.insert(own, at: position)
    guard
      RosterCommitment(roster).digest(session: announcement.session) == announcement.commitment
    else { throw .rosterProof(own.sender) }
    return position
  }
}
