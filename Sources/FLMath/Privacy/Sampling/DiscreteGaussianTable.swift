/// The discrete Gaussian for many numbers at a time: the distribution of ``DiscreteGaussian``, exactly,
/// at a few nanoseconds a number.
///
/// Magnitudes fall into blocks of `2^blockBits`; block a has the weight x_a = 2^40 exp(-k^2 / (2
/// variance)) of its first number k. A table holds whole numbers w_a <= x_a < w_a + 1. A uniform whole
/// number below the sum of all w_a + 1 finds a block and a place within it; below w_a it is accepted,
/// and at w_a, once in 10^12 draws, an exact comparison with x_a decides. A second such comparison
/// brings in where in the block the number is. Blocks beyond the table share one entry that has a
/// sampler of its own. All of it is rejection sampling with whole numbers; nothing is approximate for
/// outcomes likelier than 2^-10000.
public struct DiscreteGaussianTable: Sendable {
  /// The distribution.
  public let distribution: DiscreteGaussian

  @usableFromInline static var weightBits: Int { 40 }

  /// log2 of the numbers in a block.
  @usableFromInline let blockBits: Int

  /// The sums of w + 1 of all blocks before one, and at the end that of all.
  @usableFromInline let sums: [UInt64]

  /// The sum of everything, the entry for the blocks beyond the table included.
  @usableFromInline let total: UInt64

  /// For each value of the leading bits of a place, the block in which the smallest such place is.
  @usableFromInline let guide: [UInt32]

  /// How many bits of a place follow those.
  @usableFromInline let guideShift: UInt64

  /// 2^64 / (2 variance), rounded up.
  @usableFromInline let inverse: UInt64

  /// 2^63 modulo `total`: places that would make some blocks likelier than others.
  @usableFromInline let rejected: UInt64

  /// The blocks beyond the table over which the weight halves at least.
  let halving: UInt64

  /// Computes the table.
  ///
  /// - Complexity: O(min(standard deviation, 2^10)) time and memory: up to 8000 words.
  public init(_ distribution: DiscreteGaussian) {
    // Blocks so large that the standard deviation is at most 2^10 of them.
    let quotient = distribution.variance.numerator / distribution.variance.denominator
    var bits = 0
    while quotient >> UInt64(2 * bits) > 1 << 20 { bits += 1 }
    self.init(distribution, blockBits: bits)
  }

  /// The table with blocks of another size: larger ones are as exact, but reject more numbers. The
  /// weight within a block must not fall below exp(-1) of its first.
  init(_ distribution: DiscreteGaussian, blockBits bits: Int) {
    self.distribution = distribution
    let (n, d) = (distribution.variance.numerator, distribution.variance.denominator)
    blockBits = bits
    let weights = BlockWeights.table(
      numerator: n, denominator: d, blockBits: bits, weightBits: Self.weightBits)
    var sums: [UInt64] = [0]
    var sum: UInt64 = 0
    for weight in weights {
      sum += weight + 1
      sums.append(sum)
    }
    // From block K + 1 on the weight is below 1, and over s blocks it falls by exp(-s (K + 1) m^2 /
    // variance) at least, which is below 1/2 for this s (0.7 > log 2).
    let last = UInt128(weights.count)
    let scaled = 7 * UInt128(n) / (10 * UInt128(d) * last << UInt128(2 * bits))
    halving = UInt64(scaled) + 1
    total = sum + 2 * halving
    self.sums = sums
    rejected = (1 << 63) % total
    let (quotient, _) = (UInt128(d) << 63).quotientAndRemainder(dividingBy: UInt128(n))
    inverse = quotient >= UInt128(UInt64.max) ? UInt64.max : UInt64(quotient) + 1

    let leadingBits = min(12, 64 - total.leadingZeroBitCount)
    guideShift = UInt64(64 - total.leadingZeroBitCount - leadingBits)
    var guide: [UInt32] = []
    var block = 0
    for leading in 0...(total >> guideShift) {
      while block < weights.count, sums[block + 1] <= leading << guideShift { block += 1 }
      guide.append(UInt32(block))
    }
    self.guide = guide
  }

  /// Adds a number of the distribution to every element, modulo 2^64.
  ///
  /// - Parameter generator: cryptographic, unless this is a simulation.
  /// - Complexity: O(elements); one or two random words each.
  @inlinable
  public func addNoise(
    to vector: inout [Int64], using generator: inout some RandomNumberGenerator
  ) {
    for index in vector.indices {
      vector[index] &+= sample(using: &generator)
    }
  }

  /// A number of the distribution.
  @inlinable
  public func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    while true {
      let word = generator.next()
      let product = (word >> 1).multipliedFullWidth(by: total)
      // 63 bits are multiplied: the whole part begins at bit 63.
      let place = product.high << 1 | product.low >> 63
      guard product.low & (UInt64.max >> 1) >= rejected else { continue }
      var block = Int(guide[Int(place >> guideShift)])
      while block &+ 1 < sums.count, sums[block &+ 1] <= place { block &+= 1 }
      if block &+ 1 < sums.count {
        if place == sums[block &+ 1] &- 1, !acceptsEdge(of: block, using: &generator) { continue }
      } else {
        guard let beyond = blockBeyond(using: &generator) else { continue }
        block = beyond
      }
      var magnitude = Int64(truncatingIfNeeded: block)
      if blockBits > 0 {
        let second = generator.next()
        let offset = second >> UInt64(64 &- blockBits)
        magnitude = magnitude << Int64(blockBits) | Int64(offset)
        // exp(-x) >= 1 - x, so this accepts all but a thousandth.
        let exponent =
          offset &* (2 &* UInt64(magnitude) &- offset) &* inverse
        let rest = second << UInt64(blockBits)
        let (_, overflow) = (rest | (1 << UInt64(blockBits) &- 1)).addingReportingOverflow(exponent)
        if overflow,
          !accepts(offset: offset, of: block, prefix: rest >> UInt64(blockBits), using: &generator)
        {
          continue
        }
      }
      let isNegative = word & 1 == 1
      // Zero has one sign only.
      if isNegative, magnitude == 0 { continue }
      return isNegative ? 0 &- magnitude : magnitude
    }
  }

  /// Whether a place at the very end of a block's entry counts: whether it is below x.
  @usableFromInline
  func acceptsEdge(of block: Int, using generator: inout some RandomNumberGenerator) -> Bool {
    let weight = sums[block + 1] - sums[block] - 1
    // The weight of the first block is 2^40 exactly, and nothing is beyond it.
    guard weight < 1 << UInt64(Self.weightBits) else { return false }
    let (numerator, denominator) = exponent(ofBlock: UInt128(block))
    return generator.uniformIsBelowExponential(
      zeros: 0, prefix: weight, prefixBits: Self.weightBits, numerator, over: denominator)
  }

  /// Whether the number `offset` places into a block is accepted, its weight relative to that of the
  /// block's first being exp(-(k^2 - first^2) / (2 variance)).
  @usableFromInline
  func accepts(
    offset: UInt64, of block: Int, prefix: UInt64, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    let first = UInt128(block) << UInt128(blockBits)
    let numerator =
      UInt128(offset) * (2 * first + UInt128(offset)) * UInt128(distribution.variance.denominator)
    return generator.uniformIsBelowExponential(
      zeros: 0, prefix: prefix, prefixBits: 64 - blockBits, numerator,
      over: 2 * UInt128(distribution.variance.numerator))
  }

  /// A block beyond the table, or nil if the draw has to be repeated.
  @usableFromInline
  func blockBeyond(using generator: inout some RandomNumberGenerator) -> Int? {
    // The number of halvings is geometric.
    var halvings = 0
    while generator.next() >> 63 == 0 { halvings += 1 }
    let block =
      UInt64(sums.count - 1) &+ halving &* UInt64(halvings)
      &+ generator.uniformWord(below: halving)
    let (numerator, denominator) = exponent(ofBlock: UInt128(block))
    let isAccepted = generator.uniformIsBelowExponential(
      zeros: Self.weightBits + halvings, prefix: 0, prefixBits: 0, numerator, over: denominator)
    return isAccepted ? Int(block) : nil
  }

  /// The exponent of a block's weight.
  private func exponent(ofBlock block: UInt128) -> (numerator: UInt128, denominator: UInt128) {
    let first = block << UInt128(blockBits)
    return (
      first * first * UInt128(distribution.variance.denominator),
      2 * UInt128(distribution.variance.numerator)
    )
  }
}

/// The whole parts of the weights of a discrete Gaussian's blocks.
enum BlockWeights {
  /// floor(2^`weightBits` exp(-(a m)^2 / (2 variance))) for a = 0, 1, ... as long as it is not 0, with
  /// m = 2^`blockBits`.
  ///
  /// Each weight is the one before times exp(-(2a + 1) c), c = m^2 / (2 variance), and that factor,
  /// too, comes from the one before. All are fractions of 128 bits that are cut off, so that the
  /// error is known; where it leaves the whole part open, the exponential is computed anew.
  static func table(
    numerator: UInt64, denominator: UInt64, blockBits: Int, weightBits: Int
  ) -> [UInt64] {
    let twice = 2 * UInt128(numerator)
    let square = UInt128(denominator) << UInt128(2 * blockBits)
    var weight = Enclosed(square, over: twice)
    var factor = weight
    let growth = Enclosed(2 * square, over: twice)
    var weights: [UInt64] = [1 << UInt64(weightBits)]
    var block: UInt128 = 1
    while true {
      let shift = UInt128(128 - weightBits)
      var whole = weight.lower >> shift
      if weight.upper >> shift != whole {
        whole = exactWeight(block * block * square, over: twice, weightBits: weightBits)
      }
      guard whole > 0 else { return weights }
      weights.append(UInt64(whole))
      factor = factor * growth
      weight = weight * factor
      block += 1
    }
  }

  private static func exactWeight(
    _ exponent: UInt128, over denominator: UInt128, weightBits: Int
  ) -> UInt128 {
    var words = 4
    while true {
      let enclosure = ExponentialEnclosure(exponent, over: denominator, words: words)
      let shift = UInt64(64 - weightBits)
      let (low, high) = (enclosure.lower.words[1] >> shift, enclosure.upper.words[1] >> shift)
      if low == high { return UInt128(low) }
      words += 2
    }
  }

  /// A number below 1 as a multiple of 2^-128, and by how many multiples it may be larger.
  private struct Enclosed {
    let lower: UInt128
    let width: UInt128

    var upper: UInt128 {
      let (sum, overflow) = lower.addingReportingOverflow(width)
      return overflow ? UInt128.max : sum
    }

    /// exp(-numerator / denominator).
    init(_ numerator: UInt128, over denominator: UInt128) {
      let enclosure = ExponentialEnclosure(numerator, over: denominator, words: 3)
      func leading(_ fraction: BinaryFraction) -> UInt128 {
        UInt128(fraction.words[1]) << 64 | UInt128(fraction.words[2])
      }
      lower = leading(enclosure.lower)
      width = leading(enclosure.upper) &- lower &+ 1
    }

    private init(lower: UInt128, width: UInt128) {
      self.lower = lower
      self.width = width
    }

    static func * (left: Enclosed, right: Enclosed) -> Enclosed {
      Enclosed(
        lower: left.lower.multipliedFullWidth(by: right.lower).high,
        width: left.width + right.width + 2)
    }
  }
}
