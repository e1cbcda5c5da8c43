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

/// Where a client and its neighbours stand in the roster, each with its proof.
public struct RosterMembership: Sendable, Hashable {
  /// The proof for the recipient.
  public let own: InclusionProof
  /// The proofs for the neighbours, in the order of their advertisements.
  public let neighbours: [InclusionProof]

  /// Proofs for a client and its neighbours; the client judges them.
  public init(own: InclusionProof, neighbours: [InclusionProof]) {
    self.own = own
    self.neighbours = neighbours
  }
}
