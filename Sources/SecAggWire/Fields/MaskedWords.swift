/// Masked words as little-endian bytes and back. They are by far the largest thing on the wire, so
/// they are taken from the message and put into it as they are: protobuf would copy them once more.
enum MaskedWords {
  static let byteCountOfWord = 8

  /// Where they are in a client's envelope: field 1 of body 12.
  static let body = MessageOutline.LoneEntry.Path(body: 12, entry: 1)

  /// The words of a whole number of them, as long as `range`, which is within `bytes`.
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

  /// A client's envelope around the words: what protobuf writes for the fields before and behind the
  /// body, and between them the body.
  static func parts(before: [UInt8], words: [UInt64], behind: [UInt8]) -> MessageParts {
    let byteCount = byteCountOfWord * words.count
    let entry = header(field: body.entry, byteCount: byteCount)
    let envelope = header(field: body.body, byteCount: entry.count + byteCount)
    return MessageParts(before: before + envelope + entry, words: words, behind: behind)
  }

  /// The number of a byte string and its length.
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
