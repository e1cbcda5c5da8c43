/// A random rotation: random signs by a seed that all clients share, then the Walsh-Hadamard
/// transform. It makes the coordinates of any vector alike, so that coarse quantisation after it
/// errs less.
///
/// Suresh et al. 2017, "Distributed Mean Estimation with Limited Communication", section 3. Vectors
/// are padded with zeros to a power of two. Rotations keep norms and commute with sums.
public struct HadamardRotation: LinearCompressor, Hashable {
  /// The number of elements of an update.
  public let dimension: Int

  /// The number of elements after rotation, the next power of two.
  public let messageCount: Int

  private let signs: [Double]

  /// A rotation with signs that follow from the seed.
  ///
  /// - Throws: ``CompressionError/invalidDimension(maximum:found:)`` if the dimension is out of range.
  public init(dimension: Int, seed: UInt64) throws(CompressionError) {
    let dimension = try CompressionError.validated(dimension: dimension)
    var generator = SimulationGenerator(seed: seed)
    var word: UInt64 = 0
    let signs = (0..<dimension).map { index in
      if index % 64 == 0 { word = generator.next() }
      return (word >> UInt64(index % 64)) & 1 == 0 ? 1.0 : -1.0
    }
    self.init(signs: signs)
  }

  /// A rotation with these signs, 1 or -1.
  init(signs: [Double]) {
    dimension = signs.count
    messageCount = 1 << (Int.bitWidth - (signs.count - 1).leadingZeroBitCount)
    self.signs = signs
  }

  /// The rotated update, padded. The generator is not used.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> [Double] {
    try rotated(update)
  }

  func rotated(_ update: [Double]) throws(CompressionError) -> [Double] {
    try requireUsable(update)
    return transformed { $0 < dimension ? signs[$0] * update[$0] : 0 }
  }

  /// The transform of `messageCount` numbers, by the root of their number: it keeps norms and is its own
  /// inverse.
  private func transformed(_ number: (Int) -> Double) -> [Double] {
    // Fewer than a group are followed by zeros. The first of what comes out are their own transform.
    let size = WalshHadamard.groupSize
    var groups = [SIMD8<Double>](repeating: .zero, count: max(1, messageCount / size))
    for index in 0..<messageCount { groups[index / size][index % size] = number(index) }
    WalshHadamard.transform(&groups)
    let scale = 1 / Double(messageCount).squareRoot()
    return (0..<messageCount).map { groups[$0 / size][$0 % size] * scale }
  }

  /// The sum of updates whose rotations add up to `sum`.
  public func decompressSum(
    _ sum: [Double], contributors: Int
  ) throws(CompressionError) -> [Double] {
    try requireMessageCount(sum)
    guard contributors >= 1 else {
      throw .invalidContributors(maximum: .max, found: contributors)
    }
    let values = transformed { sum[$0] }
    return try Self.requireFinite(signs.indices.map { signs[$0] * values[$0] })
  }

  /// 64 for each number, padding included.
  public func bits(of message: [Double]) -> Int {
    64 * message.count
  }
}
