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
