@testable import SecAgg

/// Signatures of sets of contributors, for tests that see the toolkit's public face only.
enum EndorsementForgery {
  static func signature(
    of set: ContributorSet, by key: borrowing IdentityKey, _ parameters: SessionParameters,
    roster: Digest
  ) -> Signature {
    set.endorsement(by: key, session: parameters.digest, roster: roster)
  }

  static func isValid(
    _ signature: Signature, of set: ContributorSet, by key: IdentityPublicKey,
    _ parameters: SessionParameters, roster: Digest
  ) -> Bool {
    set.isEndorsed(by: key, signature, session: parameters.digest, roster: roster)
  }
}
