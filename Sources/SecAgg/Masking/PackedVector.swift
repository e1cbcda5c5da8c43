internal import FLMath

/// Why elements cannot be packed.
public enum PackingError: Error, Hashable, Sendable {
  /// The number of elements is not the layout's.
  case elementCount(found: Int, expected: Int)
  /// An element does not fit into its lane's value bits.
  case elementTooLarge(index: Int, valueBits: Int)
  /// The session's lanes are for elements of the other kind.
  case laneKind(found: LaneKind, expected: LaneKind)
}

extension PackingError: CustomStringConvertible {
  /// What was expected and what came. Never the element itself, which is private.
  public var description: String {
    switch self {
    case .elementCount(let found, let expected):
      "the vector has \(found) elements, the session's layout \(expected)"
    case .elementTooLarge(let index, let valueBits):
      "element \(index) does not fit into \(valueBits) bits"
    case .laneKind(let found, let expected):
      "the elements are \(found), the session's lanes \(expected)"
    }
  }
}

/// One client's vector before masking: elements packed as lanes of 64-bit words, and the word by
/// which contributors are counted.
public struct PackedVector: Sendable {
  /// The layout that the vector was packed for.
  public let layout: VectorLayout
  private(set) var words: [UInt64]

  /// Packs `elements`, each below 2^`layout.lanes.valueBits`, into unsigned lanes.
  ///
  /// Complexity: O(elements).
  ///
  /// - Throws: `PackingError`.
  public init(_ elements: [UInt64], layout: VectorLayout) throws(PackingError) {
    guard case .unsigned(let lanes) = layout.lanes else {
      throw .laneKind(found: .unsigned, expected: layout.lanes.kind)
    }
    guard elements.count == layout.elementCount else {
      throw .elementCount(found: elements.count, expected: layout.elementCount)
    }
    let valueBits = lanes.valueBits
    let largest = lanes.maximumSum(contributors: 1)
    // One test for all, so that the loop has no exit, and of the bits only that must be zero: of
    // elements that fit nothing is looked at. The culprit is looked for afterwards.
    var union: UInt64 = 0
    for element in elements { union |= element }
    guard union & ~largest == 0 else {
      let index = elements.firstIndex { $0 > largest } ?? 0
      throw .elementTooLarge(index: index, valueBits: valueBits)
    }
    self.layout = layout
    words = layout.pack(elements)
  }

  /// Packs `elements` into signed lanes, each at least -2^(b-1) and below 2^(b-1) with b =
  /// `layout.lanes.valueBits`.
  ///
  /// Complexity: O(elements).
  ///
  /// - Throws: `PackingError`.
  public init(signed elements: [Int64], layout: VectorLayout) throws(PackingError) {
    guard case .signed(let lanes) = layout.lanes else {
      throw .laneKind(found: .signed, expected: layout.lanes.kind)
    }
    guard elements.count == layout.elementCount else {
      throw .elementCount(found: elements.count, expected: layout.elementCount)
    }
    // As above: what fits equals its sign from bit b-1 up, and nothing else is looked at.
    let signBit = Int64(lanes.bits - 1)
    var union: Int64 = 0
    for element in elements { union |= (element &>> 63) ^ (element &>> signBit) }
    guard union == 0 else {
      let index = elements.firstIndex { !lanes.range.contains($0) } ?? 0
      throw .elementTooLarge(index: index, valueBits: lanes.bits)
    }
    self.init(unbounded: elements, layout: layout)
  }

  /// Packs whole numbers into signed lanes, also such as do not fit one.
  ///
  /// For numbers with noise, where refusing an improbable one would tell of it, and reducing it before
  /// it is packed too: how many numbers were reduced would show in the next lane of the sum. Packed as
  /// it is, it adds itself x 2^(laneBits x lane) to its word like any other.
  init(unbounded elements: [Int64], layout: VectorLayout) {
    self.layout = layout
    words = layout.pack(signed: elements)
  }

  /// A vector of unsigned lanes whose elements come a block at a time: `fill` replaces all of a block
  /// by the elements from a number on, each of which fits its value bits.
  ///
  /// Nothing but a block is in memory beside the words. Complexity: O(elements).
  init(layout: VectorLayout, blockSize: Int, _ fill: (inout [UInt64], Int) -> Void) {
    self.layout = layout
    words = [UInt64](repeating: 0, count: layout.wordCount)
    // Whole words, so that no word is written in two blocks.
    let lanesPerWord = layout.lanes.lanesPerWord
    let size = max(1, blockSize / lanesPerWord) * lanesPerWord
    var block = [UInt64](repeating: 0, count: min(size, layout.elementCount))
    var start = 0
    while start < layout.elementCount {
      block.removeLast(max(0, start + block.count - layout.elementCount))
      fill(&block, start)
      var span = words.mutableSpan
      layout.pack(block.span, to: &span, from: start / lanesPerWord)
      start += block.count
    }
    words[layout.elementWordCount] = 1
  }

  /// The elements that were packed.
  public var elements: VectorElements { layout.elements(in: words) }

  /// Adds masks in place; what comes out can only be summed.
  consuming func masked(
    by masks: borrowing MaskCombination, on execution: Execution, watch: ProgressWatch
  ) throws(Cancellation) -> [UInt64] {
    try masks.apply(to: &words, on: execution, watch: watch)
    return words
  }
}

extension PackedVector: CustomStringConvertible, CustomReflectable {
  /// The shape only: the elements are private and have no place in a log.
  public var description: String {
    "packed vector, \(layout.elementCount) element(s), \(layout.wordCount) words"
  }

  /// No children, so that `dump` and loggers that walk over values find no elements either.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How elements from 0 up stand in words: element i is lane i mod L of word i / L, lane 0 being the
/// lowest bits, L the number of lanes.
extension VectorLayout {
  /// The bits of one lane.
  private var laneMask: UInt64 { UInt64.max &>> UInt64(64 - lanes.laneBits) }

  /// The elements as words, followed by the count of contributors: 1, the client itself.
  ///
  /// Each element must fit its lane. Complexity: O(elements).
  func pack(_ elements: [UInt64]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: wordCount)
    var span = words.mutableSpan
    pack(elements.span, to: &span, from: 0)
    words[elementWordCount] = 1
    return words
  }

  /// The elements in words, read as the lanes' kind says. Complexity: O(elements).
  func elements(in words: [UInt64]) -> VectorElements {
    switch lanes.kind {
    case .unsigned: .unsigned(unpack(words))
    case .signed: .signed(unpackSigned(words))
    }
  }

  /// Adds elements to words of zeros, from a word on.
  func pack(_ elements: Span<UInt64>, to words: inout MutableSpan<UInt64>, from first: Int) {
    let lanesPerWord = lanes.lanesPerWord
    for lane in 0..<lanesPerWord {
      let shift = UInt64(lane &* lanes.laneBits)
      var source = lane
      var word = first
      while source < elements.count {
        words[word] |= elements[source] &<< shift
        source &+= lanesPerWord
        word &+= 1
      }
    }
  }

  /// The elements in words. Complexity: O(elements).
  func unpack(_ words: [UInt64]) -> [UInt64] {
    let lanesPerWord = lanes.lanesPerWord
    let mask = laneMask
    var elements = [UInt64](repeating: 0, count: elementCount)
    for lane in 0..<lanesPerWord {
      let shift = UInt64(lane &* lanes.laneBits)
      var target = lane
      var word = 0
      while target < elementCount {
        elements[target] = (words[word] &>> shift) & mask
        target &+= lanesPerWord
        word &+= 1
      }
    }
    return elements
  }

  /// Whether the bits that belong to no element are all zero, as they are in every sum of packed
  /// vectors.
  func unusedBitsAreZero(in words: [UInt64]) -> Bool {
    let usedBits = lanes.lanesPerWord * lanes.laneBits
    var stray: UInt64 = 0
    if usedBits < 64 {
      for word in 0..<elementWordCount { stray |= words[word] &>> UInt64(usedBits) }
    }
    let lanesInLastWord = elementCount - (elementWordCount - 1) * lanes.lanesPerWord
    if lanesInLastWord < lanes.lanesPerWord {
      stray |= words[elementWordCount - 1] &>> UInt64(lanesInLastWord * lanes.laneBits)
    }
    return stray == 0
  }
}

/// How elements of either sign stand in words: element i adds itself x 2^(laneBits x (i mod L)) to word
/// i / L, modulo 2^64, L being the number of lanes.
extension VectorLayout {
  /// Elements that are packed at a time: those of all lanes stay in the first-level cache.
  private static let block = 2048

  /// The elements as words, followed by the count of contributors: 1, the client itself.
  ///
  /// Complexity: O(elements).
  func pack(signed elements: [Int64]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: wordCount)
    let lanesPerWord = lanes.lanesPerWord
    let size = Self.block / lanesPerWord * lanesPerWord
    var start = 0
    while start < elements.count {
      let end = min(start + size, elements.count)
      for lane in 0..<lanesPerWord {
        let shift = UInt64(lane &* lanes.laneBits)
        var source = start &+ lane
        var word = start / lanesPerWord
        while source < end {
          words[word] &+= UInt64(bitPattern: elements[source]) &<< shift
          source &+= lanesPerWord
          word &+= 1
        }
      }
      start = end
    }
    words[elementWordCount] = 1
    return words
  }

  /// The elements in words. Complexity: O(elements).
  ///
  /// Lane by lane from the lowest, an element is the word's lowest bits as a signed number, which is
  /// taken off before the word is shifted. To have no lane wait for the one below, the least number
  /// of every lane is taken off first: what is left are numbers from 0 up that lend nothing.
  func unpackSigned(_ words: [UInt64]) -> [Int64] {
    let lanesPerWord = lanes.lanesPerWord
    let mask = UInt64.max &>> UInt64(64 - lanes.laneBits)
    let half = UInt64(1) << UInt64(lanes.laneBits - 1)
    var halves: UInt64 = 0
    for lane in 0..<lanesPerWord { halves |= half << UInt64(lane * lanes.laneBits) }
    var elements = [Int64](repeating: 0, count: elementCount)
    let size = Self.block / lanesPerWord * lanesPerWord
    var start = 0
    while start < elementCount {
      let end = min(start + size, elementCount)
      for lane in 0..<lanesPerWord {
        let shift = UInt64(lane &* lanes.laneBits)
        var target = start &+ lane
        var word = start / lanesPerWord
        while target < end {
          elements[target] = Int64(
            bitPattern: (((words[word] &+ halves) &>> shift) & mask) &- half)
          target &+= lanesPerWord
          word &+= 1
        }
      }
      start = end
    }
    return elements
  }
}
