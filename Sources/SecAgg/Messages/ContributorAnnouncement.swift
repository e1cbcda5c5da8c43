/// Round 3, server to one contributor, in the malicious model: whose inputs are in the sum.
public struct ContributorAnnouncement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whom the announcement is for.
  public let recipient: ClientID
  /// The contributors, among all of the roster.
  public let contributors: ContributorSet

  /// An announcement of its parts; the client judges them.
  public init(session: Digest, recipient: ClientID, contributors: ContributorSet) {
    self.session = session
    self.recipient = recipient
    self.contributors = contributors
  }
}
