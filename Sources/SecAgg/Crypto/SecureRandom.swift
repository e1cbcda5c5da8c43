internal import CSodium

/// The only source of randomness for secrets: libsodium's `randombytes_buf`.
package enum SecureRandom {
  /// Fresh secret bytes.
  package static func secretBytes(_ count: Int) -> SecretBytes {
    var secret = SecretBytes(zeroed: count)
    secret.withMutableBytes { bytes in fill(&bytes) }
    return secret
  }

  /// Fresh public bytes, for nonces and identifiers.
  static func publicBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    fill(&span)
    return bytes
  }

  /// Overwrites `bytes` with randomness.
  static func fill(_ bytes: inout MutableSpan<UInt8>) {
    Sodium.prepare()
    let count = bytes.count
    unsafe bytes.withMutablePointer { unsafe randombytes_buf($0, count) }
  }
}

/// Secret random words by the million, for the noise of differential privacy: ChaCha20 under keys from
/// libsodium's generator, each for one block and then wiped.
///
/// Whoever knew the words could take the noise off again: they are wiped too.
@safe
final class SecureGenerator: RandomNumberGenerator {
  /// 32 KiB, which stay in the first-level cache.
  private static let blockSize = 4096

  private let block: UnsafeMutableBufferPointer<UInt64>
  private var position = SecureGenerator.blockSize

  init() {
    unsafe block = .allocate(capacity: Self.blockSize)
    unsafe block.initialize(repeating: 0)
  }

  deinit {
    unsafe Sodium.wipe(UnsafeMutableRawBufferPointer(block))
    unsafe block.deallocate()
  }

  func next() -> UInt64 {
    if position == Self.blockSize { refill() }
    defer { position &+= 1 }
    return unsafe block[position]
  }

  private func refill() {
    // Expansion adds to what is there; also, words that were used are gone should it be interrupted.
    unsafe Sodium.wipe(UnsafeMutableRawBufferPointer(block))
    let key = SecureRandom.secretBytes(MaskExpander.seedByteCount)
    key.withBytes { key in
      var words = unsafe block.mutableSpan
      MaskExpander.chacha20.apply(.add, seed: key, to: &words, streamOffset: 0)
    }
    position = 0
  }
}
