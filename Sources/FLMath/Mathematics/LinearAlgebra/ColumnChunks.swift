/// The columns of a matrix, in chunks that threads take one after the other.
enum ColumnChunks {
  /// The columns of a chunk, a multiple of ``ColumnBlock/width``.
  static let width = 4096

  /// The number of chunks of so many columns.
  static func count(of dimension: Int) -> Int {
    (dimension + width - 1) / width
  }

  /// The columns of a chunk.
  static func columns(of chunk: Int, dimension: Int) -> Range<Int> {
    chunk * width..<min(dimension, (chunk + 1) * width)
  }

  /// Returns a vector of which `elements` computes the elements of a range.
  static func vector(
    dimension: Int, _ elements: @Sendable (Range<Int>) -> [Double]
  ) -> [Double] {
    var vector: [Double] = []
    vector.reserveCapacity(dimension)
    let count = count(of: dimension)
    return ParallelWork.reduce(count, into: vector) { chunk in
      elements(columns(of: chunk, dimension: dimension))
    } _: { vector, elements in
      vector.append(contentsOf: elements)
    }
  }
}
