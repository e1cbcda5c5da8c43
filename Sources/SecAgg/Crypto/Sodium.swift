internal import CSodium

/// The door to libsodium.
enum Sodium {
  /// Selects libsodium's fastest implementations for this processor, once a process.
  ///
  /// A failure is ignored on purpose: every primitive used here is correct without initialisation
  /// (libsodium then keeps its portable code), so there is no state in which carrying on is unsafe.
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

  /// Overwrites what functions that have returned left on this thread's stack: libsodium's ciphers
  /// keep keys there and do not all wipe them.
  static func wipeStack() {
    sodium_stackzero(8192)
  }

  /// Whether bytes are the same, in a time that depends on their number only.
  static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withPointer { leftBytes in
      unsafe right.withPointer { unsafe sodium_memcmp(leftBytes, $0, left.count) == 0 }
    }
  }
}

extension Span<UInt8> {
  /// The address of the bytes for a C call; some address, never read, when there are none.
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
  /// The address of the bytes for a C call; some address, never used, when there are none.
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
