/// The means of many groups of rows that may overlap.
///
/// A few columns of all rows are copied together once and serve all groups from cache.
enum GroupMeans {
  /// The mean of the rows of each group, in the order of the groups.
  ///
  /// - Parameters:
  ///   - rows: vectors of one length.
  ///   - groups: positions in `rows`, at least one for each group.
  /// - Complexity: O(dimension x positions in all groups).
  static func means(of rows: [[Double]], groups: [[Int]]) -> [[Double]] {
    let dimension = rows.first?.count ?? 0
    var means = groups.map { _ in [Double]() }
    for index in means.indices { means[index].reserveCapacity(dimension) }
    return ParallelWork.reduce(ColumnChunks.count(of: dimension), into: means) { chunk in
      Self.means(of: rows, groups, in: ColumnChunks.columns(of: chunk, dimension: dimension))
    } _: { means, parts in
      for index in means.indices { means[index].append(contentsOf: parts[index]) }
    }
  }

  private static func means(
    of rows: [[Double]], _ groups: [[Int]], in columns: Range<Int>
  ) -> [[Double]] {
    var means = groups.map { _ in [Double](repeating: 0, count: columns.count) }
    var block = ColumnBlock(rows: rows.count)
    for start in stride(from: 0, to: columns.count, by: ColumnBlock.width) {
      block.load(rows, from: columns.lowerBound + start)
      for (index, group) in groups.enumerated() {
        write(block, group, to: &means[index], from: start)
      }
    }
    return means
  }

  private static func write(
    _ block: ColumnBlock, _ group: [Int], to mean: inout [Double], from start: Int
  ) {
    let count = Double(group.count)
    for vector in 0..<ColumnBlock.vectorsPerRow {
      var sum = SIMD8<Double>.zero
      for row in group { sum += block.eight(row: row, vector: vector) }
      let quotient = sum / count
      let first = start &+ vector &* 8
      for lane in 0..<max(0, min(8, mean.count &- first)) {
        mean[first &+ lane] = quotient[lane]
      }
    }
  }
}
