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

  /// An announcement of its parts; the client judges them.
  public init(
    session: Digest, recipient: ClientID, rosterSize: Int, commitment: Digest,
    neighbours: [KeyAdvertisement]
  ) {
    self.session = session
    self.recipient = recipient
    self.rosterSize = rosterSize
    self.commitment = commitment
    self.neighbours = neighbours
  }
}
