/// The numbers nearest to the median, out of numbers in order: they are neighbours.
struct NearestWindow {
  /// The places of the nearest numbers. Of two at the same distance, the one below the median is among
  /// them.
  let places: Range<Int>

  /// Whether a number that is not among them is as near as a different one that is.
  let isAmbiguous: Bool

  /// - Parameters:
  ///   - count: how many of the numbers, from 1 to all.
  ///   - median: the median of the numbers.
  ///   - sorted: finite numbers in order.
  /// - Complexity: O(log numbers).
  init(_ count: Int, around median: Double, in sorted: borrowing Span<Double>) {
    // The first place from which the number at the start is not farther than the one behind the end. The
    // former come nearer from place to place, the latter go away, so halving finds it.
    var (low, high) = (0, sorted.count &- count)
    while low < high {
      let middle = (low &+ high) / 2
      if median - sorted[middle] > sorted[middle &+ count] - median {
        low = middle &+ 1
      } else {
        high = middle
      }
    }
    places = low..<low &+ count
    isAmbiguous =
      low < sorted.count &- count
      && median - sorted[low] == sorted[low &+ count] - median
      && sorted[low] != sorted[low &+ count]
  }

  /// The largest distance of one of the numbers from the median.
  func radius(around median: Double, in sorted: borrowing Span<Double>) -> Double {
    max(median - sorted[places.lowerBound], sorted[places.upperBound &- 1] - median)
  }
}
