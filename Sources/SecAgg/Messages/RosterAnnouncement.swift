/// Round 1, server to one client: how many clients advertised keys, the commitment to all of them,
/// and the advertisements of this client's neighbours.
public struct RosterAnnouncement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whom the announcement is for.
  public let recipient: ClientID
  /// The number of clients on the roster.
  public let rosterSize: Int
  /// The Merkle commitment to all advertisements in id order.
  public let commitment: Digest
  /// The neighbours' advertisements in id order.
  public let neighbours: [KeyAdvertisement]
  /// The proofs that the advertisements are what the commitment is to; in the malicious model, and
  /// only if some of the roster are no neighbours: who sees all of it computes the commitment.
  public let membership: RosterMembership?

  /// An announcement of its parts; the client judges them.
  public init(
    session: Digest, recipient: ClientID, rosterSize: Int, commitment: Digest,
    neighbours: [KeyAdvertisement], membership: RosterMembership? = nil
  ) {
    self.session = session
    self.recipient = recipient
    self.rosterSize = rosterSize
    self.commitment = commitment
    self.neighbours = neighbours
    self.membership = membership
  }
}

/// Who is on the roster, and the proofs that a client and its neighbours are. Where each stands in
/// the roster follows from the ids.
public struct RosterMembership: Sendable, Hashable {
  /// The ids of all clients on the roster.
  public let ids: RosterIDs
  /// The siblings in the Merkle tree from the recipient's leaf to the root.
  public let ownPath: [Digest]
  /// The same for each neighbour, in the order of their advertisements.
  public let neighbourPaths: [[Digest]]

  /// Proofs for a client and its neighbours; the client judges them.
  public init(ids: RosterIDs, ownPath: [Digest], neighbourPaths: [[Digest]]) {
    self.ids = ids
    self.ownPath = ownPath
    self.neighbourPaths = neighbourPaths
  }
}
