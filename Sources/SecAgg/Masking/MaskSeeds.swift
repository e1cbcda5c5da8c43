/// How the seeds of masks come from the secrets of a session. Every derivation binds the session,
/// and the pairwise ones the roster as well.
enum MaskSeeds {
  /// The private mask key of `owner`, from the secret that is shared among its neighbours.
  static func maskPrivateKey(
    fromSharedSecret secret: borrowing SecretBytes, owner: ClientID, session: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .maskPrivateKey) {
        $0.write(session)
        $0.write(owner)
      }
    }
  }

  /// What the seeds of masks are bound to: the session, and what clients learnt of their input after the session
  /// had begun, if anything.
  static func binding(session: Digest, inputContext: Digest?) -> Digest {
    guard let inputContext else { return session }
    return Hashing.digest(.inputContext) {
      $0.write(session)
      $0.write(inputContext)
    }
  }

  /// The seed of the mask that two neighbours have in common; the same for both of them.
  ///
  /// - Parameter binding: see `binding(session:inputContext:)`.
  static func pairwise(
    agreed secret: borrowing SecretBytes, between one: ClientID, and other: ClientID,
    binding: Digest, roster: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .pairwiseMask) {
        $0.write(binding)
        $0.write(roster)
        $0.write(min(one, other))
        $0.write(max(one, other))
      }
    }
  }

  /// Of two neighbours the one with the smaller id adds their mask, the other subtracts it.
  static func direction(of client: ClientID, towards peer: ClientID) -> MaskExpander.Direction {
    client < peer ? .add : .subtract
  }

  /// The seed of the mask that a client adds for itself alone.
  ///
  /// - Parameter binding: see `binding(session:inputContext:)`.
  static func selfMask(
    fromSharedSecret secret: borrowing SecretBytes, owner: ClientID, binding: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .selfMask) {
        $0.write(binding)
        $0.write(owner)
      }
    }
  }

  /// The public commitment by which the server recognises a recovered self-mask secret.
  static func selfMaskCommitment(
    toSharedSecret secret: borrowing SecretBytes, owner: ClientID, session: Digest
  ) -> Digest {
    secret.withBytes {
      Hashing.commitment(to: $0, .selfMaskCommitment) {
        $0.write(session)
        $0.write(owner)
      }
    }
  }
}
