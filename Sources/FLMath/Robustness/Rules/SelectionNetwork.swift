/// Comparisons that bring the elements of some ranks to their places, the same ones whatever the
/// elements are.
///
/// Batcher's odd-even merge sort (Batcher 1968, "Sorting Networks and their Applications"; for any
/// number of elements Knuth, The Art of Computer Programming 3, 5.2.2, Algorithm M), less the
/// comparators that no wanted rank depends on. About (count / 4) log2(count)^2 comparators.
struct SelectionNetwork {
  /// The number of elements.
  let count: Int

  /// Pairs of places, all below ``count`` and different: the smaller of the two elements there goes to the
  /// first place of a pair, the larger to the second.
  let comparators: [UInt32]

  private struct Comparator {
    let low: Int
    let high: Int
  }

  /// Comparators that bring the elements of the given ranks, counted from 0, to the positions of
  /// that number, out of `count` elements.
  init(count: Int, ranks: Range<Int>) {
    var wanted = [Bool](repeating: false, count: count)
    for rank in ranks { wanted[rank] = true }
    var kept: [Comparator] = []
    for comparator in Self.oddEvenMergeSort(count).reversed()
    where wanted[comparator.low] || wanted[comparator.high] {
      wanted[comparator.low] = true
      wanted[comparator.high] = true
      kept.append(comparator)
    }
    self.count = count
    comparators = kept.reversed().flatMap { [UInt32($0.low), UInt32($0.high)] }
  }

  private static func oddEvenMergeSort(_ count: Int) -> [Comparator] {
    var comparators: [Comparator] = []
    var run = 1
    while run < count {
      var distance = run
      while distance >= 1 {
        var start = distance % run
        while start + distance < count {
          for low in start..<min(start + distance, count - distance)
          where low / (2 * run) == (low + distance) / (2 * run) {
            comparators.append(Comparator(low: low, high: low + distance))
          }
          start += 2 * distance
        }
        distance /= 2
      }
      run *= 2
    }
    return comparators
  }
}
