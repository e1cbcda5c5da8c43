/// What a client of the malicious model knows for certain of the roster: its own rank, those of its
/// neighbours, and the identity keys behind them.
struct VerifiedRoster: Sendable {
  /// The client's own rank in id order.
  let position: Int
  /// The neighbours' ranks, in the order of their advertisements.
  let neighbourPositions: [Int]
  /// The neighbours' identity keys, in the same order.
  let neighbourIdentities: [IdentityPublicKey]

  /// Verifies that every neighbour signed its keys, that all of them and the client itself are in
  /// the roster that the commitment is to, and that they are the neighbours that the commitment
  /// gives: the server has no say in who masks with whom.
  ///
  /// Complexity: k signatures, k log n hashes, O(n) for the permutation of the graph.
  init(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement,
    by directory: (any IdentityDirectory)?
  ) throws(ClientError) {
    guard let directory else { throw .directoryNeeded }
    var identities: [IdentityPublicKey] = []
    for neighbour in announcement.neighbours {
      guard let identity = directory.identityKey(of: neighbour.sender),
        neighbour.isAuthentic(in: .malicious, by: directory)
      else { throw .notAuthentic(neighbour.sender) }
      identities.append(identity)
    }
    neighbourIdentities = identities
    if announcement.neighbours.count == announcement.rosterSize - 1, announcement.membership == nil
    {
      position = try Self.positionInWholeRoster(announcement, own: own)
      let position = position
      neighbourPositions = announcement.neighbours.indices.map { $0 < position ? $0 : $0 + 1 }
    } else {
      (position, neighbourPositions) = try Self.positions(announcement, for: client, own: own)
    }
  }

  /// The ranks of the client and its neighbours, which follow from the ids that are committed to,
  /// once all of them are proven to be in the roster and neighbours.
  private static func positions(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement
  ) throws(ClientError) -> (own: Int, neighbours: [Int]) {
    let neighbours = announcement.neighbours
    guard let membership = announcement.membership,
      membership.neighbourPaths.count == neighbours.count,
      membership.ids.count == announcement.rosterSize,
      membership.ids.largest <= client.parameters.cohortSize
    else { throw .rosterProof(own.sender) }
    let ids = membership.ids
    guard let position = ids.rank(of: own.sender),
      let root = RosterCommitment.root(from: own, by: membership.ownPath, ids: ids),
      RosterCommitment.digest(root: root, ids: ids, session: announcement.session)
        == announcement.commitment
    else { throw .rosterProof(own.sender) }
    var positions: [Int] = []
    for (path, neighbour) in zip(membership.neighbourPaths, neighbours) {
      guard let position = ids.rank(of: neighbour.sender),
        RosterCommitment.root(from: neighbour, by: path, ids: ids) == root
      else { throw .rosterProof(neighbour.sender) }
      positions.append(position)
    }
    let graph = NeighbourGraph(
      count: announcement.rosterSize, degree: client.parameters.degree,
      commitment: announcement.commitment)
    guard graph.neighbours(of: position) == positions else { throw .neighboursNotOfGraph }
    return (position, positions)
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

  func write(to writer: inout ByteWriter) {
    writer.write(count: position)
    for position in neighbourPositions { writer.write(count: position) }
    for identity in neighbourIdentities { writer.write(raw: identity.bytes) }
  }

  init(from reader: inout ByteReader, neighbourCount: Int) throws(StoredStateError) {
    let limit = SessionParameters.maximumCohortSize
    position = try reader.count("position", atMost: limit)
    var positions: [Int] = []
    for _ in 0..<neighbourCount { positions.append(try reader.count("position", atMost: limit)) }
    var identities: [IdentityPublicKey] = []
    for _ in 0..<neighbourCount {
      guard let identity = try? IdentityPublicKey(bytes: reader.raw(Digest.byteCount)) else {
        throw .truncated(expectedAtLeast: Digest.byteCount, found: reader.remaining)
      }
      identities.append(identity)
    }
    neighbourPositions = positions
    neighbourIdentities = identities
  }
}
