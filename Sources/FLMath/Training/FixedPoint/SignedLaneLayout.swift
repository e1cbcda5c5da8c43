/// How whole numbers of either sign are packed as lanes of a 64-bit word: the word is the sum of
/// number x 2^(laneBits x lane) modulo 2^64, negative numbers borrowing from the lanes above.
///
/// Packing is linear, so the sum of words is the packed sum, and nothing but the *sum* has to fit a
/// lane: no headroom is kept for single numbers, however many are added. A sum beyond its lane wraps
/// around modulo 2^laneBits and moves the next lane by 1 for each turn. In every case the word is a
/// function of the sums alone: it does not tell how a sum came about.
///
/// ``LaneLayout`` is for sums that must never wrap.
public struct SignedLaneLayout: Sendable, Hashable {
  /// The widths that may be asked for, of the sum.
  public static var minimumBitsRange: ClosedRange<Int> { 2...52 }

  /// The number of bits of a sum, at least as many as were asked for and at most 52: sums are to be
  /// exact in `Double`.
  public let bits: Int

  /// The distance of neighbouring lanes, at least `bits`.
  public let laneBits: Int

  /// The number of lanes of a word.
  public let lanesPerWord: Int

  /// The largest number of clients whose numbers may be added. The lanes do not depend on it.
  public let maximumContributors: Int

  /// Finds the widest lanes of which as many as possible fit a word.
  ///
  /// - Parameters:
  ///   - minimumBits: the least number of bits of a sum, its sign included, 2...52.
  ///   - maximumContributors: the largest number of clients in a sum, at least 1.
  /// - Throws: ``LaneLayoutError/invalidMinimumSumBits(_:)``,
  ///   ``LaneLayoutError/invalidMaximumContributors(_:)``.
  public init(minimumBits: Int, maximumContributors: Int) throws(LaneLayoutError) {
    guard Self.minimumBitsRange.contains(minimumBits) else {
      throw .invalidMinimumSumBits(minimumBits)
    }
    guard maximumContributors >= 1 else { throw .invalidMaximumContributors(maximumContributors) }
    lanesPerWord = UInt64.bitWidth / minimumBits
    laneBits = UInt64.bitWidth / lanesPerWord
    bits = min(laneBits, Self.minimumBitsRange.upperBound)
    self.maximumContributors = maximumContributors
  }

  /// The numbers that a lane is for: `-2^(bits-1) ..< 2^(bits-1)`.
  public var range: Range<Int64> {
    let end = Int64(1) << Int64(bits - 1)
    return -end..<end
  }

  /// The number of words that hold `count` elements; 0 if `count` is not positive.
  public func wordCount(forElements count: Int) -> Int {
    guard count > 0 else { return 0 }
    return count / lanesPerWord + (count % lanesPerWord == 0 ? 0 : 1)
  }
}
