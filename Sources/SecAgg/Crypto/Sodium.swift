internal import CSodium

/// Calls of libsodium that other files need, and its initialisation.
enum Sodium {
  /// Selects libsodium's fastest implementations for this processor, once in a process.
  ///
  /// A failure is ignored on purpose: every primitive used here is correct without initialisation
  /// (libsodium then keeps its portable code), so it is always safe to continue.
  private static let isInitialised: Bool = sodium_init() >= 0

  /// Makes sure that libsodium is initialised before the first primitive is used.
  @inline(__always)
  static func prepare() {
    _ = isInitialised
  }

  /// Overwrites memory in a way that the optimiser may not remove.
  static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return }
    unsafe sodium_memzero(base, memory.count)
  }

  /// Overwrites this thread's stack below the current frame. Libsodium's ciphers keep keys there,
  /// and not all of them wipe it.
  static func wipeStack() {
    sodium_stackzero(8192)
  }

  /// Returns whether bytes are equal, in a time that depends only on their number.
  static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withPointer { leftBytes in
      unsafe right.withPointer { unsafe sodium_memcmp(leftBytes, $0, left.count) == 0 }
    }
  }
}

extension Span<UInt8> {
  /// Calls `body` with the address of the bytes, for C. If there are no bytes, the address is
  /// valid, but C does not read it.
  @unsafe
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { return unsafe body(base) }
      var nothing: UInt8 = 0
      return unsafe withUnsafePointer(to: &nothing) { unsafe body($0) }
    }
  }
}

extension MutableSpan<UInt8> {
  /// Calls `body` with the address of the bytes, for C. If there are no bytes, the address is
  /// valid, but C does not use it.
  @unsafe
  @inline(__always)
  mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<UInt8>) -> Result
  ) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { return unsafe body(base) }
      var nothing: UInt8 = 0
      return unsafe withUnsafeMutablePointer(to: &nothing) { unsafe body($0) }
    }
  }
}

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
