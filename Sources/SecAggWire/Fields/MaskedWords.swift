/// Converts masked words to little-endian bytes and back. They are by far the largest part of a
/// message, so they bypass protobuf, which would copy them once more.
enum MaskedWords {
  static let byteCountOfWord = 8

  /// The place of the words in a client's envelope: field 1 of body 12.
  static let body = MessageOutline.LoneEntry.Path(body: 12, entry: 1)

  /// Returns the words in `range`, which is within `bytes` and has a whole number of words.
  static func words(in bytes: [UInt8], at range: Range<Int>) -> [UInt64] {
    let wordCount = range.count / byteCountOfWord
    return unsafe [UInt64](unsafeUninitializedCapacity: wordCount) { words, initialized in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(words).copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: bytes[range.lowerBound..<range.lowerBound + byteCountOfWord * wordCount]))
      }
      initialized = wordCount
      #if _endian(big)
        for index in 0..<wordCount { words[index] = words[index].littleEndian }
      #endif
    }
  }

  /// Returns a client's envelope around the words: the bytes of the fields before and after the
  /// body, as protobuf writes them, and the body between them.
  static func parts(before: [UInt8], words: [UInt64], behind: [UInt8]) -> MessageParts {
    let byteCount = byteCountOfWord * words.count
    let entry = header(field: body.entry, byteCount: byteCount)
    let envelope = header(field: body.body, byteCount: entry.count + byteCount)
    return MessageParts(before: before + envelope + entry, words: words, behind: behind)
  }

  /// Returns the tag and the length of a byte string.
  private static func header(field: UInt64, byteCount: Int) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(byteCount))
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
