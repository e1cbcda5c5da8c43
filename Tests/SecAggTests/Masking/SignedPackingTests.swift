import FLMath
import Testing

@testable import SecAgg

/// Numbers of either sign as lanes of words: sums are exact where they fit, and wrap alone.
@Suite("Signed packing")
struct SignedPackingTests {
  static func layout(
    _ minimumBits: Int, elementCount: Int, contributors: Int = 100
  ) throws -> VectorLayout {
    try VectorLayout(
      elementCount: elementCount,
      lanes: SignedLanes(minimumBits: minimumBits, maximumContributors: contributors))
  }

  /// The specification's way to read words: lane by lane from the lowest, in arithmetic of 128 bits.
  static func sequential(_ words: [UInt64], _ layout: VectorLayout) -> [Int64] {
    let modulus = Int128(1) << Int128(layout.lanes.laneBits)
    var elements: [Int64] = []
    for word in words.dropLast() {
      var rest = Int128(word)
      for _ in 0..<layout.lanes.lanesPerWord {
        var element = ((rest % modulus) + modulus) % modulus
        if element >= modulus / 2 { element -= modulus }
        elements.append(Int64(element))
        rest = (rest - element) / modulus
      }
    }
    return Array(elements.prefix(layout.elementCount))
  }

  private func random(_ layout: VectorLayout, _ generator: inout SimulationGenerator) -> [Int64] {
    let unused = Int64(64 - layout.lanes.valueBits)
    return (0..<layout.elementCount).map { _ in Int64(bitPattern: generator.next()) >> unused }
  }

  @Test("by hand")
  func known() throws {
    let four = try Self.layout(16, elementCount: 6)
    // 1 - 2^16 + 2 * 2^48, and 3 - 2^15 * 2^16.
    #expect(
      try PackedVector(signed: [1, -1, 0, 2, 3, -32768], layout: four).words
        == [0x0001_FFFF_FFFF_0001, 0xFFFF_FFFF_8000_0003, 1])
    // A minus in the highest lane stays in its word.
    #expect(
      try PackedVector(signed: [0, 0, 0, -1, 0, 0], layout: four).words
        == [0xFFFF_0000_0000_0000, 0, 1])
    let three = try Self.layout(17, elementCount: 3)
    // In lanes of 21 bits one bit is left over; it takes part in the borrowing.
    #expect(
      try PackedVector(signed: [0, 0, -1], layout: three).words == [0xFFFF_FC00_0000_0000, 1])
    let one = try Self.layout(40, elementCount: 2)
    #expect(
      try PackedVector(signed: [-2, 1 << 51 - 1], layout: one).words
        == [0xFFFF_FFFF_FFFF_FFFE, 0x0007_FFFF_FFFF_FFFF, 1])
  }

  @Test("what is packed can be unpacked, the extremes too", arguments: 2...52)
  func roundTrip(minimumBits: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(minimumBits))
    for elementCount in Array(1...40) + [1000, 4099] {
      let layout = try Self.layout(minimumBits, elementCount: elementCount)
      let half = Int64(1) << Int64(layout.lanes.valueBits - 1)
      var elements = random(layout, &generator)
      for index in elements.indices where generator.next() % 4 == 0 {
        elements[index] =
          generator.next() % 2 == 0 ? -half : half - 1
      }
      let vector = try PackedVector(signed: elements, layout: layout)
      #expect(vector.elements.signed == elements, "\(elementCount) elements")
      #expect(vector.elements.unsigned == nil)
      #expect(vector.words.count == layout.wordCount)
      #expect(vector.words.last == 1, "the word by which contributors are counted")
    }
  }

  @Test("all words are read as the specification reads them", arguments: 2...52)
  func anyWords(minimumBits: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(100 + minimumBits))
    let layout = try Self.layout(minimumBits, elementCount: 997)
    for _ in 0..<5 {
      let words = (0..<layout.wordCount).map { _ in generator.next() }
      #expect(layout.unpackSigned(words) == Self.sequential(words, layout))
    }
  }

  @Test(
    "sums that fit are exact, whatever they are made of", arguments: [2, 5, 12, 16, 20, 32, 52])
  func sums(minimumBits: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(200 + minimumBits))
    let layout = try Self.layout(minimumBits, elementCount: 77)
    var expected = [Int64](repeating: 0, count: 77)
    var sum = MaskedSum(wordCount: layout.wordCount)
    for count in 1...50 as ClosedRange<UInt64> {
      // The next sum is drawn; what leads to it may have a bit more than fits a lane.
      let next = random(layout, &generator)
      let elements = zip(next, expected).map { $0 - $1 }
      sum.add(PackedVector(unbounded: elements, layout: layout).words)
      expected = next
      #expect(layout.unpackSigned(sum.words) == expected, "\(count) vectors")
      #expect(sum.words.last == count)
    }
  }

  @Test(
    "a lane that overflows wraps alone and moves the next by one", arguments: [2, 12, 16, 20, 32])
  func wrapping(minimumBits: Int) throws {
    let lanesPerWord = 64 / minimumBits
    let layout = try Self.layout(minimumBits, elementCount: 2 * lanesPerWord)
    let half = Int64(1) << Int64(layout.lanes.laneBits - 1)
    for lane in 0..<lanesPerWord {
      for (one, other, wrapped, turns) in [
        (half - 1, 1, -half, 1), (-half, -1, half - 1, -1), (half - 1, half - 1, -2, 1),
        (-half, -half, 0, -1),
      ] as [(Int64, Int64, Int64, Int64)] {
        var (first, second) = (
          [Int64](repeating: 0, count: 2 * lanesPerWord),
          [Int64](repeating: 0, count: 2 * lanesPerWord)
        )
        (first[lane], second[lane]) = (one, other)
        var expected = [Int64](repeating: 0, count: 2 * lanesPerWord)
        expected[lane] = wrapped
        // The highest lane has no next one, and the next word is another.
        if lane + 1 < lanesPerWord { expected[lane + 1] = turns }
        var sum = MaskedSum(wordCount: layout.wordCount)
        for elements in [first, second] {
          sum.add(PackedVector(unbounded: elements, layout: layout).words)
        }
        #expect(layout.unpackSigned(sum.words) == expected, "lane \(lane), \(one) + \(other)")
      }
    }
  }

  /// What privacy rests on: whatever the numbers, the server sees a function of their sum.
  @Test("packing is linear, in and out of lanes", arguments: 2...52)
  func linear(minimumBits: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(300 + minimumBits))
    let layout = try Self.layout(minimumBits, elementCount: 50)
    for _ in 0..<20 {
      let first = (0..<50).map { _ in Int64(bitPattern: generator.next()) }
      let second = (0..<50).map { _ in Int64(bitPattern: generator.next()) }
      var sum = MaskedSum(wordCount: layout.wordCount)
      for elements in [first, second] {
        sum.add(PackedVector(unbounded: elements, layout: layout).words)
      }
      let whole = PackedVector(unbounded: zip(first, second).map { $0 &+ $1 }, layout: layout)
      #expect(sum.words.dropLast() == whole.words.dropLast())
    }
  }

  @Test("an element outside its lane is named, not printed", arguments: [2, 16, 20, 40, 52])
  func outside(minimumBits: Int) throws {
    let layout = try Self.layout(minimumBits, elementCount: 9)
    let half = Int64(1) << Int64(layout.lanes.valueBits - 1)
    for index in 0..<9 {
      for outside in [half, -half - 1, .max, .min] {
        var elements = [Int64](repeating: -1, count: 9)
        elements[index] = outside
        let error = PackingError.elementTooLarge(index: index, valueBits: layout.lanes.valueBits)
        #expect(throws: error) { try PackedVector(signed: elements, layout: layout) }
      }
    }
  }

  @Test("elements of the other kind, or another number of them, are refused")
  func otherKind() throws {
    let signed = try Self.layout(16, elementCount: 2)
    let unsigned = try VectorLayout(
      elementCount: 2, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 3))
    #expect(throws: PackingError.laneKind(found: .unsigned, expected: .signed)) {
      try PackedVector([1, 2], layout: signed)
    }
    #expect(throws: PackingError.laneKind(found: .signed, expected: .unsigned)) {
      try PackedVector(signed: [1, 2], layout: unsigned)
    }
    #expect(throws: PackingError.elementCount(found: 3, expected: 2)) {
      try PackedVector(signed: [1, 2, 3], layout: signed)
    }
    let text = "\(PackingError.laneKind(found: .unsigned, expected: .signed))"
    #expect(text.contains("unsigned") && text.contains("lanes signed"))
  }
}
