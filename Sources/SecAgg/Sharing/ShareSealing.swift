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

/// The shares that one client, the dealer, makes for another, the holder: what their sealing and the
/// commitments to them are bound to (specification, section 6, `C`).
struct DealtShares: Sendable, Hashable {
  let session: Digest
  let roster: Digest
  let dealer: ClientID
  let holder: ClientID

  static let byteCount = 2 * Digest.byteCount + 2 * MemoryLayout<UInt32>.size

  func write(to writer: inout ByteWriter) {
    writer.write(session)
    writer.write(roster)
    writer.write(dealer)
    writer.write(holder)
  }
}

/// A dealer's public commitment to one share. It shows later whether a share that the holder reveals is
/// the one that the dealer made, so that a lie has one author.
///
/// A share is a point of a uniform polynomial: to anyone with fewer shares than the threshold it has 305
/// bits of entropy, so its keyed hash hides it without further randomness. 16 bytes bind an honest
/// dealer's holder, who would need a second preimage. A dealer that finds two shares for one commitment
/// only incriminates itself.
struct ShareCommitment: Sendable, Hashable {
  static let byteCount = 16

  private let words: (low: UInt64, high: UInt64)

  /// The commitment to the bytes of a share.
  init(to share: Span<UInt8>, _ kind: SecretKind, of dealt: DealtShares) {
    self = ShareCommitter(kind, of: dealt).commitment(to: share)
  }

  fileprivate init(firstBytesOf digest: Digest) {
    words = (digest.words.0, digest.words.1)
  }

  /// Reads 16 bytes from `start` on.
  init(_ bytes: Span<UInt8>, at start: Int) {
    words = (bytes.littleEndianWord(at: start), bytes.littleEndianWord(at: start + 8))
  }

  func write(to writer: inout ByteWriter) {
    writer.write(words.low)
    writer.write(words.high)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    words = (try reader.uint64(), try reader.uint64())
  }

  /// Compares in constant time: only whether the commitments are equal becomes known.
  ///
  /// libsodium compares. The compiler turns a comparison of the words into a branch on each.
  func isEqualInConstantTime(to other: ShareCommitment) -> Bool {
    unsafe withUnsafeBytes(of: words) { left in
      unsafe withUnsafeBytes(of: other.words) { right in
        unsafe Sodium.areEqual(
          left.assumingMemoryBound(to: UInt8.self).span,
          right.assumingMemoryBound(to: UInt8.self).span)
      }
    }
  }

  static func == (left: ShareCommitment, right: ShareCommitment) -> Bool {
    left.words == right.words
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.low)
    hasher.combine(words.high)
  }
}

/// Makes a dealer's commitments to its shares of one secret, one holder after the other.
///
/// From one commitment to the next only the holder's id changes in what is hashed. So they take no
/// memory, which for a million shares costs more than the hashes.
struct ShareCommitter {
  /// Ends with the holder's id and the kind (specification, section 6).
  private var message: [UInt8]

  init(_ kind: SecretKind, of dealt: DealtShares) {
    var writer = ByteWriter(label: .shareCommitment)
    dealt.write(to: &writer)
    writer.write(kind.rawValue)
    message = writer.bytes
  }

  mutating func commitment(to share: SecretShare, for holder: ClientID) -> ShareCommitment {
    let start = message.count - 1 - MemoryLayout<UInt32>.size
    for byte in 0..<MemoryLayout<UInt32>.size {
      message[start + byte] = UInt8(truncatingIfNeeded: holder.rawValue >> (8 * UInt32(byte)))
    }
    return share.withBytes { commitment(to: $0) }
  }

  fileprivate func commitment(to share: Span<UInt8>) -> ShareCommitment {
    ShareCommitment(firstBytesOf: Hashing.digest(ofRaw: message.span, key: share))
  }
}
