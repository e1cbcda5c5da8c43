internal import CVectorKernels

/// Sums over pairs of rows, such as squared distances, in blocks of columns that stay in cache.
enum RowBlocks {
  /// What a pair adds for every column.
  enum Summand {
    case squaredDifference
    case product
  }

  /// The columns of a block: 100 rows take 200 kB.
  static let width = Int(FLMATH_BLOCK_COLUMNS)

  /// Returns the sums of all pairs, row-major, `count * count` and symmetric.
  ///
  /// - Parameters:
  ///   - summand: what is summed.
  ///   - count: the number of rows.
  ///   - dimension: the number of columns.
  ///   - copy: writes ``width`` columns of a row, beginning with `start`, to the places of the block from
  ///     `target` on; columns beyond the last are 0 and add nothing. It is called on several threads at
  ///     once.
  /// - Complexity: O(count^2 x dimension) time and O(count^2) memory.
  static func sums(
    of summand: Summand, rows count: Int, dimension: Int,
    _ copy:
      @Sendable (
        _ row: Int, _ start: Int, _ target: Int, _ block: inout MutableSpan<Double>
      ) -> Void
  ) -> [Double] {
    let zeros = [Double](repeating: 0, count: count * count)
    var sums = ParallelWork.reduce(ColumnChunks.count(of: dimension), into: zeros) { chunk in
      var part = zeros
      var block = [Double](repeating: 0, count: count * width)
      let columns = ColumnChunks.columns(of: chunk, dimension: dimension)
      for start in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
        for row in 0..<count {
          var line = block.mutableSpan
          copy(row, start, row * width, &line)
        }
        add(summand, of: block, rows: count, to: &part)
      }
      return part
    } _: { sums, part in
      for index in sums.indices { sums[index] += part[index] }
    }
    for row in 0..<count {
      for column in 0..<row { sums[row * count + column] = sums[column * count + row] }
    }
    return sums
  }

  /// The distance of two rows of any magnitude, from scaled differences that are summed like those of
  /// ``sums(of:rows:dimension:_:)``, on this thread.
  static func distance(_ left: [Double], _ right: [Double]) -> Double {
    let (left, right) = (left.span, right.span)
    return EuclideanNorm.scaledNorm(count: left.count) {
      left[$0] - right[$0]
    } sumOfSquares: { scale in
      var sum = 0.0
      // The row of scaled differences, and one of zeros.
      var block = [Double](repeating: 0, count: 2 * width)
      for chunk in 0..<ColumnChunks.count(of: left.count) {
        var part = [0.0, 0, 0, 0]
        let columns = ColumnChunks.columns(of: chunk, dimension: left.count)
        for start in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
          let count = min(width, columns.upperBound - start)
          for column in 0..<count {
            block[column] = (left[start &+ column] - right[start &+ column]) * scale
          }
          for column in count..<width { block[column] = 0 }
          add(.squaredDifference, of: block, rows: 2, to: &part)
        }
        sum += part[1]
      }
      return sum
    }
  }

  /// Adds a block's part to the sums above the diagonal, and for products to those on it.
  private static func add(
    _ summand: Summand, of block: [Double], rows: Int, to sums: inout [Double]
  ) {
    precondition(block.count == rows * width && sums.count == rows * rows)
    unsafe block.withUnsafeBufferPointer { block in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        guard let block = block.baseAddress, let sums = sums.baseAddress else { return }
        switch summand {
        case .squaredDifference: unsafe flmath_add_squared_distances(block, rows, sums)
        case .product: unsafe flmath_add_inner_products(block, rows, sums)
        }
      }
    }
  }
}
