/// Seals a pair of shares from one neighbour to another, and opens it.
///
/// The key differs with the direction, the session and the roster; the associated data names all
/// of them once more, so that a ciphertext that was redirected, reflected or replayed does not open.
enum ShareSealing {
  static func seal(
    _ plaintext: Span<UInt8>, agreed secret: Span<UInt8>, from sender: ClientID,
    to receiver: ClientID, session: Digest, roster: Digest, nonce: Nonce
  ) -> SealedShares {
    let context = context(from: sender, to: receiver, session: session, roster: roster)
    let key = Hashing.deriveKey(from: secret, .shareSealing) { $0.write(raw: context) }
    let sealed = key.withBytes { key in
      AuthenticatedEncryption.seal(
        plaintext, key: key, associatedData: context, nonce: nonce)
    }
    return SealedShares(sealed: sealed)
  }

  static func open(
    _ sealed: SealedShares, agreed secret: Span<UInt8>, from sender: ClientID,
    to receiver: ClientID, session: Digest, roster: Digest
  ) -> SecretBytes? {
    let context = context(from: sender, to: receiver, session: session, roster: roster)
    let key = Hashing.deriveKey(from: secret, .shareSealing) { $0.write(raw: context) }
    return key.withBytes { key -> SecretBytes? in
      AuthenticatedEncryption.open(sealed.bytes[...], key: key, associatedData: context)
    }
  }

  private static func context(
    from sender: ClientID, to receiver: ClientID, session: Digest, roster: Digest
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(session)
    writer.write(roster)
    writer.write(sender)
    writer.write(receiver)
    return writer.bytes
  }
}
