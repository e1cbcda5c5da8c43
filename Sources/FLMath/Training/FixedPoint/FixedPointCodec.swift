/// Real numbers of a bounded range as small unsigned integers that can be added.
///
/// The range from `-bound` to `bound` is cut into `2 * levels` steps, with
/// `levels = 2^(bits-1) - 1`. A number is rounded to a multiple of the step and shifted by `levels`,
/// so that a code lies in `0...2 * levels`, fits `bits` bits, and 0 is exact. The sum of the codes
/// of n clients, less `n * levels`, is the sum of the rounded numbers in steps.
///
/// Rounding is stochastic: up or down at random, so that the expected code is the number itself and
/// rounding errors average out over clients (Suresh et al. 2017, "Distributed Mean Estimation with
/// Limited Communication", section 2.2).
public struct FixedPointCodec: Sendable, Hashable {
  /// The numbers of bits that a code may have. More would not be exact in `Double`.
  public static var bitsRange: ClosedRange<Int> { 2...52 }

  /// The largest magnitude that a code can stand for.
  public let bound: Double

  /// The number of bits of a code.
  public let bits: Int

  /// The number of steps from 0 to the bound, which is also the code of 0.
  public let levels: UInt64

  /// The distance of neighbouring numbers.
  public let step: Double

  /// The reciprocal of the step: a multiplication is faster than a division.
  @usableFromInline let stepsPerUnit: Double

  /// Codes of `bits` bits for the range from `-bound` to `bound`.
  ///
  /// - Throws: ``FLMathError`` unless the bound is finite, above 0 and has a step that `Double`
  ///   can represent, and bits is in 2...52.
  public init(bound: Double, bits: Int) throws(FLMathError) {
    guard Self.bitsRange.contains(bits) else { throw .fixedPoint(.invalidBits(bits)) }
    let levels = (UInt64(1) << UInt64(bits - 1)) - 1
    let step = bound / Double(levels)
    let stepsPerUnit = Double(levels) / bound
    guard bound.isFinite, bound > 0, step.isNormal, stepsPerUnit.isNormal else {
      throw .fixedPoint(.invalidBound(bound))
    }
    self.bound = bound
    self.bits = bits
    self.levels = levels
    self.step = step
    self.stepsPerUnit = stepsPerUnit
  }

  /// Codes for the range from `-bound` to `bound`, as wide as the lanes allow and at most 52 bits.
  ///
  /// - Throws: ``FLMathError/FixedPoint/invalidBound(_:)`` as ``init(bound:bits:)``.
  public init(bound: Double, lanes: UnsignedLanes) throws(FLMathError) {
    try self.init(bound: bound, bits: min(lanes.valueBits, Self.bitsRange.upperBound))
  }

  /// Appends the codes of `values` to `codes`, rounded stochastically.
  ///
  /// A number beyond the bound is saturated: it gets the code of the bound.
  ///
  /// - Parameters:
  ///   - values: finite numbers.
  ///   - codes: where the codes are appended, one for each value.
  ///   - generator: the source of the roundings, asked once for each value.
  /// - Returns: the number of values that were saturated.
  /// - Throws: ``FLMathError/FixedPoint/nonFinite(index:found:)``; no code is appended then.
  /// - Complexity: O(values).
  @inlinable
  @discardableResult
  public func encode(
    _ values: [Double],
    into codes: inout [UInt64],
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> Int {
    if let index = values.firstNonFiniteIndex {
      throw .fixedPoint(.nonFinite(index: index, found: values[index]))
    }
    // Room first, then plain stores: cheaper than appending one by one.
    let first = codes.count
    codes.append(contentsOf: repeatElement(0, count: values.count))
    var randomness = [UInt64](repeating: 0, count: min(Self.block, values.count))
    var saturated = 0
    var start = 0
    while start < values.count {
      let count = min(Self.block, values.count - start)
      for index in 0..<count { randomness[index] = generator.next() }
      var target = codes.mutableSpan
      saturated += encode(
        values.span.extracting(start..<start + count), roundedBy: randomness.span, to: &target,
        from: first + start)
      start += count
    }
    return saturated
  }

  /// Values coded at a time: with their codes and the randomness they stay in the first-level cache.
  @usableFromInline static var block: Int { 1024 }

  /// Writes the codes of finite `values` to `codes` from `first` on, each rounded by a random word of
  /// `randomness`.
  ///
  /// It does not branch on a value, so the compiler can encode several at once.
  ///
  /// - Returns: the number of values that were saturated.
  @usableFromInline
  package func encode(
    _ values: Span<Double>, roundedBy randomness: Span<UInt64>,
    to codes: inout MutableSpan<UInt64>, from first: Int
  ) -> Int {
    // Checked once for all: a check of each index would be a way out of the loop.
    let randomness = randomness.extracting(first: values.count)
    let places = first..<first + values.count
    _ = codes.span.extracting(places)
    return unsafe values.withUnsafeBufferPointer { values in
      unsafe randomness.withUnsafeBufferPointer { randomness in
        unsafe codes.withUnsafeMutableBufferPointer { codes in
          unsafe encode(
            values, roundedBy: randomness,
            to: UnsafeMutableBufferPointer(rebasing: codes[places]))
        }
      }
    }
  }

  /// - Precondition: all three have the same length.
  private func encode(
    _ values: UnsafeBufferPointer<Double>, roundedBy randomness: UnsafeBufferPointer<UInt64>,
    to codes: UnsafeMutableBufferPointer<UInt64>
  ) -> Int {
    let bound = self.bound
    let stepsPerUnit = self.stepsPerUnit
    let levels = self.levels
    let lastLevel = Double(levels)
    var saturated: UInt64 = 0
    for index in 0..<values.count {
      let value = unsafe values[index]
      let magnitude = value.magnitude
      saturated &+= (bound - magnitude).bitPattern >> 63
      // Rounding the magnitude and giving it the sign back is as unbiased as rounding the number,
      // and free of branches on the sign, which no processor can predict.
      let product = (magnitude < bound ? magnitude : bound) * stepsPerUnit
      // The product may be a hair beyond the last level.
      let position = product < lastLevel ? product : lastLevel
      // The level below, without the checks of range with which an integer is made of a number:
      // adding 2^52, in whose binade neighbours are 1 apart, leaves the nearest level in the low
      // bits. Where that is above, the difference is negative, and it is one level too many.
      let shifted = position + 0x1p52
      let difference = position - (shifted - 0x1p52)
      let isAbove = 0 &- difference.bitPattern >> 63
      let below = (shifted.bitPattern & 0xF_FFFF_FFFF_FFFF) &+ isAbove
      // The distance to the level below is exact. Adding the random number to the position instead
      // would round once more and be biased for wide codes.
      let fraction = difference + Double(bitPattern: isAbove & (1.0).bitPattern)
      let uniform = Self.uniform(unsafe randomness[index])
      // The sign bit of the difference is 1 exactly if uniform < fraction. A comparison becomes a
      // branch, which would be mispredicted half the time.
      let rounded = below &+ (uniform - fraction).bitPattern >> 63
      let signMask = 0 &- value.bitPattern >> 63
      unsafe codes[index] = (rounded ^ signMask) &- signMask &+ levels
    }
    // A checked conversion would branch on a number that says something of the values.
    return Int(truncatingIfNeeded: saturated)
  }

  /// The highest 53 bits of a word as a number from 0 up to 1, made without the conversion of an integer,
  /// which is not there for several at once: 52 bits behind the exponent of 1, and the last one.
  private static func uniform(_ word: UInt64) -> Double {
    let fromOne = Double(bitPattern: word >> 12 | (1.0).bitPattern)
    let last = Double(bitPattern: (0 &- (word >> 11 & 1)) & (0x1p-53).bitPattern)
    return (fromOne - 1) + last
  }

  /// The sums of the numbers whose codes add up to `sums`, in the same order.
  ///
  /// - Parameters:
  ///   - sums: for each element the sum of the codes of all contributors.
  ///   - contributors: the number of codes in every sum.
  /// - Throws: ``FLMathError`` if there can be no such sum of that many codes.
  /// - Complexity: O(sums).
  public func decodeSums(
    _ sums: ArraySlice<UInt64>, contributors: Int
  ) throws(FLMathError) -> [Double] {
    let maximumContributors = Int(clamping: UInt64.max / (2 * levels))
    guard contributors >= 1, contributors <= maximumContributors else {
      throw .fixedPoint(.invalidContributors(maximum: maximumContributors, found: contributors))
    }
    let maximum = UInt64(contributors) * 2 * levels
    // One look at all of them, so that the loop has no exit; the culprit is looked for afterwards.
    var largest: UInt64 = 0
    for index in sums.indices { largest = max(largest, sums[index]) }
    guard largest <= maximum else {
      let index = sums.firstIndex { $0 > maximum } ?? sums.startIndex
      throw .fixedPoint(
        .sumOutOfRange(index: index - sums.startIndex, maximum: maximum, found: sums[index]))
    }
    let offset = UInt64(contributors) * levels
    return unsafe [Double](unsafeUninitializedCapacity: sums.count) { decoded, initialized in
      for (place, index) in sums.indices.enumerated() {
        unsafe decoded.initializeElement(
          at: place, to: Double(Int64(bitPattern: sums[index] &- offset)) * step)
      }
      initialized = sums.count
    }
  }
}

extension FLMathError {
  /// Why numbers cannot be encoded, or sums of codes not be decoded.
  public enum FixedPoint: Hashable, Sendable, CustomStringConvertible {
    /// The bound is not a finite number above 0, or so extreme that the step is beyond `Double`.
    case invalidBound(Double)
    /// The number of bits is not in 2...52.
    case invalidBits(Int)
    /// A number to encode is NaN or infinite.
    case nonFinite(index: Int, found: Double)
    /// The number of contributors of a sum is below 1 or so large that a sum is beyond 64 bits.
    case invalidContributors(maximum: Int, found: Int)
    /// A sum is larger than that many codes can make.
    case sumOutOfRange(index: Int, maximum: UInt64, found: UInt64)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidBound(let found):
        "Expected a finite bound above 0 with a representable step, got \(found); "
          + "use the clipping bound of the updates."
      case .invalidBits(let found):
        "Expected from 2 to 52 bits, got \(found); 16 to 24 suit model updates."
      case .nonFinite(let index, let found):
        "Expected finite numbers to encode, but the one at index \(index) is \(found); "
          + "the training has probably diverged: discard the update."
      case .invalidContributors(let maximum, let found):
        "Expected from 1 to \(maximum) contributors, got \(found); pass the number of codes added."
      case .sumOutOfRange(let index, let maximum, let found):
        "Expected sums of at most \(maximum), but the one at index \(index) is \(found); "
          + "the number of contributors or the codec is not the one it was encoded with."
      }
    }
  }
}
