/// The checksum at the end of every stored state: BLAKE2b-256 of all that stands before it.
///
/// It finds damage, not forgery: who can write the store can write a matching checksum.
enum Checksum {
  /// Verifies the checksum and gives `body` what stands before it.
  static func verified<Result: ~Copyable>(
    _ bytes: Span<UInt8>, _ body: (Span<UInt8>) throws(StoredStateError) -> Result
  ) throws(StoredStateError) -> Result {
    guard bytes.count >= Digest.byteCount else {
      throw .truncated(expectedAtLeast: Digest.byteCount, found: bytes.count)
    }
    let content = bytes.extracting(droppingLast: Digest.byteCount)
    let expected = Hashing.digest(ofRaw: content).bytes
    // The content holds secrets, so no more than whether the checksum is right may come out.
    guard Sodium.areEqual(bytes.extracting(last: Digest.byteCount), expected.span) else {
      throw .damaged
    }
    return try body(content)
  }
}
