/// Round 3, server to one contributor, in the malicious model: the contributors, whose inputs are
/// in the sum.
public struct ContributorAnnouncement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that receives the announcement.
  public let recipient: ClientID
  /// The contributors, as a subset of the roster.
  public let contributors: ContributorSet

  /// Creates an announcement from its parts. The client validates them.
  public init(session: Digest, recipient: ClientID, contributors: ContributorSet) {
    self.session = session
    self.recipient = recipient
    self.contributors = contributors
  }
}

/// Round 3, client to server, in the malicious model: the client's signature of the set of
/// contributors that the server showed to it (Bonawitz et al. 2017, figure 4, round 3).
public struct ContributorEndorsement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that signs.
  public let sender: ClientID
  /// The signature of the session, the roster commitment and the set.
  public let signature: Signature

  /// Creates an endorsement from its parts. The server validates them.
  public init(session: Digest, sender: ClientID, signature: Signature) {
    self.session = session
    self.sender = sender
    self.signature = signature
  }
}

/// A neighbour's signature of the set of contributors, as the server passes it on.
public struct Endorsement: Sendable, Hashable {
  /// The client that signed.
  public let signer: ClientID
  /// The signature.
  public let signature: Signature

  /// Creates an endorsement from its parts. The client validates them.
  public init(signer: ClientID, signature: Signature) {
    self.signer = signer
    self.signature = signature
  }
}

extension ContributorSet {
  /// Returns a client's signature of this set.
  func endorsement(
    by identity: borrowing IdentityKey, session: Digest, roster: Digest
  ) -> Signature {
    identity.sign(.contributorSet) { writeSigned(to: &$0, session: session, roster: roster) }
  }

  /// Returns whether a key signed this set.
  func isEndorsed(
    by key: IdentityPublicKey, _ signature: Signature, session: Digest, roster: Digest
  ) -> Bool {
    key.verifies(signature, .contributorSet) {
      writeSigned(to: &$0, session: session, roster: roster)
    }
  }
}
