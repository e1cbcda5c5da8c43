/// A uniformly random arrangement of the roster on a circle, drawn from the roster commitment.
///
/// Nobody chooses it: it is fixed by the keys that all clients advertised. Everyone who knows the
/// commitment draws the same.
struct RosterPermutation {
  /// The roster index that stands at each place of the circle.
  let indexAtPlace: [Int]
  /// The place of each roster index.
  let placeOfIndex: [Int]

  /// Shuffles by Fisher and Yates with unbiased bounded numbers from a ChaCha20 stream.
  ///
  /// Complexity: O(`count`).
  init(count: Int, commitment: Digest) {
    var stream = PublicWordStream(
      key: Hashing.digest(.neighbourPermutation) { $0.write(commitment) })
    var indexAtPlace = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      indexAtPlace.swapAt(place, Int(stream.next(below: UInt64(place + 1))))
    }
    var placeOfIndex = [Int](repeating: 0, count: count)
    for (place, index) in indexAtPlace.enumerated() { placeOfIndex[index] = place }
    self.indexAtPlace = indexAtPlace
    self.placeOfIndex = placeOfIndex
  }
}

/// The 64-bit words of a public ChaCha20 stream.
private struct PublicWordStream {
  private let key: [UInt8]
  private var block: [UInt64] = []
  private var next = 0
  private var offset: UInt64 = 0

  init(key: Digest) {
    self.key = key.bytes
  }

  private mutating func nextWord() -> UInt64 {
    if next == block.count {
      var words = [UInt64](repeating: 0, count: 512)
      var span = words.mutableSpan
      MaskExpander.chacha20.apply(.add, seed: key.span, to: &span, streamOffset: offset)
      block = words
      offset += 512
      next = 0
    }
    defer { next += 1 }
    return block[next]
  }

  /// A uniform number below `bound`, by rejecting the words above the largest multiple of it.
  mutating func next(below bound: UInt64) -> UInt64 {
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let word = nextWord()
      if word < limit { return word % bound }
    }
  }
}
