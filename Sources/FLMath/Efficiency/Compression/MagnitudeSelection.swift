/// The magnitude of a given rank, found without sorting.
///
/// Magnitudes of finite numbers have the order of their bit patterns. So the wanted one is found digit by
/// digit, from the highest: the numbers are counted by their digit, and only those with the digit of the
/// wanted rank remain (radix selection). No order of the numbers makes it slower than six passes.
enum MagnitudeSelection {
  /// A digit: the exponent first, then the significand in five parts.
  private static let digitBits = 11

  /// Fewer magnitudes than digits are sorted.
  private static let sortedCount = 512

  /// The magnitude with this rank, counted from 0 at the smallest.
  ///
  /// - Parameters:
  ///   - rank: from 0, below the number of elements.
  ///   - vector: finite numbers.
  /// - Complexity: O(elements) time and memory, for every order of the elements.
  static func magnitude(ofRank rank: Int, in vector: [Double]) -> Double {
    var candidates = vector.map(\.magnitude.bitPattern)
    var rank = rank
    // The sign bit of a magnitude is 0.
    var shift = 63 - digitBits
    while candidates.count > sortedCount {
      let counts = counts(of: candidates, shift: shift)
      var digit = 0
      while rank >= counts[digit] {
        rank -= counts[digit]
        digit += 1
      }
      if counts[digit] < candidates.count {
        candidates = kept(candidates, shift: shift, digit: UInt64(digit), count: counts[digit])
      }
      // All that is left is the same number.
      if shift == 0 { return Double(bitPattern: candidates[0]) }
      shift = max(0, shift - digitBits)
    }
    candidates.sort()
    return Double(bitPattern: candidates[rank])
  }

  private static func counts(of candidates: [UInt64], shift: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 1 << digitBits)
    let mask = UInt64(counts.count - 1)
    for candidate in candidates { counts[Int(candidate >> UInt64(shift) & mask)] += 1 }
    return counts
  }

  private static func kept(
    _ candidates: [UInt64], shift: Int, digit: UInt64, count: Int
  ) -> [UInt64] {
    let mask = UInt64(1 << digitBits - 1)
    // One place more than is kept: every candidate is written, and the next one overwrites it unless it
    // is kept. A branch on the digit would be mispredicted half of the time.
    var kept = [UInt64](repeating: 0, count: count + 1)
    var next = 0
    for candidate in candidates {
      kept[next] = candidate
      if candidate >> UInt64(shift) & mask == digit { next += 1 }
    }
    kept.removeLast()
    return kept
  }
}
