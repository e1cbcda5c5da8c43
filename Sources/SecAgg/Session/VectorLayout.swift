public import FLMath

/// Why a vector layout is refused.
public enum VectorLayoutError: Error, Hashable, Sendable {
  /// The number of elements is outside 1...2^32.
  case elementCount(found: Int)
}

extension VectorLayoutError: CustomStringConvertible {
  /// What was expected and what came.
  public var description: String {
    switch self {
    case .elementCount(let found):
      "a vector has 1 to 4294967296 elements, found \(found); split larger models"
    }
  }
}

/// The shape of every vector of a session: how many elements, and how they share 64-bit words.
///
/// Words are elements of Z_{2^64}. Elements are whole numbers in lanes of one of two kinds, and adding
/// words adds elements: see `UnsignedLanes` and `SignedLanes`. Behind the packed elements stands one more word, in which every contributor puts 1: after
/// unmasking it must equal the number of contributors, or a mask did not cancel.
public struct VectorLayout: Sendable, Hashable {
  /// The number of elements of a client's vector.
  public let elementCount: Int
  /// How elements are packed into words.
  public let lanes: ElementLanes

  static let maximumElementCount = 1 << 32

  /// Elements from 0 up, whose sums never wrap.
  public init(elementCount: Int, lanes: UnsignedLanes) throws(VectorLayoutError) {
    try self.init(elementCount: elementCount, lanes: .unsigned(lanes))
  }

  /// Elements of either sign, whose sums wrap where they leave their lanes.
  public init(elementCount: Int, lanes: SignedLanes) throws(VectorLayoutError) {
    try self.init(elementCount: elementCount, lanes: .signed(lanes))
  }

  /// Validates the number of elements.
  package init(elementCount: Int, lanes: ElementLanes) throws(VectorLayoutError) {
    guard (1...Self.maximumElementCount).contains(elementCount) else {
      throw .elementCount(found: elementCount)
    }
    self.elementCount = elementCount
    self.lanes = lanes
  }

  /// The number of 64-bit words on the wire: the packed elements and the contributor count.
  public var wordCount: Int { elementWordCount + 1 }

  var elementWordCount: Int { lanes.wordCount(forElements: elementCount) }
}

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
  case unsigned(UnsignedLanes)
  /// Numbers of either sign, with room for their sum only.
  case signed(SignedLanes)

  /// The widest lanes of a kind of which as many as possible fit a word.
  ///
  /// - Parameter minimumValueBits: of an element in unsigned lanes, of a sum in signed ones.
  package init(
    _ kind: LaneKind, minimumValueBits: Int, maximumContributors: Int
  ) throws(FLMathError) {
    switch kind {
    case .unsigned:
      self = .unsigned(
        try UnsignedLanes(
          minimumValueBits: minimumValueBits, maximumContributors: maximumContributors))
    case .signed:
      self = .signed(
        try SignedLanes(
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

/// The elements of a vector or of a sum, of the kind of the session's lanes.
///
/// The kind is part of the value, so that sums of one kind are never taken for the other's:
///
/// ```swift
/// guard let sums = aggregate.sums.signed else { … }
/// ```
public enum VectorElements: Sendable, Hashable {
  /// Elements of unsigned lanes.
  case unsigned([UInt64])
  /// Elements of signed lanes.
  case signed([Int64])

  /// The elements of unsigned lanes; `nil` if the lanes are signed.
  public var unsigned: [UInt64]? {
    if case .unsigned(let elements) = self { elements } else { nil }
  }

  /// The elements of signed lanes; `nil` if the lanes are unsigned.
  public var signed: [Int64]? {
    if case .signed(let elements) = self { elements } else { nil }
  }
}
