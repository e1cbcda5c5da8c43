/// Round 4, server to one contributor: whose inputs are in the sum. The client reveals self-mask
/// shares of the contributors among its neighbours and mask-key shares of the others.
public struct UnmaskingRequest: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whom the request is for.
  public let recipient: ClientID
  /// The number of all contributors.
  public let contributorCount: Int
  /// The contributors among the recipient and its neighbours, in id order.
  public let contributors: [ClientID]
  /// Signatures of the set of contributors by neighbours of the recipient, in id order; empty in
  /// the semi-honest model.
  public let endorsements: [Endorsement]

  /// A request of its parts; the client judges them.
  public init(
    session: Digest, recipient: ClientID, contributorCount: Int, contributors: [ClientID],
    endorsements: [Endorsement] = []
  ) {
    self.session = session
    self.recipient = recipient
    self.contributorCount = contributorCount
    self.contributors = contributors
    self.endorsements = endorsements
  }
}
