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
  /// - Throws: ``FLMathError`` unless the dimension is at least 1 and the count from 1 to it.
  public init(dimension: Int, count: Int) throws(FLMathError) {
    self.dimension = try FLMathError.Compression.validated(dimension: dimension)
    guard count >= 1, count <= dimension else {
      throw .compression(.invalidCount(maximum: dimension, found: count))
    }
    self.count = count
  }

  /// The largest coordinates. The generator is not used.
  ///
  /// - Complexity: O(dimension), for every order of the elements.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> SparseVector {
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
  public func decompress(_ message: SparseVector) throws(FLMathError) -> [Double] {
    guard message.dimension == dimension else {
      throw .compression(.dimensionMismatch(expected: dimension, found: message.dimension))
    }
    return message.dense
  }

  /// 64 bits and an index for each coordinate.
  public func bits(of message: SparseVector) -> Int {
    let indexBits = Int.bitWidth - (dimension - 1).leadingZeroBitCount
    return message.indices.count * (64 + indexBits)
  }
}

/// Some coordinates of a vector, the others being zero.
public struct SparseVector: Sendable, Hashable {
  /// The number of elements of the vector.
  public let dimension: Int

  /// Where the values are, in ascending order, each below the dimension.
  public let indices: [Int]

  /// The values at the indices.
  public let values: [Double]

  /// Takes values and their places.
  ///
  /// - Throws: ``FLMathError`` if the dimension is out of its range, if the indices are not ascending, beyond
  ///   the dimension or not as many as the values, or if a value is not finite.
  public init(dimension: Int, indices: [Int], values: [Double]) throws(FLMathError) {
    guard indices.count == values.count else { throw .compression(.invalidIndices) }
    var next = 0
    for index in indices {
      guard index >= next, index < dimension else { throw .compression(.invalidIndices) }
      next = index + 1
    }
    if let index = values.firstNonFiniteIndex {
      throw .compression(.nonFinite(index: indices[index], found: values[index]))
    }
    self.dimension = try FLMathError.Compression.validated(dimension: dimension)
    self.indices = indices
    self.values = values
  }

  /// All coordinates.
  public var dense: [Double] {
    var vector = [Double](repeating: 0, count: dimension)
    for (index, value) in zip(indices, values) { vector[index] = value }
    return vector
  }
}

/// What a client's compressed messages have left out so far, to be added to the next update: what is
/// not sent now is sent later.
///
/// Seide et al. 2014, "1-Bit Stochastic Gradient Descent"; Karimireddy et al. 2019, "Error Feedback
/// Fixes SignSGD and other Gradient Compression Schemes", Algorithm 2. It is for compressors that
/// shrink the error, such as ``TopCoordinates`` and ``RandomSparsification`` without scaling; an
/// unbiased one whose error is larger than the update would make the rest grow. The rest is the
/// client's own and never sent as it is, so with a linear compressor this runs under secure
/// aggregation.
public struct ErrorFeedback: Sendable, Hashable {
  /// What has been left out so far.
  public private(set) var residual: [Double]

  /// Starts with nothing left out.
  ///
  /// - Throws: ``FLMathError/Compression/invalidDimension(maximum:found:)`` if the dimension is below 1.
  public init(dimension: Int) throws(FLMathError) {
    residual = [Double](
      repeating: 0, count: try FLMathError.Compression.validated(dimension: dimension))
  }

  /// The message for an update and what was left out before.
  ///
  /// - Throws: ``FLMathError`` if the compressor refuses; the rest is then as before.
  public mutating func compress<Compressor: UpdateCompressor>(
    _ update: [Double], by compressor: Compressor, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> Compressor.Message {
    guard update.count == residual.count else {
      throw .compression(.dimensionMismatch(expected: residual.count, found: update.count))
    }
    var corrected = update
    for index in corrected.indices { corrected[index] += residual[index] }
    let message = try compressor.compress(corrected, using: &generator)
    let sent = try compressor.decompress(message)
    for index in corrected.indices { corrected[index] -= sent[index] }
    residual = corrected
    return message
  }
}

/// The magnitude of a given rank, found without sorting.
///
/// Magnitudes of finite numbers have the order of their bit patterns. So the wanted one is found digit by
/// digit, from the highest: the numbers are counted by their digit, and only those with the digit of the
/// wanted rank remain (radix selection). No order of the numbers makes it slower than six passes.
enum MagnitudeSelection {
  /// A digit: the exponent first, then the significand in five parts.
  private static let digitBits = 11

  /// Fewer magnitudes than digits are sorted.
  private static let sortedCount = 512

  /// The magnitude with this rank, counted from 0 at the smallest.
  ///
  /// - Parameters:
  ///   - rank: from 0, below the number of elements.
  ///   - vector: finite numbers.
  /// - Complexity: O(elements) time and memory, for every order of the elements.
  static func magnitude(ofRank rank: Int, in vector: [Double]) -> Double {
    var candidates = vector.map(\.magnitude.bitPattern)
    var rank = rank
    // The sign bit of a magnitude is 0.
    var shift = 63 - digitBits
    while candidates.count > sortedCount {
      let counts = counts(of: candidates, shift: shift)
      var digit = 0
      while rank >= counts[digit] {
        rank -= counts[digit]
        digit += 1
      }
      if counts[digit] < candidates.count {
        candidates = kept(candidates, shift: shift, digit: UInt64(digit), count: counts[digit])
      }
      // All that is left is the same number.
      if shift == 0 { return Double(bitPattern: candidates[0]) }
      shift = max(0, shift - digitBits)
    }
    candidates.sort()
    return Double(bitPattern: candidates[rank])
  }

  private static func counts(of candidates: [UInt64], shift: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 1 << digitBits)
    let mask = UInt64(counts.count - 1)
    for candidate in candidates { counts[Int(candidate >> UInt64(shift) & mask)] += 1 }
    return counts
  }

  private static func kept(
    _ candidates: [UInt64], shift: Int, digit: UInt64, count: Int
  ) -> [UInt64] {
    let mask = UInt64(1 << digitBits - 1)
    // One place more than is kept: every candidate is written, and the next one overwrites it unless it
    // is kept. A branch on the digit would be mispredicted half of the time.
    var kept = [UInt64](repeating: 0, count: count + 1)
    var next = 0
    for candidate in candidates {
      kept[next] = candidate
      if candidate >> UInt64(shift) & mask == digit { next += 1 }
    }
    kept.removeLast()
    return kept
  }
}
