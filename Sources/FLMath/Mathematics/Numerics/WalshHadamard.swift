/// The Walsh-Hadamard transform of vectors whose length is a power of two: sums and differences only,
/// and its own inverse but for a factor of the length.
///
/// In place, on groups of eight numbers: the compiler turns their arithmetic into vector
/// instructions. Depth first, so that parts that fit a cache are finished in it.
enum WalshHadamard {
  /// How many numbers a group holds.
  static let groupSize = 8

  /// Transforms, without normalisation.
  ///
  /// - Parameter groups: a power of two of them, at least one.
  /// - Complexity: O(n log n) additions for n numbers, without allocation.
  static func transform(_ groups: inout [SIMD8<Double>]) {
    transform(&groups, from: 0, count: groups.count)
  }

  private static func transform(_ groups: inout [SIMD8<Double>], from start: Int, count: Int) {
    if count > 256 {
      // Two levels at once: half the passes over memory.
      quarters(&groups, from: start, count: count)
      let quarter = count / 4
      for index in 0..<4 {
        transform(&groups, from: start &+ index &* quarter, count: quarter)
      }
      return
    }
    // 16 kB and below: all levels in the first cache.
    var length = count
    while length >= 4 {
      var block = start
      while block < start &+ count {
        quarters(&groups, from: block, count: length)
        block &+= length
      }
      length /= 4
    }
    if length == 2 {
      var block = start
      while block < start &+ count {
        let (first, second) = (groups[block], groups[block &+ 1])
        groups[block] = first + second
        groups[block &+ 1] = first - second
        block &+= 2
      }
    }
    for index in start..<start &+ count {
      groups[index] = withinGroup(groups[index])
    }
  }

  /// The levels that combine the four quarters of a part.
  @inline(__always)
  private static func quarters(
    _ groups: inout [SIMD8<Double>], from start: Int, count: Int
  ) {
    let quarter = count / 4
    for index in start..<start &+ quarter {
      let (a, b) = (groups[index], groups[index &+ quarter])
      let (c, d) = (groups[index &+ 2 &* quarter], groups[index &+ 3 &* quarter])
      let (sum, difference) = (a + c, a - c)
      let (otherSum, otherDifference) = (b + d, b - d)
      groups[index] = sum + otherSum
      groups[index &+ quarter] = sum - otherSum
      groups[index &+ 2 &* quarter] = difference + otherDifference
      groups[index &+ 3 &* quarter] = difference - otherDifference
    }
  }

  /// The levels inside a group.
  @inline(__always)
  private static func withinGroup(_ group: SIMD8<Double>) -> SIMD8<Double> {
    let (low, high) = (group.lowHalf, group.highHalf)
    let (sums, differences) = (low + high, low - high)
    return SIMD8(lowHalf: ofFour(sums), highHalf: ofFour(differences))
  }

  @inline(__always)
  private static func ofFour(_ four: SIMD4<Double>) -> SIMD4<Double> {
    let (sum, difference) = (four.lowHalf + four.highHalf, four.lowHalf - four.highHalf)
    return SIMD4(
      sum.x + sum.y, sum.x - sum.y, difference.x + difference.y, difference.x - difference.y)
  }
}
