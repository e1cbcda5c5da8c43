/// An element of GF(p), p = 2^61 - 1 (a Mersenne prime, so that reduction is shifts and adds).
///
/// Addition, subtraction and multiplication take the same time for all values. `inverse` does
/// too: its exponent is public.
struct FieldElement: Hashable, Sendable {
  static let modulus: UInt64 = (1 << 61) - 1
  static let zero = FieldElement(reduced: 0)
  static let one = FieldElement(reduced: 1)

  /// The representative in 0..<p.
  let value: UInt64

  /// `nil` unless `value` is below p.
  init?(_ value: UInt64) {
    guard value < Self.modulus else { return nil }
    self.value = value
  }

  @inline(__always)
  init(reduced value: UInt64) {
    self.value = value
  }

  /// The evaluation point of a client: its id, which is below p and never 0.
  init(_ id: ClientID) {
    value = UInt64(id.rawValue)
  }

  /// `value` - p if that is not negative, without a branch; `value` is below 2p.
  @inline(__always)
  private static func reduce(_ value: UInt64) -> FieldElement {
    let difference = value &- modulus
    let borrow = 0 &- (difference >> 63)
    return FieldElement(reduced: difference &+ (modulus & borrow))
  }

  @inline(__always)
  static func + (left: FieldElement, right: FieldElement) -> FieldElement {
    reduce(left.value &+ right.value)
  }

  @inline(__always)
  static func - (left: FieldElement, right: FieldElement) -> FieldElement {
    reduce(left.value &+ modulus &- right.value)
  }

  @inline(__always)
  static func * (left: FieldElement, right: FieldElement) -> FieldElement {
    let product = left.value.multipliedFullWidth(by: right.value)
    // product = high * 2^64 + low, and 2^61 = 1: the bits from 61 up are added to those below.
    let low = product.low & modulus
    let high = product.low >> 61 | product.high << 3
    return reduce(low &+ high)
  }

  /// Any 64-bit number, reduced.
  @inline(__always)
  init(folding value: UInt64) {
    // At most 2^61 - 1 + 7, which is below 2p.
    self = Self.reduce((value & Self.modulus) &+ value >> 61)
  }

  /// Any 128-bit number, reduced.
  @inline(__always)
  init(folding value: UInt128) {
    // 128 bits are three digits to the base 2^61; their sum is below 2^63.
    let digits =
      UInt64(truncatingIfNeeded: value) & Self.modulus
      &+ UInt64(truncatingIfNeeded: value >> 61) & Self.modulus
      &+ UInt64(truncatingIfNeeded: value >> 122)
    self.init(folding: digits)
  }

  /// The multiplicative inverse by Fermat, x^(p - 2); zero gives zero.
  ///
  /// Complexity: 60 squarings and 59 multiplications.
  var inverse: FieldElement {
    // p - 2 = 2^61 - 3 has all bits set but the second lowest.
    var result = self
    for bit in stride(from: 59, through: 0, by: -1) {
      result = result * result
      if bit != 1 { result = result * self }
    }
    return result
  }

  /// The inverses of all of `elements`, none of them zero, with a single inversion (Montgomery).
  static func inverses(of elements: [FieldElement]) -> [FieldElement] {
    var prefixes: [FieldElement] = []
    prefixes.reserveCapacity(elements.count)
    var product = FieldElement.one
    for element in elements {
      prefixes.append(product)
      product = product * element
    }
    var suffix = product.inverse
    var inverses = prefixes
    for index in elements.indices.reversed() {
      inverses[index] = prefixes[index] * suffix
      suffix = suffix * elements[index]
    }
    return inverses
  }
}
