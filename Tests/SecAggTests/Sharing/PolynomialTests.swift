import FLMath
import Testing

@testable import SecAgg

/// Polynomials: small ones by hand, random ones by their laws.
@Suite("Polynomials")
struct PolynomialTests {
  private func polynomial(_ coefficients: UInt64...) throws -> Polynomial {
    Polynomial(try coefficients.map(FieldElementTests.element))
  }

  private func random(
    degree: Int, _ generator: inout SimulationGenerator
  ) throws -> Polynomial {
    var coefficients = try (0..<degree).map { _ in try FieldElementTests.random(&generator) }
    coefficients.append(try FieldElementTests.element(1 + generator.next() % 1000))
    return Polynomial(coefficients)
  }

  @Test("values of 5 + 3x + 2x^2")
  func values() throws {
    let parabola = try polynomial(5, 3, 2)
    let found = try [0, 1, 2, 10, FieldElementTests.prime - 1].map {
      parabola(try FieldElementTests.element($0)).value
    }
    #expect(found == [5, 10, 19, 235, 4])
    #expect(parabola.degree == 2)
  }

  @Test("leading zeros do not count")
  func leadingZeros() throws {
    #expect(try polynomial(5, 3, 0, 0) == polynomial(5, 3))
    #expect(try polynomial(0, 0) == .zero)
    #expect(Polynomial.zero.degree == -1)
    #expect(Polynomial.one.degree == 0)
  }

  @Test("(x - 2)(x - 3) = 6 - 5x + x^2")
  func roots() throws {
    let (two, three) = (try FieldElementTests.element(2), try FieldElementTests.element(3))
    let product = Polynomial.one.times(linearWithRoot: two).times(linearWithRoot: three)
    #expect(try product == polynomial(6, FieldElementTests.prime - 5, 1))
    #expect(
      try product.dividedBy(linearWithRoot: two) == polynomial(FieldElementTests.prime - 3, 1))
    #expect(product.dividedBy(linearWithRoot: three).dividedBy(linearWithRoot: two) == .one)
    #expect(Polynomial.one.dividedBy(linearWithRoot: two) == .zero)
  }

  @Test("(1 + x^3) / (1 + x) = 1 - x + x^2, remainder 0")
  func exactDivision() throws {
    let found = try polynomial(1, 0, 0, 1).quotientAndRemainder(dividingBy: polynomial(1, 1))
    let (quotient, remainder) = try #require(found)
    #expect(try quotient == polynomial(1, FieldElementTests.prime - 1, 1))
    #expect(remainder == .zero)
  }

  @Test("nothing is divided by zero")
  func divisionByZero() throws {
    let found = try polynomial(1, 1).quotientAndRemainder(dividingBy: .zero)
    #expect(found == nil)
  }

  @Test("quotient x divisor + remainder is the dividend; products and differences have the values")
  func laws() throws {
    var generator = SimulationGenerator(seed: 1979)
    for trial in 0..<100 {
      let comment: Comment = "seed 1979, trial \(trial)"
      let dividend = try random(degree: Int(generator.next() % 12), &generator)
      let divisor = try random(degree: Int(generator.next() % 12), &generator)
      let found = dividend.quotientAndRemainder(dividingBy: divisor)
      let (quotient, remainder) = try #require(found)
      #expect(remainder.degree < divisor.degree, comment)
      #expect(dividend - quotient * divisor == remainder, comment)
      let point = try FieldElementTests.random(&generator)
      #expect((dividend * divisor)(point) == dividend(point) * divisor(point), comment)
      #expect((dividend - divisor)(point) == dividend(point) - divisor(point), comment)
      #expect(
        dividend.times(linearWithRoot: point).dividedBy(linearWithRoot: point) == dividend, comment)
      #expect(dividend.times(linearWithRoot: point)(point) == .zero, comment)
    }
    #expect(Polynomial.zero * .one == .zero)
  }
}
