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

/// Round 3, client to server, in the malicious model: the client's signature of the set of
/// contributors that it was shown (Bonawitz et al. 2017, figure 4, round 3).
public struct ContributorEndorsement: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Who signs.
  public let sender: ClientID
  /// The signature of session, roster commitment and set.
  public let signature: Signature

  /// An endorsement of its parts; the server judges them.
  public init(session: Digest, sender: ClientID, signature: Signature) {
    self.session = session
    self.sender = sender
    self.signature = signature
  }
}

/// A neighbour's signature of the set of contributors, as the server passes it on.
public struct Endorsement: Sendable, Hashable {
  /// Who signed.
  public let signer: ClientID
  /// The signature.
  public let signature: Signature

  /// An endorsement of its parts; the client judges them.
  public init(signer: ClientID, signature: Signature) {
    self.signer = signer
    self.signature = signature
  }
}

extension ContributorSet {
  /// A client's signature of this set.
  func endorsement(
    by identity: borrowing IdentityKey, session: Digest, roster: Digest
  ) -> Signature {
    identity.sign(.contributorSet) { writeSigned(to: &$0, session: session, roster: roster) }
  }

  /// Whether a signature of this set is that of a key.
  func isEndorsed(
    by key: IdentityPublicKey, _ signature: Signature, session: Digest, roster: Digest
  ) -> Bool {
    key.verifies(signature, .contributorSet) {
      writeSigned(to: &$0, session: session, roster: roster)
    }
  }
}
