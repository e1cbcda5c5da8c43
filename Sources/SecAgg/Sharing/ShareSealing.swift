/// Seals a dealer's pair of shares for one holder together with the commitments to them, and opens it.
///
/// The key differs with the direction, the session and the roster. The associated data names all of
/// them once more and holds the commitments, so that a ciphertext that was redirected, reflected,
/// replayed or given other commitments does not open.
enum ShareSealing {
  /// - Parameter plaintext: the share of the self mask, then that of the mask key.
  static func seal(
    _ plaintext: Span<UInt8>, agreed secret: Span<UInt8>, of dealt: DealtShares, nonce: Nonce
  ) -> SealedShares {
    let commitments = SecretKind.allCases.map { kind in
      ShareCommitment(to: plaintext.extracting(kind.placeInPair), kind, of: dealt)
    }
    let key = key(agreed: secret, of: dealt)
    let envelope = key.withBytes { key in
      AuthenticatedEncryption.seal(
        plaintext, key: key, associatedData: associatedData(of: dealt, commitments: commitments),
        nonce: nonce)
    }
    return SealedShares(commitments: commitments, envelope: envelope)
  }

  /// Both shares; `nil` if they do not open.
  static func open(
    _ sealed: SealedShares, agreed secret: Span<UInt8>, of dealt: DealtShares
  ) -> SecretBytes? {
    let key = key(agreed: secret, of: dealt)
    return key.withBytes { key -> SecretBytes? in
      AuthenticatedEncryption.open(
        sealed.envelope, key: key,
        associatedData: associatedData(
          of: dealt, commitments: SecretKind.allCases.map { sealed.commitment(to: $0) }))
    }
  }

  /// The share of one secret; `nil` if the shares do not open, or hold another one than the dealer
  /// committed to.
  static func open(
    _ kind: SecretKind, in sealed: SealedShares, agreed secret: Span<UInt8>, of dealt: DealtShares
  ) -> SecretShare? {
    guard let plaintext = open(sealed, agreed: secret, of: dealt) else { return nil }
    return plaintext.withBytes { plaintext -> SecretShare? in
      let bytes = plaintext.extracting(kind.placeInPair)
      let made = ShareCommitment(to: bytes, kind, of: dealt)
      guard made.isEqualInConstantTime(to: sealed.commitment(to: kind)) else { return nil }
      return try? SecretShare(bytes)
    }
  }

  private static func key(agreed secret: Span<UInt8>, of dealt: DealtShares) -> SecretBytes {
    Hashing.deriveKey(from: secret, .shareSealing) { dealt.write(to: &$0) }
  }

  private static func associatedData(
    of dealt: DealtShares, commitments: [ShareCommitment]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(DealtShares.byteCount + SealedShares.commitmentsByteCount)
    dealt.write(to: &writer)
    for commitment in commitments { commitment.write(to: &writer) }
    return writer.bytes
  }
}

extension SecretKind {
  /// Where the share of the secret is in a pair of shares.
  fileprivate var placeInPair: Range<Int> {
    switch self {
    case .selfMask: 0..<SecretShare.byteCount
    case .maskKey: SecretShare.byteCount..<2 * SecretShare.byteCount
    }
  }
}
