/// The numbers of the rounds that a client has answered, as ranges.
///
/// The memory is bounded: if there are more than ``mostRanges`` ranges, the two lowest become one, and
/// the rounds between them count as answered. So a client can miss a round that it skipped long ago,
/// but never answers one twice. The outcome depends on the order of the insertions alone, so reading a
/// file gives what its writer had.
struct AnsweredRounds: Sendable, Hashable {
  /// The largest number of ranges.
  static let mostRanges = 1 << 12

  /// In ascending order; between two of them is at least one round.
  private(set) var ranges: [ClosedRange<Int>] = []

  /// Whether a round counts as answered.
  ///
  /// - Complexity: O(log ranges).
  func contains(_ round: Int) -> Bool {
    let index = indexOfRange(endingAtOrAfter: round)
    return index < ranges.count && ranges[index].contains(round)
  }

  /// Adds a round, which is at least 0.
  ///
  /// - Returns: `false` if it was there already.
  /// - Complexity: O(log ranges), and a move of the ranges behind it.
  @discardableResult
  mutating func insert(_ round: Int) -> Bool {
    let index = indexOfRange(endingAtOrAfter: round)
    let isBelowNext = index < ranges.count
    if isBelowNext, ranges[index].contains(round) { return false }
    // The next range begins above the round, so nothing overflows.
    let touchesNext = isBelowNext && ranges[index].lowerBound - 1 == round
    let touchesPrevious = index > 0 && ranges[index - 1].upperBound == round - 1
    switch (touchesPrevious, touchesNext) {
    case (true, true):
      ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
      ranges.remove(at: index)
    case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...round
    case (false, true): ranges[index] = round...ranges[index].upperBound
    case (false, false): ranges.insert(round...round, at: index)
    }
    if ranges.count > Self.mostRanges {
      ranges[1] = ranges[0].lowerBound...ranges[1].upperBound
      ranges.removeFirst()
    }
    return true
  }

  /// Bisects for the first range that does not end before the round.
  private func indexOfRange(endingAtOrAfter round: Int) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].upperBound < round { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
