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
      guard let membership = announcement.membership,
        membership.neighbours.count == announcement.neighbours.count
      else { throw .rosterProof(own.sender) }
      try Self.check(membership.own, of: own, in: announcement)
      for (proof, neighbour) in zip(membership.neighbours, announcement.neighbours) {
        try Self.check(proof, of: neighbour, in: announcement)
      }
      let positions = membership.neighbours.map(\.position)
      let graph = NeighbourGraph(
        count: announcement.rosterSize, degree: client.parameters.degree,
        commitment: announcement.commitment)
      guard graph.neighbours(of: membership.own.position) == positions else {
        throw .neighboursNotOfGraph
      }
      try Self.checkOrder(announcement, membership, for: client)
      position = membership.own.position
      neighbourPositions = positions
    }
  }

  /// Checks that ranks can be those of ids in order: as many clients fit below, between and above
  /// as the ranks leave room for. In a roster of the whole cohort every rank follows from its id.
  private static func checkOrder(
    _ announcement: RosterAnnouncement, _ membership: RosterMembership, for client: ClientContext
  ) throws(ClientError) {
    var places = zip(announcement.neighbours, membership.neighbours).map {
      (id: $0.sender, rank: $1.position)
    }
    places.append((client.id, membership.own.position))
    places.sort { $0.id < $1.id }
    var (previousNumber, previousRank) = (0, -1)
    let missing = client.parameters.cohortSize - announcement.rosterSize
    for (id, rank) in places {
      let number = Int(id.rawValue)
      guard rank > previousRank, rank - previousRank <= number - previousNumber,
        number - 1 - rank <= missing
      else { throw .rosterProof(id) }
      (previousNumber, previousRank) = (number, rank)
    }
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

  private static func check(
    _ proof: InclusionProof, of advertisement: KeyAdvertisement,
    in announcement: RosterAnnouncement
  ) throws(ClientError) {
    let commitment = RosterCommitment.digest(
      from: advertisement, by: proof, count: announcement.rosterSize,
      session: announcement.session)
    guard commitment == announcement.commitment else { throw .rosterProof(advertisement.sender) }
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
