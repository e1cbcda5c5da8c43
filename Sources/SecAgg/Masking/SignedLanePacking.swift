internal import FLMath

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
