/// The checksum at the end of every stored state: BLAKE2b-256 of all bytes before it.
///
/// It finds damage, not forgery: an attacker with write access can compute a matching checksum.
enum Checksum {
  /// Verifies the checksum and calls `body` with the bytes before it.
  static func verified<Result: ~Copyable>(
    _ bytes: Span<UInt8>, _ body: (Span<UInt8>) throws(StoredStateError) -> Result
  ) throws(StoredStateError) -> Result {
    guard bytes.count >= Digest.byteCount else {
      throw .truncated(expectedAtLeast: Digest.byteCount, found: bytes.count)
    }
    let content = bytes.extracting(droppingLast: Digest.byteCount)
    let expected = Hashing.digest(ofRaw: content).bytes
    // The content holds secrets, so the comparison must reveal only whether the checksum is right.
    guard Sodium.areEqual(bytes.extracting(last: Digest.byteCount), expected.span) else {
      throw .damaged
    }
    return try body(content)
  }
}

/// XXH64 (the xxHash fast digest algorithm, version 0.1.1, seed 0) of 64-bit words in little-endian
/// bytes. It finds accidental changes at memory speed, and gives no other protection.
enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// Complexity: O(words), without allocation.
  static func digest(of words: Span<UInt64>) -> UInt64 {
    var hash: UInt64
    var index = 0
    if words.count >= 4 {
      var (a, b, c, d) = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
      while index &+ 4 <= words.count {
        a = round(a, words[index])
        b = round(b, words[index &+ 1])
        c = round(c, words[index &+ 2])
        d = round(d, words[index &+ 3])
        index &+= 4
      }
      hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
      for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
    } else {
      hash = prime5
    }
    hash &+= UInt64(8 * words.count)
    while index < words.count {
      hash = rotated(hash ^ round(0, words[index]), 27) &* prime1 &+ prime4
      index &+= 1
    }
    hash = (hash ^ hash >> 33) &* prime2
    hash = (hash ^ hash >> 29) &* prime3
    return hash ^ hash >> 32
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 &- bits)
  }
}
