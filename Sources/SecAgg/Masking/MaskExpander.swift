internal import CMaskKernels

/// Expands seeds into masks: the key stream of a seed read as little-endian 64-bit words, added to a
/// vector or taken off it without ever being in memory.
///
/// The stream can be entered at any word, so that a long vector is masked in cache-sized pieces
/// and its ranges can be shared out.
struct MaskExpander: Sendable, Hashable {
  /// Bytes of a seed.
  static let seedByteCount = 32

  /// Whether a mask is added to a vector or taken off it.
  enum Direction {
    case add
    case subtract

    var opposite: Direction { self == .add ? .subtract : .add }
  }

  /// The fastest code for the cipher on this processor.
  private let kernel: UInt32

  /// `nil` where this processor does not have the cipher.
  init?(_ cipher: MaskCipher) {
    switch cipher {
    case .chacha20: self = .chacha20
    case .aes256ctr:
      guard let expander = Self.aes256ctr else { return nil }
      self = expander
    }
  }

  private init(kernel: secagg_mask_kernel) {
    self.kernel = kernel.rawValue
  }

  /// ChaCha20, which every processor has.
  static let chacha20 = MaskExpander(
    kernel: secagg_mask_kernel_best(SECAGG_MASK_CIPHER_CHACHA20))

  // The processor is asked once.
  private static let aes256ctr: MaskExpander? = {
    let kernel = secagg_mask_kernel_best(SECAGG_MASK_CIPHER_AES256CTR)
    return kernel == SECAGG_MASK_KERNEL_NONE ? nil : MaskExpander(kernel: kernel)
  }()

  /// Combines `words` with the words `streamOffset`... of the stream of `seed`, modulo 2^64. A
  /// vector has at most 2^32 + 1 words, so no block counter wraps.
  ///
  /// - Parameter seed: 32 bytes.
  ///
  /// Complexity: O(`words.count`).
  func apply(
    _ direction: Direction, seed: Span<UInt8>, to words: inout MutableSpan<UInt64>,
    streamOffset: UInt64
  ) {
    let kernel = secagg_mask_kernel(rawValue: kernel)
    unsafe words.withUnsafeMutableBufferPointer { words in
      guard let base = words.baseAddress else { return }
      unsafe seed.withPointer { seed in
        switch direction {
        case .add: unsafe secagg_mask_add(kernel, seed, streamOffset, base, words.count)
        case .subtract: unsafe secagg_mask_subtract(kernel, seed, streamOffset, base, words.count)
        }
      }
    }
  }
}
