extension Collection<UInt8> {
  /// Gives `body` the bytes where they are, or a copy of those that do not lie together. What is
  /// done with them is then not compiled for any collection, which would be slow, but for memory.
  func withContiguousBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let result = withContiguousStorageIfAvailable { buffer in unsafe body(buffer.span) }
    return result ?? body(Array(self).span)
  }
}

extension Span<UInt8> {
  /// The 64-bit word in the eight bytes from `start` on, the lowest first.
  func littleEndianWord(at start: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(self[start + offset]) << UInt64(8 * offset) }
    return word
  }
}
