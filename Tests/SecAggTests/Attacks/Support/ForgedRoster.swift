import Testing

@testable import SecAgg

/// A roster that the server makes as it likes, of advertisements that are honestly signed, and the
/// announcements that it shows.
struct ForgedRoster {
  let parameters: SessionParameters
  /// The leaves of the tree by rank.
  let leaves: [KeyAdvertisement]
  let commitment: Digest
  let ids: RosterIDs
  let paths: [[Digest]]

  /// - Parameter ids: the ids that the server claims to be on the roster; left out, those that are.
  init(_ leaves: [KeyAdvertisement], ids: RosterIDs? = nil, parameters: SessionParameters) {
    let tree = RosterCommitment(leaves, ids: ids ?? RosterIDs(leaves.map(\.sender)))
    self.parameters = parameters
    self.leaves = leaves
    self.ids = tree.ids
    commitment = tree.digest(session: parameters.digest)
    paths = tree.paths()
  }

  /// The ranks of the neighbours that the commitment gives to a rank.
  func neighbours(of rank: Int) -> [Int] {
    NeighbourGraph(count: leaves.count, degree: parameters.degree, commitment: commitment)
      .neighbours(of: rank)
  }

  /// The announcement for the client of a rank, with the neighbours of the graph or others.
  func announcement(
    for rank: Int, neighbours ranks: [Int]? = nil, size: Int? = nil, commitment: Digest? = nil,
    ids: RosterIDs? = nil, own: [Digest]? = nil, paths other: [[Digest]]? = nil
  ) -> RosterAnnouncement {
    let ranks = ranks ?? neighbours(of: rank)
    return RosterAnnouncement(
      session: parameters.digest, recipient: leaves[rank].sender, rosterSize: size ?? leaves.count,
      commitment: commitment ?? self.commitment, neighbours: ranks.map { leaves[$0] },
      membership: RosterMembership(
        ids: ids ?? self.ids, ownPath: own ?? paths[rank],
        neighbourPaths: other ?? ranks.map { paths[$0] }))
  }
}

/// A client of the malicious model in round 0, asleep, so that it can be shown many rosters.
struct SigningClient {
  let id: ClientID
  let advertisement: KeyAdvertisement
  private let asleep: [UInt8]

  init(_ number: Int, parameters: SessionParameters, policy: ClientPolicy? = nil)
    throws
  {
    id = try client(number)
    let round = try AdvertiseKeysRound(
      id: id, parameters: parameters, policy: policy ?? .expecting(parameters),
      signedBy: TestIdentities.key(of: id))
    advertisement = round.message
    asleep = round.stored().copied()
  }

  /// The client's answer to an announcement.
  func share(
    _ announcement: RosterAnnouncement,
    identities: (any IdentityDirectory)? = TestIdentities.directory
  ) throws -> ShareKeysRound {
    let round = try AdvertiseKeysRound(restoring: SecretBytes(copying: asleep))
    return try round.shareKeys(with: announcement, identities: identities)
  }

  /// Checks that the client refuses an announcement with exactly `error`.
  func expectRefusal(
    of announcement: RosterAnnouncement,
    identities: (any IdentityDirectory)? = TestIdentities.directory, _ error: ClientError,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, comment, sourceLocation: sourceLocation) {
      _ = try share(announcement, identities: identities)
    }
  }
}

extension KeyAdvertisement {
  /// The same under another signature, or none.
  func with(signature: Signature?) -> KeyAdvertisement {
    KeyAdvertisement(
      session: session, sender: sender, sealingKey: sealingKey, maskKey: maskKey,
      signature: signature)
  }
}
