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
    let stored = Digest(span: bytes.extracting(last: Digest.byteCount))
    guard stored == Hashing.digest(ofRaw: content) else { throw .damaged }
    return try body(content)
  }
}
