/// The first powers of a holder's point, for Horner's rule with several coefficients at once and the
/// reduction left to the last.
///
/// A sum on its way is below 2^63, congruent to the right one, and not reduced. Constant time.
struct HornerPowers {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  /// The powers of a client's id, of at most 20 bits in every cohort: the third has at most 61 and
  /// is not reduced either. Larger ids, which no cohort has, are reduced.
  init(of holder: ClientID) {
    let point = FieldElement(holder)
    first = point.value
    second = (point * point).value
    third = (point * point * point).value
  }

  /// `sum` x + c.
  ///
  /// x has at most 32 bits and c is below 2^61, so the result is below 2^61 + 2^34 + 2^61.
  @inline(__always)
  func step(_ sum: UInt64, _ coefficient: UInt64) -> UInt64 {
    let product = sum.multipliedFullWidth(by: first)
    return (product.low & FieldElement.modulus) &+ (product.low >> 61 | product.high << 3)
      &+ coefficient
  }

  /// `sum` x^3 + c2 x^2 + c1 x + c0.
  ///
  /// The products are below 2^63 2^61, 2^61 2^61 and 2^61 2^61, so their sum is below 2^125. Its
  /// digits to the base 2^61 are below 2^61, 2^61 and 2^3: the result is below 2^63.
  @inline(__always)
  func tripleStep(_ sum: UInt64, _ c2: UInt64, _ c1: UInt64, _ c0: UInt64) -> UInt64 {
    let total =
      Self.product(sum, third) &+ Self.product(c2, second) &+ Self.product(c1, first)
      &+ UInt128(c0)
    let low = UInt64(truncatingIfNeeded: total)
    let high = UInt64(truncatingIfNeeded: total >> 64)
    return (low & FieldElement.modulus) &+ ((low >> 61 | high << 3) & FieldElement.modulus)
      &+ high >> 58
  }

  @inline(__always)
  private static func product(_ left: UInt64, _ right: UInt64) -> UInt128 {
    let product = left.multipliedFullWidth(by: right)
    return UInt128(product.high) << 64 | UInt128(product.low)
  }
}
