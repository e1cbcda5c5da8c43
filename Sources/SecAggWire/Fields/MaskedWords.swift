#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Masked words as little-endian bytes and back, each in one bulk copy: a masked input is by far
/// the largest thing on the wire.
enum MaskedWords {
  static let byteCountOfWord = 8

  static func bytes(of words: [UInt64]) -> Data {
    #if _endian(big)
      let words = words.map(\.littleEndian)
    #endif
    return unsafe words.withUnsafeBytes { unsafe Data($0) }
  }

  /// The words of a whole number of them; bytes left over are not looked at.
  static func words(of bytes: Data) -> [UInt64] {
    let wordCount = bytes.count / byteCountOfWord
    let words = unsafe [UInt64](unsafeUninitializedCapacity: wordCount) { buffer, initialized in
      let end = bytes.startIndex + wordCount * byteCountOfWord
      let copied = unsafe bytes.copyBytes(
        to: UnsafeMutableRawBufferPointer(buffer), from: bytes.startIndex..<end)
      initialized = copied / byteCountOfWord
    }
    #if _endian(big)
      return words.map(UInt64.init(littleEndian:))
    #else
      return words
    #endif
  }
}
