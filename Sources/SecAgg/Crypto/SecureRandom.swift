internal import CSodium

/// The only source of randomness for secrets: libsodium's `randombytes_buf`.
package enum SecureRandom {
  /// Returns fresh secret bytes.
  package static func secretBytes(_ count: Int) -> SecretBytes {
    var secret = SecretBytes(zeroed: count)
    secret.withMutableBytes { bytes in fill(&bytes) }
    return secret
  }

  /// Returns fresh public bytes, for nonces and identifiers.
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

/// A generator of millions of secret random words, for the noise of differential privacy. It runs
/// ChaCha20 under keys from libsodium's generator. Each key makes one block and is then wiped.
///
/// The words are wiped too, since anybody who knows them can remove the noise.
@safe
final class SecureGenerator: RandomNumberGenerator {
  /// 32 KiB, so that the block stays in the first-level cache.
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
    // Expansion adds to the block, so the block must be zero. This also removes the words that were
    // used.
    unsafe Sodium.wipe(UnsafeMutableRawBufferPointer(block))
    let key = SecureRandom.secretBytes(MaskExpander.seedByteCount)
    key.withBytes { key in
      var words = unsafe block.mutableSpan
      MaskExpander.chacha20.apply(.add, seed: key, to: &words, streamOffset: 0)
    }
    position = 0
  }
}
