/// Round 4, server to one contributor: the contributors, whose inputs are in the sum. The client
/// reveals self-mask shares of the contributors among its neighbours and mask-key shares of the
/// others.
public struct UnmaskingRequest: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that receives the request.
  public let recipient: ClientID
  /// The number of all contributors.
  public let contributorCount: Int
  /// The contributors among the recipient and its neighbours, in id order.
  public let contributors: [ClientID]
  /// Signatures of the set of contributors by neighbours of the recipient, in id order; empty in
  /// the semi-honest model.
  public let endorsements: [Endorsement]

  /// Creates a request from its parts. The client validates them.
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

/// Round 4, client to server: for every neighbour that shared its secrets, one share of exactly
/// one of the two (Bonawitz et al. 2017, figure 4, round 4).
public struct UnmaskingResponse: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that answers.
  public let sender: ClientID
  /// The revealed shares in id order of their subjects.
  public let shares: [RevealedShare]
  /// Neighbours whose sealed shares did not open: either the neighbour or this client is at fault.
  public let unopened: [ClientID]

  /// Creates a response from its parts. The server validates them.
  public init(session: Digest, sender: ClientID, shares: [RevealedShare], unopened: [ClientID]) {
    self.session = session
    self.sender = sender
    self.shares = shares
    self.unopened = unopened
  }
}

/// One share that a client reveals.
public struct RevealedShare: Sendable, Hashable {
  /// The client whose secret is shared.
  public let subject: ClientID
  /// The kind of the secret.
  public let kind: SecretKind
  /// The share, at the revealing client's point.
  public let share: SecretShare

  /// Creates a revealed share.
  public init(subject: ClientID, kind: SecretKind, share: SecretShare) {
    self.subject = subject
    self.kind = kind
    self.share = share
  }
}

/// The secret that a share belongs to: one of the two secrets of a client. No party ever learns
/// both.
public enum SecretKind: UInt8, Sendable, Hashable, CaseIterable {
  /// The secret of the mask that only the contributor itself added.
  case selfMask = 1
  /// The secret of the mask key of a client that dropped out before its input arrived.
  case maskKey = 2
}
