internal import FLMath

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
