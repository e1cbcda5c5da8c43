/// How values are packed as lanes of a 64-bit word, so that words of up to `maximumContributors`
/// clients can be added without a carry from one lane into the next.
///
/// A lane holds a value of `valueBits` bits and the headroom of its sum,
/// `ceil(log2(maximumContributors))` bits. As many lanes as fit share a word; bits that are left
/// over widen the values, which costs nothing on the wire.
public struct UnsignedLanes: Sendable, Hashable, Codable {
  /// The widths that may be asked for.
  public static var minimumValueBitsRange: ClosedRange<Int> { 2...62 }

  /// The number of bits of one client's value, at least as many as were asked for.
  public let valueBits: Int

  /// The number of bits of a lane: those of a value and the headroom.
  public let laneBits: Int

  /// The number of lanes of a word.
  public let lanesPerWord: Int

  /// The largest number of clients whose values may be added.
  public let maximumContributors: Int

  /// Finds the widest lanes of which as many as possible fit a word.
  ///
  /// - Parameters:
  ///   - minimumValueBits: the least number of bits of a value, 2...62.
  ///   - maximumContributors: the largest number of values that will be added, at least 1.
  /// - Throws: ``FLMathError`` if an argument is out of its range or a word is too narrow for
  ///   one lane.
  public init(minimumValueBits: Int, maximumContributors: Int) throws(FLMathError) {
    guard Self.minimumValueBitsRange.contains(minimumValueBits) else {
      throw .lanes(.invalidMinimumValueBits(minimumValueBits))
    }
    guard maximumContributors >= 1 else {
      throw .lanes(.invalidMaximumContributors(maximumContributors))
    }
    // The number of bits of n-1 is ceil(log2(n)).
    let headroom = Int.bitWidth - (maximumContributors - 1).leadingZeroBitCount
    guard minimumValueBits + headroom <= UInt64.bitWidth else {
      throw .lanes(.laneTooWide(minimumValueBits: minimumValueBits, headroom: headroom))
    }
    lanesPerWord = UInt64.bitWidth / (minimumValueBits + headroom)
    laneBits = UInt64.bitWidth / lanesPerWord
    valueBits = laneBits - headroom
    self.maximumContributors = maximumContributors
  }

  /// The number of words that hold `count` elements; 0 if `count` is not positive.
  public func wordCount(forElements count: Int) -> Int {
    guard count > 0 else { return 0 }
    return count / lanesPerWord + (count % lanesPerWord == 0 ? 0 : 1)
  }

  /// The largest sum of `contributors` values: `contributors * (2^valueBits - 1)`.
  ///
  /// It fits a lane. A number of contributors outside `0...maximumContributors` counts as the
  /// nearer end.
  public func maximumSum(contributors: Int) -> UInt64 {
    let largestValue = UInt64.max >> UInt64(UInt64.bitWidth - valueBits)
    let count = UInt64(max(0, min(contributors, maximumContributors)))
    // Within 2^headroom * (2^valueBits - 1) < 2^laneBits by construction.
    return count &* largestValue
  }

  private enum CodingKeys: CodingKey {
    case valueBits, maximumContributors
  }

  /// Reads a layout and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let valueBits = try container.decode(Int.self, forKey: .valueBits)
    let contributors = try container.decode(Int.self, forKey: .maximumContributors)
    do throws(FLMathError) {
      // A layout asked for exactly its own width is itself. The width of a single wide lane may be
      // beyond what may be asked for.
      try self.init(
        minimumValueBits: min(valueBits, Self.minimumValueBitsRange.upperBound),
        maximumContributors: contributors)
      guard self.valueBits == valueBits else {
        throw .lanes(.inconsistentValueBits(expected: self.valueBits, found: valueBits))
      }
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// Writes the width of a value and the number of contributors; the rest follows from them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(valueBits, forKey: .valueBits)
    try container.encode(maximumContributors, forKey: .maximumContributors)
  }
}

extension FLMathError {
  /// Why a lane layout cannot be made.
  public enum Lanes: Hashable, Sendable, CustomStringConvertible {
    /// The width asked for is not in 2...62.
    case invalidMinimumValueBits(Int)
    /// The width of a sum of signed numbers that was asked for is not in 2...52.
    case invalidMinimumSumBits(Int)
    /// The number of contributors is below 1.
    case invalidMaximumContributors(Int)
    /// A value and its headroom do not fit a 64-bit word.
    case laneTooWide(minimumValueBits: Int, headroom: Int)
    /// A decoded layout does not have the width that the rule gives.
    case inconsistentValueBits(expected: Int, found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidMinimumValueBits(let found):
        "Expected from 2 to 62 bits for a value, got \(found); 16 to 24 suit model updates."
      case .invalidMinimumSumBits(let found):
        "Expected from 2 to 52 bits for a sum of signed numbers, got \(found); 16 to 20 suit sums with "
          + "noise."
      case .invalidMaximumContributors(let found):
        "Expected a maximum of at least 1 contributor, got \(found); pass the size of the cohort."
      case .laneTooWide(let bits, let headroom):
        "Expected a lane of at most 64 bits, got \(bits) for the value and \(headroom) for the sum; "
          + "lower one of the two."
      case .inconsistentValueBits(let expected, let found):
        "Expected values of \(expected) bits, as the lanes leave, but the encoded layout says "
          + "\(found); use an undamaged one."
      }
    }
  }
}

/// How whole numbers of either sign are packed as lanes of a 64-bit word: the word is the sum of
/// number x 2^(laneBits x lane) modulo 2^64, negative numbers borrowing from the lanes above.
///
/// Packing is linear, so the sum of words is the packed sum, and nothing but the *sum* has to fit a
/// lane: no headroom is kept for single numbers, however many are added. A sum beyond its lane wraps
/// around modulo 2^laneBits and moves the next lane by 1 for each turn. In every case the word is a
/// function of the sums alone: it does not tell how a sum came about.
///
/// ``UnsignedLanes`` is for sums that must never wrap.
public struct SignedLanes: Sendable, Hashable {
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
  /// - Throws: ``FLMathError/Lanes/invalidMinimumSumBits(_:)``,
  ///   ``FLMathError/Lanes/invalidMaximumContributors(_:)``.
  public init(minimumBits: Int, maximumContributors: Int) throws(FLMathError) {
    guard Self.minimumBitsRange.contains(minimumBits) else {
      throw .lanes(.invalidMinimumSumBits(minimumBits))
    }
    guard maximumContributors >= 1 else {
      throw .lanes(.invalidMaximumContributors(maximumContributors))
    }
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
