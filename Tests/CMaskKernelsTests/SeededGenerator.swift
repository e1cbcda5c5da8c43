/// splitmix64: numbers that a seed repeats.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func key() -> [UInt8] { (0..<32).map { _ in UInt8(truncatingIfNeeded: next()) } }
  mutating func words(_ count: Int) -> [UInt64] { (0..<count).map { _ in next() } }

  /// Where a range of `count` words of the kernel's stream may start: near the start, near a
  /// border of the counter, anywhere, or at the very end.
  mutating func offset(for kernel: Kernel, count: Int) -> UInt64 {
    let last = kernel.streamLength &- UInt64(count)
    let borders: [UInt64] =
      kernel.streamLength == 0 ? [1 << 33, 1 << 41, 1 << 62, 1 << 63] : [1 << 33, 1 << 34]
    switch next() % 4 {
    case 0: return next() % 300
    case 1: return borders[Int(next() % UInt64(borders.count))] - next() % 600
    case 2: return last == 0 ? next() : next() % last
    default: return last
    }
  }
}
