import FLMath
import Testing

@testable import SecAgg

/// GF(2^61 - 1) against 128-bit arithmetic.
@Suite("Field elements")
struct FieldElementTests {
  static let prime: UInt64 = 2_305_843_009_213_693_951
  /// Values at which carries and reductions change.
  static let edges: [UInt64] = [
    0, 1, 2, 3, 1 << 29, 1 << 30, (1 << 31) - 1, 1 << 31, 1 << 32, (1 << 60) - 1, 1 << 60,
    (1 << 60) + 1, prime / 2, prime / 2 + 1, prime - 3, prime - 2, prime - 1,
  ]

  static func element(_ value: UInt64) throws -> FieldElement {
    try #require(FieldElement(value))
  }

  static func random(_ generator: inout SimulationGenerator) throws -> FieldElement {
    try element(generator.next() % prime)
  }

  private func check(_ left: UInt64, _ right: UInt64, _ comment: Comment) throws {
    let (a, b) = (try Self.element(left), try Self.element(right))
    let (wideA, wideB) = (UInt128(left), UInt128(right))
    let prime = UInt128(Self.prime)
    #expect(UInt128((a + b).value) == (wideA + wideB) % prime, comment)
    #expect(UInt128((a - b).value) == (wideA + prime - wideB) % prime, comment)
    #expect(UInt128((a * b).value) == wideA * wideB % prime, comment)
  }

  @Test("the modulus is 2^61 - 1")
  func modulus() {
    #expect(FieldElement.modulus == Self.prime)
    #expect(FieldElement.zero.value == 0)
    #expect(FieldElement.one.value == 1)
  }

  @Test("edge values", arguments: edges)
  func edge(left: UInt64) throws {
    for right in Self.edges { try check(left, right, "\(left), \(right)") }
  }

  @Test("numbers of 64 and 128 bits are reduced")
  func folding() {
    var generator = SimulationGenerator(seed: 62)
    let prime = UInt128(Self.prime)
    let words =
      Self.edges + [Self.prime, Self.prime + 1, .max, .max - 1]
      + (0..<100).map { _ in generator.next() }
    for word in words {
      #expect(FieldElement(folding: word).value == word % Self.prime)
      for high in words {
        let wide = UInt128(high) << 64 | UInt128(word)
        #expect(UInt128(FieldElement(folding: wide).value) == wide % prime, "\(wide)")
      }
    }
  }

  @Test("random values")
  func random() throws {
    var generator = SimulationGenerator(seed: 61)
    for trial in 0..<5000 {
      let (left, right) = (generator.next() % Self.prime, generator.next() % Self.prime)
      try check(left, right, "seed 61, trial \(trial)")
    }
  }

  @Test("values from p on are no elements", arguments: [prime, prime + 1, 1 << 61, 1 << 63, .max])
  func tooLarge(value: UInt64) {
    #expect(FieldElement(value) == nil)
  }

  @Test("an inverse multiplies to 1", arguments: edges.dropFirst())
  func inverse(value: UInt64) throws {
    let element = try Self.element(value)
    #expect(UInt128(element.inverse.value) * UInt128(value) % UInt128(Self.prime) == 1)
  }

  @Test("random inverses, one by one and together")
  func inverses() throws {
    var generator = SimulationGenerator(seed: 62)
    let elements = try (0..<300).map { _ in
      try Self.element(1 + generator.next() % (Self.prime - 1))
    }
    let together = FieldElement.inverses(of: elements)
    #expect(together == elements.map(\.inverse), "seed 62")
    for (element, inverse) in zip(elements, together) {
      #expect(
        UInt128(element.value) * UInt128(inverse.value) % UInt128(Self.prime) == 1, "seed 62")
    }
    #expect(FieldElement.inverses(of: []).isEmpty)
    #expect(FieldElement.inverses(of: [elements[0]]) == [elements[0].inverse])
  }

  @Test("the inverse of zero is zero")
  func inverseOfZero() {
    #expect(FieldElement.zero.inverse == .zero)
  }

  @Test("a client's point is its number", arguments: [1, 2, 1000, UInt32.max])
  func point(number: UInt32) throws {
    #expect(FieldElement(try #require(ClientID(number))).value == UInt64(number))
  }
}
