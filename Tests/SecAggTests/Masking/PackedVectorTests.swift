import FLMath
import Testing

@testable import SecAgg

/// Elements as lanes of words: nothing is lost, and sums do not carry.
@Suite("Packed vectors")
struct PackedVectorTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let valueBits: Int
    let contributors: Int
    let lanes: Int

    var testDescription: String { "\(lanes) lanes, \(contributors) contributors" }

    func layout(elementCount: Int) throws -> VectorLayout {
      try VectorLayout(
        elementCount: elementCount,
        lanes: UnsignedLanes(minimumValueBits: valueBits, maximumContributors: contributors))
    }
  }

  static let shapes = [
    Shape(valueBits: 62, contributors: 1, lanes: 1),
    Shape(valueBits: 62, contributors: 2, lanes: 1),
    Shape(valueBits: 62, contributors: 4, lanes: 1),
    Shape(valueBits: 30, contributors: 4, lanes: 2),
    Shape(valueBits: 31, contributors: 2, lanes: 2),
    Shape(valueBits: 18, contributors: 8, lanes: 3),
    Shape(valueBits: 10, contributors: 50, lanes: 4),
    Shape(valueBits: 8, contributors: 9, lanes: 5),
    Shape(valueBits: 8, contributors: 3, lanes: 6), Shape(valueBits: 7, contributors: 4, lanes: 7),
    Shape(valueBits: 5, contributors: 7, lanes: 8), Shape(valueBits: 5, contributors: 3, lanes: 9),
    Shape(valueBits: 2, contributors: 9, lanes: 10),
    Shape(valueBits: 4, contributors: 2, lanes: 12),
    Shape(valueBits: 2, contributors: 4, lanes: 16),
    Shape(valueBits: 2, contributors: 2, lanes: 21),
    Shape(valueBits: 2, contributors: 1, lanes: 32),
  ]

  private func largest(_ layout: VectorLayout) -> UInt64 {
    UInt64.max >> UInt64(64 - layout.lanes.valueBits)
  }

  /// Blocks smaller than a word, of words and a part, of as much as there is and more.
  @Test("block by block the same words, every element asked for once", arguments: shapes)
  func blocks(shape: Shape) throws {
    var generator = SimulationGenerator(seed: UInt64(shape.lanes))
    for elementCount in [1, 7, shape.lanes, 5 * shape.lanes, 5 * shape.lanes + 1, 200] {
      let layout = try shape.layout(elementCount: elementCount)
      let elements = (0..<elementCount).map { _ in generator.next() & largest(layout) }
      let whole = try PackedVector(elements, layout: layout)
      for blockSize in [1, 2, shape.lanes, shape.lanes + 1, 64, 200, 201] {
        let comment: Comment =
          "seed \(shape.lanes), \(elementCount) elements in blocks of \(blockSize)"
        var next = 0
        let vector = PackedVector(layout: layout, blockSize: blockSize) { block, start in
          #expect(start == next, comment)
          #expect(start + block.count <= elementCount, comment)
          for index in block.indices where start + index < elementCount {
            block[index] = elements[start + index]
          }
          next = start + block.count
        }
        #expect(next == elementCount, comment)
        #expect(vector.words == whole.words, comment)
      }
    }
  }

  @Test("what is packed can be unpacked", arguments: shapes)
  func roundTrip(shape: Shape) throws {
    var generator = SimulationGenerator(seed: UInt64(shape.lanes))
    for elementCount in Array(1...40) + [63, 64, 65, 1000] {
      let layout = try shape.layout(elementCount: elementCount)
      #expect(layout.lanes.lanesPerWord == shape.lanes)
      #expect(layout.wordCount == (elementCount + shape.lanes - 1) / shape.lanes + 1)
      let elements = (0..<elementCount).map { _ in generator.next() & largest(layout) }
      let vector = try PackedVector(elements, layout: layout)
      #expect(vector.elements.unsigned == elements, "seed \(shape.lanes), \(elementCount) elements")
      #expect(vector.words.count == layout.wordCount)
      #expect(vector.words.last == 1, "the word by which contributors are counted")
      #expect(layout.unusedBitsAreZero(in: vector.words))
    }
  }

  /// Each element alone, so that its place in the word is seen.
  @Test("element i is lane i mod L of word i / L, from the lowest bits on", arguments: shapes)
  func places(shape: Shape) throws {
    let elementCount = 2 * shape.lanes + 1
    let layout = try shape.layout(elementCount: elementCount)
    let laneBits = 64 / shape.lanes
    for index in 0..<elementCount {
      var elements = [UInt64](repeating: 0, count: elementCount)
      elements[index] = largest(layout)
      var expected = [UInt64](repeating: 0, count: 4)
      expected[index / shape.lanes] = largest(layout) << UInt64(index % shape.lanes * laneBits)
      expected[3] = 1
      #expect(try PackedVector(elements, layout: layout).words == expected, "element \(index)")
    }
  }

  @Test("maximal elements of maximally many contributors do not carry", arguments: shapes)
  func maximalSums(shape: Shape) throws {
    for elementCount in [1, shape.lanes, shape.lanes + 1, 3 * shape.lanes - 1] {
      let layout = try shape.layout(elementCount: elementCount)
      // Every other element is 0: a carry would be seen in it.
      let elements = (0..<elementCount).map { $0 % 2 == 0 ? largest(layout) : 0 }
      let vector = try PackedVector(elements, layout: layout)
      var sum = MaskedSum(wordCount: layout.wordCount)
      for _ in 0..<shape.contributors { sum.add(vector.words) }
      let contributors = UInt64(shape.contributors)
      #expect(layout.unpack(sum.words) == elements.map { $0 * contributors })
      #expect(layout.unusedBitsAreZero(in: sum.words))
      #expect(sum.words.last == contributors)
      #expect(
        layout.lanes.maximumSum(contributors: shape.contributors) == elements[0] * contributors)
    }
  }

  @Test("random sums", arguments: shapes)
  func randomSums(shape: Shape) throws {
    var generator = SimulationGenerator(seed: UInt64(1000 + shape.lanes))
    let layout = try shape.layout(elementCount: 77)
    var expected = [UInt64](repeating: 0, count: 77)
    var sum = MaskedSum(wordCount: layout.wordCount)
    for _ in 0..<shape.contributors {
      let elements = (0..<77).map { _ in generator.next() & largest(layout) }
      for index in expected.indices { expected[index] += elements[index] }
      sum.add(try PackedVector(elements, layout: layout).words)
    }
    #expect(layout.unpack(sum.words) == expected, "seed \(1000 + shape.lanes)")
  }

  @Test("an element too large is named", arguments: shapes)
  func elementTooLarge(shape: Shape) throws {
    let layout = try shape.layout(elementCount: 9)
    let valueBits = layout.lanes.valueBits
    guard valueBits < 64 else { return }
    for index in 0..<9 {
      for tooLarge in [largest(layout) + 1, .max] {
        var elements = [UInt64](repeating: largest(layout), count: 9)
        elements[index] = tooLarge
        #expect(throws: PackingError.elementTooLarge(index: index, valueBits: valueBits)) {
          try PackedVector(elements, layout: layout)
        }
      }
    }
  }

  @Test("another number of elements is refused", arguments: [0, 1, 6, 8, 100])
  func elementCount(count: Int) throws {
    let layout = try Shape(valueBits: 16, contributors: 3, lanes: 3).layout(elementCount: 7)
    #expect(throws: PackingError.elementCount(found: count, expected: 7)) {
      try PackedVector([UInt64](repeating: 0, count: count), layout: layout)
    }
  }

  @Test("bits that belong to no element are noticed", arguments: shapes)
  func strayBits(shape: Shape) throws {
    let elementCount = 2 * shape.lanes - shape.lanes / 2
    let layout = try shape.layout(elementCount: elementCount)
    let laneBits = 64 / shape.lanes
    for word in 0..<2 {
      let lanes = word == 0 ? shape.lanes : elementCount - shape.lanes
      for bit in 0..<64 {
        var words: [UInt64] = [0, 0, 0]
        words[word] = 1 << UInt64(bit)
        #expect(layout.unusedBitsAreZero(in: words) == (bit < lanes * laneBits), "bit \(bit)")
      }
    }
  }

  @Test("what is too large is not printed")
  func errorKeepsTheElement() throws {
    let layout = try Shape(valueBits: 16, contributors: 3, lanes: 3).layout(elementCount: 1)
    #expect {
      try PackedVector([987_654_321], layout: layout)
    } throws: { error in
      !"\(error)".contains("987654321") && !"\(error)".isEmpty
    }
  }

  @Test("a vector prints its shape and none of its elements")
  func vectorKeepsItsElements() throws {
    let layout = try Shape(valueBits: 30, contributors: 3, lanes: 2).layout(elementCount: 1)
    let vector = try PackedVector([987_654_321], layout: layout)
    for text in ["\(vector)", "\([vector])", String(reflecting: vector)] {
      #expect(!text.contains("987654321"), "\(text)")
      #expect(text.contains("1 element"))
    }
  }
}
