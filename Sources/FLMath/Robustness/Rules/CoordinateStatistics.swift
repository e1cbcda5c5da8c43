internal import CVectorKernels

/// Order statistics of every coordinate of many vectors.
enum CoordinateStatistics {
  /// The median of every coordinate; of an even number of rows the mean of the two in the middle.
  static func median(of rows: [[Double]]) -> [Double] {
    meanOfRanks((rows.count - 1) / 2..<rows.count / 2 + 1, of: rows)
  }

  /// In every coordinate the mean of the values with these ranks, counted from 0.
  ///
  /// - Parameters:
  ///   - ranks: at least one, below the number of rows.
  ///   - rows: finite vectors of one length, at least one.
  static func meanOfRanks(_ ranks: Range<Int>, of rows: [[Double]]) -> [Double] {
    let network = SelectionNetwork(count: rows.count, ranks: ranks)
    return ColumnChunks.vector(dimension: rows[0].count) { columns in
      meanOfRanks(ranks, of: rows, in: columns, network)
    }
  }

  private static func meanOfRanks(
    _ ranks: Range<Int>, of rows: [[Double]], in columns: Range<Int>, _ network: SelectionNetwork
  ) -> [Double] {
    let count = Double(ranks.count)
    var means = [Double](repeating: 0, count: columns.count)
    var block = ColumnBlock(rows: rows.count)
    for start in stride(from: 0, to: columns.count, by: ColumnBlock.width) {
      block.load(rows, from: columns.lowerBound + start)
      block.sort(by: network)
      for vector in 0..<ColumnBlock.vectorsPerRow {
        var sum = SIMD8<Double>.zero
        for rank in ranks { sum += block.eight(row: rank, vector: vector) }
        let mean = sum / count
        let first = start &+ vector &* 8
        for lane in 0..<max(0, min(8, means.count &- first)) {
          means[first &+ lane] = mean[lane]
        }
      }
    }
    return means
  }

  /// In every coordinate the mean of the `count` values nearest to the median of all. Of values at
  /// the same distance, those of the first rows are taken.
  ///
  /// - Parameters:
  ///   - count: from 1 to the number of rows.
  ///   - rows: finite vectors of one length, at least one.
  static func meanAroundMedian(_ count: Int, of rows: [[Double]]) -> [Double] {
    ofSortedColumns(of: rows) { coordinate, sorted in
      meanAroundMedian(count, sorted: sorted) { rows[$0][coordinate] }
    }
  }

  /// In every coordinate what `statistic` makes of its values in order.
  ///
  /// - Parameters:
  ///   - rows: finite vectors of one length, at least one.
  ///   - statistic: is called on several threads at once.
  static func ofSortedColumns(
    of rows: [[Double]],
    _ statistic: @Sendable (_ coordinate: Int, _ sorted: [Double]) -> Double
  ) -> [Double] {
    let network = SelectionNetwork(count: rows.count, ranks: 0..<rows.count)
    return ColumnChunks.vector(dimension: rows[0].count) { columns in
      var statistics: [Double] = []
      statistics.reserveCapacity(columns.count)
      var column = [Double](repeating: 0, count: rows.count)
      var block = ColumnBlock(rows: rows.count)
      for coordinate in columns {
        let place = coordinate % ColumnBlock.width
        if place == 0 {
          block.load(rows, from: coordinate)
          block.sort(by: network)
        }
        block.copyColumn(place, to: &column)
        statistics.append(statistic(coordinate, column))
      }
      return statistics
    }
  }

  /// The mean of the `count` values nearest to the median, given in order and by row.
  private static func meanAroundMedian(
    _ count: Int, sorted: [Double], unsorted: (Int) -> Double
  ) -> Double {
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    let window = NearestWindow(count, around: median, in: sorted.span)
    if window.isAmbiguous {
      return meanOfNearest(count, to: median, among: sorted.indices.map(unsorted))
    }
    return sorted[window.places].reduce(0, +) / Double(count)
  }

  /// The mean of the `count` values nearest to `center`, the first ones where distances are equal.
  private static func meanOfNearest(
    _ count: Int, to center: Double, among values: [Double]
  ) -> Double {
    let order = values.indices.sorted { left, right in
      let (a, b) = ((values[left] - center).magnitude, (values[right] - center).magnitude)
      return a == b ? left < right : a < b
    }
    return order.prefix(count).reduce(0) { $0 + values[$1] } / Double(count)
  }
}

/// A few columns of many rows, copied together, row after row.
///
/// What is done to one column is done to all at a time, without a branch on any value.
struct ColumnBlock {
  /// The columns of a block: 100 rows take 51 kB.
  static let width = Int(FLMATH_SORTED_COLUMNS)

  /// Vectors of eight columns in a row.
  static let vectorsPerRow = width / 8

  private var values: [Double]

  init(rows: Int) {
    values = [Double](repeating: 0, count: rows * Self.width)
  }

  /// Copies the columns from `start` on, at most ``width``; columns beyond the last are zero.
  mutating func load(_ rows: [[Double]], from start: Int) {
    var target = values.mutableSpan
    for (row, elements) in rows.enumerated() {
      let source = elements.span
      let first = row &* Self.width
      let count = max(0, min(Self.width, source.count &- start))
      for column in 0..<count { target[first &+ column] = source[start &+ column] }
      for column in count..<Self.width { target[first &+ column] = 0 }
    }
  }

  /// Exchanges, in every column, what lies in the rows of each comparator if it is out of order.
  ///
  /// - Parameter network: of as many elements as there are rows.
  mutating func sort(by network: SelectionNetwork) {
    precondition(network.count * Self.width == values.count)
    // Every comparator is of two different elements below the network's count, so of two rows.
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe network.comparators.withUnsafeBufferPointer { comparators in
        guard let block = values.baseAddress, let pairs = comparators.baseAddress else { return }
        unsafe flmath_exchange_rows(block, pairs, comparators.count / 2)
      }
    }
  }

  /// Eight columns of a row.
  @inline(__always)
  func eight(row: Int, vector: Int) -> SIMD8<Double> {
    SIMD8(values.span, at: row &* Self.width &+ vector &* 8)
  }

  /// Writes the values of one column, in the order of the rows.
  func copyColumn(_ column: Int, to target: inout [Double]) {
    let source = values.span
    var place = column
    for row in target.indices {
      target[row] = source[place]
      place &+= Self.width
    }
  }
}

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
