import CMaskKernels
import Testing

/// A kernel that this processor supports.
struct Kernel: Sendable, CustomTestStringConvertible {
  let value: secagg_mask_kernel

  /// All of them, of one cipher or of both.
  static func supported(_ cipher: secagg_mask_cipher? = nil) -> [Kernel] {
    (1...secagg_mask_kernel_count()).map { Kernel(value: secagg_mask_kernel(rawValue: $0)) }
      .filter { secagg_mask_kernel_is_supported($0.value) }
      .filter { cipher == nil || cipher == $0.cipher }
  }

  static let chacha20 = supported(SECAGG_MASK_CIPHER_CHACHA20)
  static let aes256ctr = supported(SECAGG_MASK_CIPHER_AES256CTR)

  var cipher: secagg_mask_cipher { secagg_mask_kernel_cipher(value) }
  var testDescription: String { unsafe String(cString: secagg_mask_kernel_name(value)) }

  /// The words of a stream, 0 for 2^64.
  var streamLength: UInt64 { cipher == SECAGG_MASK_CIPHER_CHACHA20 ? 1 << 35 : 0 }

  /// Adds the words offset... of the stream of `key` to the words in `range`.
  func add(key: [UInt8], offset: UInt64, to words: inout [UInt64], in range: Range<Int>) {
    unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe secagg_mask_add(
        value, key, offset, words.baseAddress?.advanced(by: range.lowerBound), range.count)
    }
  }

  /// Subtracts what `add` adds.
  func subtract(key: [UInt8], offset: UInt64, from words: inout [UInt64], in range: Range<Int>) {
    unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe secagg_mask_subtract(
        value, key, offset, words.baseAddress?.advanced(by: range.lowerBound), range.count)
    }
  }

  /// `count` words of the stream.
  func stream(key: [UInt8], offset: UInt64, count: Int) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: count)
    add(key: key, offset: offset, to: &words, in: 0..<count)
    return words
  }
}
