/// A polynomial over GF(2^61 - 1), lowest coefficient first, without leading zeros. For the
/// server's decoding only: its operations take time that depends on the values.
struct Polynomial: Hashable {
  private(set) var coefficients: [FieldElement]

  static let one = Polynomial([.one])
  static let zero = Polynomial([])

  init(_ coefficients: [FieldElement]) {
    var coefficients = coefficients
    while coefficients.last == .zero { coefficients.removeLast() }
    self.coefficients = coefficients
  }

  /// The degree; -1 for zero.
  var degree: Int { coefficients.count - 1 }

  func callAsFunction(_ point: FieldElement) -> FieldElement {
    coefficients.reversed().reduce(.zero) { $0 * point + $1 }
  }

  /// Multiplies by (x - root).
  func times(linearWithRoot root: FieldElement) -> Polynomial {
    var product = [FieldElement](repeating: .zero, count: coefficients.count + 1)
    for (index, coefficient) in coefficients.enumerated() {
      product[index + 1] = product[index + 1] + coefficient
      product[index] = product[index] - root * coefficient
    }
    return Polynomial(product)
  }

  /// Divides by (x - root), dropping the remainder (synthetic division).
  func dividedBy(linearWithRoot root: FieldElement) -> Polynomial {
    guard degree >= 1 else { return .zero }
    var quotient = [FieldElement](repeating: .zero, count: coefficients.count - 1)
    var carry = FieldElement.zero
    for index in stride(from: coefficients.count - 1, to: 0, by: -1) {
      carry = coefficients[index] + carry * root
      quotient[index - 1] = carry
    }
    return Polynomial(quotient)
  }

  static func - (left: Polynomial, right: Polynomial) -> Polynomial {
    var difference = left.coefficients
    while difference.count < right.coefficients.count { difference.append(.zero) }
    for (index, coefficient) in right.coefficients.enumerated() {
      difference[index] = difference[index] - coefficient
    }
    return Polynomial(difference)
  }

  static func * (left: Polynomial, right: Polynomial) -> Polynomial {
    guard left.degree >= 0, right.degree >= 0 else { return .zero }
    var product = [FieldElement](repeating: .zero, count: left.degree + right.degree + 1)
    for (i, a) in left.coefficients.enumerated() {
      for (j, b) in right.coefficients.enumerated() { product[i + j] = product[i + j] + a * b }
    }
    return Polynomial(product)
  }

  /// Quotient and remainder; `nil` when the divisor is zero.
  func quotientAndRemainder(dividingBy divisor: Polynomial) -> (Polynomial, Polynomial)? {
    guard let leading = divisor.coefficients.last else { return nil }
    guard degree >= divisor.degree else { return (.zero, self) }
    let inverse = leading.inverse
    var remainder = coefficients
    var quotient = [FieldElement](repeating: .zero, count: degree - divisor.degree + 1)
    for shift in stride(from: degree - divisor.degree, through: 0, by: -1) {
      let factor = remainder[shift + divisor.degree] * inverse
      quotient[shift] = factor
      for (index, coefficient) in divisor.coefficients.enumerated() {
        remainder[shift + index] = remainder[shift + index] - factor * coefficient
      }
    }
    return (Polynomial(quotient), Polynomial(remainder))
  }
}
