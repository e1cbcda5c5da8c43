internal import Synchronization

/// The value of a handle: a number that is given once in a process, and no address.
///
/// A handle that is stale, of another kind or made up is then looked up in vain, where a pointer would be
/// followed.
enum HandleKey {
  /// How many handles there have been.
  private static let count = Atomic<UInt>(0)

  #if _pointerBitWidth(_64)
    /// No address of user space on any 64-bit system begins so: a handle that is followed by mistake
    /// faults, and no pointer is taken for a handle.
    private static let prefix: UInt = 0x5eca << 48
    /// The bits that tell handles apart; 2^48 of them take years to use up, one each microsecond.
    private static let numbers: UInt = 1 << 48 - 1
    /// Odd, so that the numbers times it differ as well, while neighbours lie far apart: a handle with a
    /// flipped bit is unlikely to be another one.
    private static let spread: UInt = 0x9e37_79b9_7f4b
  #else
    private static let prefix: UInt = 0
    private static let numbers: UInt = .max
    private static let spread: UInt = 0x9e37_79b1
  #endif

  /// A value that no handle has had; never 0.
  static func next() -> UInt {
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    return prefix | (number &* spread & numbers)
  }
}
