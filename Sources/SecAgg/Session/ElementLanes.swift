public import FLMath

/// How the lanes of a word are to be read. Part of the session digest.
public enum LaneKind: UInt8, Sendable, Hashable, CaseIterable {
  /// Numbers from 0 up, with headroom for their sum: no lane ever wraps, and what is too large is
  /// noticed.
  case unsigned = 1
  /// Numbers of either sign, with room for their sum only: sums with noise, which wrap rather than
  /// tell what was in them.
  case signed = 2
}

extension LaneKind: CustomStringConvertible {
  /// The name of the kind.
  public var description: String {
    switch self {
    case .unsigned: "unsigned"
    case .signed: "signed"
    }
  }
}

/// How elements share 64-bit words: lanes of one of two kinds.
public enum ElementLanes: Sendable, Hashable {
  /// Numbers from 0 up, with headroom for their sum.
  case unsigned(LaneLayout)
  /// Numbers of either sign, with room for their sum only.
  case signed(SignedLaneLayout)

  /// The widest lanes of a kind of which as many as possible fit a word.
  ///
  /// - Parameter minimumValueBits: of an element in unsigned lanes, of a sum in signed ones.
  package init(
    _ kind: LaneKind, minimumValueBits: Int, maximumContributors: Int
  ) throws(LaneLayoutError) {
    switch kind {
    case .unsigned:
      self = .unsigned(
        try LaneLayout(
          minimumValueBits: minimumValueBits, maximumContributors: maximumContributors))
    case .signed:
      self = .signed(
        try SignedLaneLayout(
          minimumBits: minimumValueBits, maximumContributors: maximumContributors))
    }
  }

  /// Which kind it is.
  public var kind: LaneKind {
    switch self {
    case .unsigned: .unsigned
    case .signed: .signed
    }
  }

  /// The number of bits of an element in unsigned lanes; in signed ones that of a sum, and of an
  /// element as well.
  public var valueBits: Int {
    switch self {
    case .unsigned(let lanes): lanes.valueBits
    case .signed(let lanes): lanes.bits
    }
  }

  /// The distance of neighbouring lanes in bits.
  public var laneBits: Int {
    switch self {
    case .unsigned(let lanes): lanes.laneBits
    case .signed(let lanes): lanes.laneBits
    }
  }

  /// The number of lanes of a word.
  public var lanesPerWord: Int {
    switch self {
    case .unsigned(let lanes): lanes.lanesPerWord
    case .signed(let lanes): lanes.lanesPerWord
    }
  }

  /// The largest number of clients in a sum.
  public var maximumContributors: Int {
    switch self {
    case .unsigned(let lanes): lanes.maximumContributors
    case .signed(let lanes): lanes.maximumContributors
    }
  }

  /// The number of words that hold `count` elements; 0 if `count` is not positive.
  public func wordCount(forElements count: Int) -> Int {
    switch self {
    case .unsigned(let lanes): lanes.wordCount(forElements: count)
    case .signed(let lanes): lanes.wordCount(forElements: count)
    }
  }
}
