/// A few coordinates, the same ones for all clients, chosen at random by a seed that they share: no
/// index is sent, and messages add up.
///
/// Konecny et al. 2016, "Federated Learning: Strategies for Improving Communication Efficiency",
/// random masks; Stich, Cordonnier and Jaggi 2018, "Sparsified SGD with Memory", with error
/// feedback.
public struct RandomSparsification: LinearCompressor, Hashable {
  /// What the receiver multiplies coordinates by.
  public enum Scaling: Sendable, Hashable {
    /// By dimension / count: the expected result is the update itself.
    case unbiased
    /// By 1: for ``ErrorFeedback``, which sends later what was left out.
    case none
  }

  /// The number of elements of an update.
  public let dimension: Int

  /// The coordinates that are sent, in ascending order.
  public let indices: [Int]

  /// What the receiver multiplies coordinates by.
  public let scaling: Scaling

  /// One number for each coordinate that is sent.
  public var messageCount: Int { indices.count }

  /// The dimension, the scaling, and the coordinates.
  public var agreement: [UInt64] {
    [1, UInt64(dimension), scaling == .none ? 0 : 1] + indices.map { UInt64($0) }
  }

  /// Sends `count` coordinates.
  ///
  /// - Parameters:
  ///   - dimension: the number of elements of an update, at least 1.
  ///   - count: how many of them are sent, from 1 to the dimension.
  ///   - seed: what the choice follows from; another one for each round.
  ///   - scaling: what the receiver multiplies coordinates by.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  /// - Complexity: O(dimension).
  public init(
    dimension: Int, count: Int, seed: UInt64, scaling: Scaling
  ) throws(FLMathError) {
    self.dimension = try FLMathError.Compression.validated(dimension: dimension)
    guard count >= 1, count <= dimension else {
      throw .compression(.invalidCount(maximum: dimension, found: count))
    }
    var generator = SimulationGenerator(seed: seed)
    var order = Array(0..<dimension)
    for place in 0..<count {
      order.swapAt(place, place + generator.uniformIndex(below: dimension - place))
    }
    self.scaling = scaling
    indices = order.prefix(count).sorted()
  }

  /// The coordinates that are sent. The generator is not used.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Double] {
    try requireUsable(update)
    return indices.map { update[$0] }
  }

  /// The sums at their places, scaled, and zeros elsewhere.
  public func decompressSum(
    _ sum: [Double], contributors: Int
  ) throws(FLMathError) -> [Double] {
    try requireMessageCount(sum)
    guard contributors >= 1 else {
      throw .compression(.invalidContributors(maximum: .max, found: contributors))
    }
    let factor =
      switch scaling {
      case .unbiased: Double(dimension) / Double(indices.count)
      case .none: 1.0
      }
    var numbers = [Double](repeating: 0, count: dimension)
    for (index, value) in zip(indices, sum) { numbers[index] = factor * value }
    return try Self.requireFinite(numbers)
  }

  /// 64 for each coordinate that is sent; the seed is part of the round.
  public func bits(of message: [Double]) -> Int {
    64 * message.count
  }
}

/// Every coordinate as one of 2^bits evenly spaced numbers of a range that is the same for all
/// clients, rounded up or down at random so that the expected code is the number itself.
///
/// Suresh et al. 2017, "Distributed Mean Estimation with Limited Communication", section 2.2, with
/// fixed ends in place of a client's own extremes: so codes of clients add up. Numbers beyond the
/// range get the code of its end; clip before. Codes of few bits err less after a
/// ``HadamardRotation``, which makes coordinates alike.
public struct StochasticQuantization: LinearCompressor, Hashable {
  /// The number of elements of an update.
  public let dimension: Int

  /// The number of code 0.
  public let lower: Double

  /// The number of the largest code.
  public let upper: Double

  /// The number of bits of a code.
  public let bitsPerElement: Int

  /// The largest code.
  public var largestCode: UInt64 { (1 << UInt64(bitsPerElement)) - 1 }

  /// The distance of neighbouring numbers.
  public var step: Double { (upper - lower) / Double(largestCode) }

  /// One code for each coordinate.
  public var messageCount: Int { dimension }

  /// The dimension, the bounds, and the bits of a code.
  public var agreement: [UInt64] {
    [2, UInt64(dimension), lower.bitPattern, upper.bitPattern, UInt64(bitsPerElement)]
  }

  /// Codes of `bitsPerElement` bits for the range from `lower` to `upper`.
  ///
  /// - Throws: ``FLMathError`` unless the dimension is at least 1, bits are from 1 to 52, and the
  ///   bounds are finite, in ascending order, and have a step that `Double` can represent.
  public init(
    dimension: Int, lower: Double, upper: Double, bitsPerElement: Int
  ) throws(FLMathError) {
    guard bitsPerElement >= 1, bitsPerElement <= 52 else {
      throw .compression(.invalidBits(maximum: 52, found: bitsPerElement))
    }
    self.dimension = try FLMathError.Compression.validated(dimension: dimension)
    self.lower = lower
    self.upper = upper
    self.bitsPerElement = bitsPerElement
    guard lower.isFinite, upper.isFinite, lower < upper, step.isNormal, (1 / step).isNormal else {
      throw .compression(.invalidRange(lower: lower, upper: upper))
    }
  }

  /// The codes of an update.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [UInt64] {
    try requireUsable(update)
    let (step, largest) = (step, largestCode)
    var codes = [UInt64](repeating: 0, count: dimension)
    for index in codes.indices {
      let position = (min(max(update[index], lower), upper) - lower) / step
      let below = UInt64(position)
      let roundsUp: UInt64 = generator.uniformUnit() < position - Double(below) ? 1 : 0
      codes[index] = min(largest, below + roundsUp)
    }
    return codes
  }

  /// The sum of the numbers whose codes add up to `sum`.
  public func decompressSum(
    _ sum: [UInt64], contributors: Int
  ) throws(FLMathError) -> [Double] {
    try requireMessageCount(sum)
    let most = Int(clamping: UInt64.max / largestCode)
    guard contributors >= 1, contributors <= most else {
      throw .compression(.invalidContributors(maximum: most, found: contributors))
    }
    let maximum = UInt64(contributors) * largestCode
    let (step, offset) = (step, Double(contributors) * lower)
    var numbers = [Double](repeating: 0, count: dimension)
    for index in numbers.indices {
      guard sum[index] <= maximum else {
        throw .compression(.sumOutOfRange(index: index, maximum: maximum, found: sum[index]))
      }
      numbers[index] = offset + Double(sum[index]) * step
    }
    return try Self.requireFinite(numbers)
  }

  /// `bitsPerElement` for each coordinate. Under secure aggregation a code also needs room for the
  /// sum.
  public func bits(of message: [UInt64]) -> Int {
    message.count * bitsPerElement
  }
}

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

  /// The dimension, and the signs as bits.
  public var agreement: [UInt64] {
    var numbers = [3, UInt64(dimension)]
    for start in stride(from: 0, to: dimension, by: 64) {
      var bits: UInt64 = 0
      for index in start..<min(start + 64, dimension) where signs[index] < 0 {
        bits |= 1 << UInt64(index - start)
      }
      numbers.append(bits)
    }
    return numbers
  }

  /// A rotation with signs that follow from the seed.
  ///
  /// - Throws: ``FLMathError/Compression/invalidDimension(maximum:found:)`` if the dimension is out of range.
  public init(dimension: Int, seed: UInt64) throws(FLMathError) {
    let dimension = try FLMathError.Compression.validated(dimension: dimension)
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
  ) throws(FLMathError) -> [Double] {
    try rotated(update)
  }

  func rotated(_ update: [Double]) throws(FLMathError) -> [Double] {
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
  ) throws(FLMathError) -> [Double] {
    try requireMessageCount(sum)
    guard contributors >= 1 else {
      throw .compression(.invalidContributors(maximum: .max, found: contributors))
    }
    let values = transformed { sum[$0] }
    return try Self.requireFinite(signs.indices.map { signs[$0] * values[$0] })
  }

  /// 64 for each number, padding included.
  public func bits(of message: [Double]) -> Int {
    64 * message.count
  }
}

/// One linear compressor after another, such as a rotation and then a quantisation; linear as well.
public struct CompressorChain<First: LinearCompressor, Second: LinearCompressor>: LinearCompressor
where First.Element == Double {
  private let first: First
  private let second: Second

  /// The number of elements of an update.
  public var dimension: Int { first.dimension }

  /// The number of elements of a message of the second compressor.
  public var messageCount: Int { second.messageCount }

  /// The numbers of both, after the length of the first's.
  public var agreement: [UInt64] {
    [4, UInt64(first.agreement.count)] + first.agreement + second.agreement
  }

  /// Compresses the messages of `first` by `second`.
  ///
  /// - Throws: ``FLMathError/Compression/dimensionMismatch(expected:found:)`` unless the second takes as many
  ///   elements as the first makes.
  public init(_ first: First, then second: Second) throws(FLMathError) {
    guard second.dimension == first.messageCount else {
      throw .compression(.dimensionMismatch(expected: first.messageCount, found: second.dimension))
    }
    self.first = first
    self.second = second
  }

  /// The second compressor's message for that of the first.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Second.Element] {
    try second.compress(first.compress(update, using: &generator), using: &generator)
  }

  /// An estimate of the sum of the updates.
  public func decompressSum(
    _ sum: [Second.Element], contributors: Int
  ) throws(FLMathError) -> [Double] {
    try first.decompressSum(
      second.decompressSum(sum, contributors: contributors), contributors: contributors)
  }

  /// The size of the second compressor's message.
  public func bits(of message: [Second.Element]) -> Int {
    second.bits(of: message)
  }
}
