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
