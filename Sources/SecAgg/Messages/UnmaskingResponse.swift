/// Which of a client's two secrets a share belongs to. Nobody ever learns both of one client.
public enum SecretKind: UInt8, Sendable, Hashable, CaseIterable {
  /// The secret of the mask that a contributor added for itself alone.
  case selfMask = 1
  /// The secret of the mask key of a client that left before its input arrived.
  case maskKey = 2
}

/// One share that a client reveals.
public struct RevealedShare: Sendable, Hashable {
  /// Whose secret it is a share of.
  public let subject: ClientID
  /// Which secret.
  public let kind: SecretKind
  /// The share, at the revealing client's point.
  public let share: SecretShare

  /// A revealed share.
  public init(subject: ClientID, kind: SecretKind, share: SecretShare) {
    self.subject = subject
    self.kind = kind
    self.share = share
  }
}

/// Round 4, client to server: for every neighbour that shared its secrets, one share of exactly
/// one of the two (Bonawitz et al. 2017, figure 4, round 4).
public struct UnmaskingResponse: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Who answers.
  public let sender: ClientID
  /// The revealed shares in id order of their subjects.
  public let shares: [RevealedShare]
  /// Neighbours whose sealed shares did not open: either the neighbour or this client is at fault.
  public let unopened: [ClientID]

  /// A response of its parts; the server judges them.
  public init(session: Digest, sender: ClientID, shares: [RevealedShare], unopened: [ClientID]) {
    self.session = session
    self.sender = sender
    self.shares = shares
    self.unopened = unopened
  }
}
