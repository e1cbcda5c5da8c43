internal import CSodium

/// Expands seeds into masks: the ChaCha20 key stream of a seed read as little-endian 64-bit words.
///
/// The stream can be entered at any word, so that a long vector is masked in cache-sized pieces
/// and its ranges can be shared out. Holds a piece of key stream, which is wiped with it.
struct MaskExpander: ~Copyable {
  /// Bytes of a seed.
  static let seedByteCount = 32

  /// Whether a mask is added to a vector or taken off it.
  enum Direction {
    case add
    case subtract

    var opposite: Direction { self == .add ? .subtract : .add }
  }

  /// The words of one ChaCha20 block of 64 bytes.
  private static let wordsPerBlock: UInt64 = 8
  /// Words expanded at a time: 4 KiB of key stream, which stay in the first-level cache together
  /// with the words that they are added to.
  private static let chunk = 512
  private static let zeros = [UInt8](repeating: 0, count: 8 * chunk)
  /// One seed makes one mask of one session, so the nonce need not vary.
  private static let nonce = [UInt8](repeating: 0, count: 12)

  private var keystream = SecretBytes(zeroed: 8 * chunk)

  init() {
    Sodium.prepare()
  }

  /// Combines the words in `range` with the words `streamOffset`... of the stream of `seed`,
  /// modulo 2^64.
  ///
  /// Complexity: O(`range.count`).
  mutating func apply(
    _ direction: Direction, seed: Span<UInt8>, to words: inout MutableSpan<UInt64>,
    in range: Range<Int>, streamOffset: UInt64
  ) {
    var position = range.lowerBound
    while position < range.upperBound {
      let offset = streamOffset + UInt64(position - range.lowerBound)
      let skipped = Int(offset % Self.wordsPerBlock)
      let count = min(Self.chunk - skipped, range.upperBound - position)
      fill(seed: seed, fromBlock: offset / Self.wordsPerBlock, byteCount: 8 * (skipped + count))
      keystream.withWords { keystream in
        switch direction {
        case .add:
          for index in 0..<count {
            words[position + index] &+= UInt64(littleEndian: keystream[skipped + index])
          }
        case .subtract:
          for index in 0..<count {
            words[position + index] &-= UInt64(littleEndian: keystream[skipped + index])
          }
        }
      }
      position += count
    }
  }

  private mutating func fill(seed: Span<UInt8>, fromBlock block: UInt64, byteCount: Int) {
    // A vector has at most 2^32 + 1 words, so the 32-bit block counter cannot wrap.
    let counter = UInt32(truncatingIfNeeded: block)
    keystream.withMutableBytes { keystream in
      unsafe keystream.withMutablePointer { keystream in
        unsafe seed.withPointer { seed in
          _ = unsafe crypto_stream_chacha20_ietf_xor_ic(
            keystream, Self.zeros, UInt64(byteCount), Self.nonce, counter, seed)
        }
      }
    }
  }
}
