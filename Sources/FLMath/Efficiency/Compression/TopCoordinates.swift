/// The coordinates of the largest magnitude (top-k); of equal ones the first.
///
/// Aji and Heafield 2017, "Sparse Communication for Distributed Gradient Descent"; use it with
/// ``ErrorFeedback``. Every client sends other coordinates, and which ones says something about its
/// data: it does not run under secure aggregation.
public struct TopCoordinates: UpdateCompressor, Hashable {
  /// The number of elements of an update.
  public let dimension: Int

  /// The number of coordinates that are sent.
  public let count: Int

  /// Sends the `count` largest of `dimension` coordinates.
  ///
  /// - Throws: ``CompressionError`` unless the dimension is at least 1 and the count from 1 to it.
  public init(dimension: Int, count: Int) throws(CompressionError) {
    self.dimension = try CompressionError.validated(dimension: dimension)
    guard count >= 1, count <= dimension else {
      throw .invalidCount(maximum: dimension, found: count)
    }
    self.count = count
  }

  /// The largest coordinates. The generator is not used.
  ///
  /// - Complexity: O(dimension), for every order of the elements.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> SparseVector {
    try requireUsable(update)
    let threshold = MagnitudeSelection.magnitude(ofRank: dimension - count, in: update)
    // All above the threshold are sent, and as many at the threshold as there is room for.
    var room = count - update.count { $0.magnitude > threshold }
    var indices: [Int] = []
    indices.reserveCapacity(count)
    for index in update.indices {
      let magnitude = update[index].magnitude
      if magnitude > threshold {
        indices.append(index)
      } else if magnitude == threshold, room > 0 {
        indices.append(index)
        room -= 1
      }
    }
    return try SparseVector(
      dimension: dimension, indices: indices, values: indices.map { update[$0] })
  }

  /// The coordinates at their places, zeros elsewhere.
  public func decompress(_ message: SparseVector) throws(CompressionError) -> [Double] {
    guard message.dimension == dimension else {
      throw .dimensionMismatch(expected: dimension, found: message.dimension)
    }
    return message.dense
  }

  /// 64 bits and an index for each coordinate.
  public func bits(of message: SparseVector) -> Int {
    let indexBits = Int.bitWidth - (dimension - 1).leadingZeroBitCount
    return message.indices.count * (64 + indexBits)
  }
}
