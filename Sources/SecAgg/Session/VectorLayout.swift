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
/// words adds elements: see `LaneLayout` and `SignedLaneLayout`. Behind the packed elements stands one more word, in which every contributor puts 1: after
/// unmasking it must equal the number of contributors, or a mask did not cancel.
public struct VectorLayout: Sendable, Hashable {
  /// The number of elements of a client's vector.
  public let elementCount: Int
  /// How elements are packed into words.
  public let lanes: ElementLanes

  static let maximumElementCount = 1 << 32

  /// Elements from 0 up, whose sums never wrap.
  public init(elementCount: Int, lanes: LaneLayout) throws(VectorLayoutError) {
    try self.init(elementCount: elementCount, lanes: .unsigned(lanes))
  }

  /// Elements of either sign, whose sums wrap where they leave their lanes.
  public init(elementCount: Int, lanes: SignedLaneLayout) throws(VectorLayoutError) {
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
