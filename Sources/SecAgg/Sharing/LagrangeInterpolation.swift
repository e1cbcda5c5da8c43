/// Interpolation at 0 through a fixed set of points: coefficients that serve every secret whose
/// shares come from the same holders.
struct LagrangeInterpolation: Sendable {
  private let holders: [ClientID]
  private let coefficients: [FieldElement]

  /// The coefficients prod(x_j / (x_j - x_i), j != i) for the ids of distinct holders.
  ///
  /// Complexity: n^2 / 3 multiplications and one inversion.
  init(holders: [ClientID]) {
    var product = FieldElement.one
    for holder in holders { product = product * FieldElement(holder) }
    // x_i times all differences x_j - x_i; the factor for j = i, which is 0, becomes x_i.
    let differences = DifferenceProducts(of: holders)
    let denominators = holders.map { differences.product(from: $0) }
    coefficients = FieldElement.inverses(of: denominators).map { product * $0 }
    self.holders = holders
  }

  private init(holders: [ClientID], coefficients: [FieldElement]) {
    self.holders = holders
    self.coefficients = coefficients
  }

  /// The interpolation through all of the holders but some.
  ///
  /// Complexity: n / 3 multiplications for each holder that is left out, and one inversion.
  ///
  /// - Parameter remaining: ids of holders, in ascending order as all of them are.
  func through(_ remaining: [ClientID]) -> LagrangeInterpolation {
    var (kept, gone) = ([FieldElement](), [ClientID]())
    kept.reserveCapacity(remaining.count)
    var next = 0
    for (holder, coefficient) in zip(holders, coefficients) {
      if next < remaining.count, remaining[next] == holder {
        kept.append(coefficient)
        next += 1
      } else {
        gone.append(holder)
      }
    }
    // Without the holder g, the coefficient of x lacks the factor g / (g - x).
    let inverse = gone.reduce(.one) { $0 * FieldElement($1) }.inverse
    let differences = DifferenceProducts(of: gone)
    for place in kept.indices {
      kept[place] = kept[place] * inverse * differences.product(from: remaining[place])
    }
    return LagrangeInterpolation(holders: remaining, coefficients: kept)
  }

  /// The secret whose shares are given, in the order of the holders.
  ///
  /// Complexity: 5 n multiplications.
  func secret(from shares: [SecretShare]) -> SecretBytes {
    secret(from: shares, at: Array(shares.indices))
  }

  /// The same, if the shares of the holders are at these places of a longer list.
  func secret(from shares: [SecretShare], at places: [Int]) -> SecretBytes {
    var sums = ShareSums()
    for index in 0..<min(coefficients.count, places.count) {
      sums.add(coefficients[index], times: shares[places[index]])
      if index % ShareSums.limit == ShareSums.limit - 1 { sums.fold() }
    }
    return SecretBytes(elements: sums.elements)
  }
}

/// Products of the differences between some ids and another one.
///
/// As many differences are multiplied as integers as fit 60 bits, before each multiplication in the field:
/// six of ids below 2^10, three of ids below 2^20.
private struct DifferenceProducts {
  private let points: [Int64]
  private let largest: Int64

  init(of ids: [ClientID]) {
    points = ids.map { Int64($0.rawValue) }
    largest = points.max() ?? 0
  }

  /// The product of all x - `id`; the factor for `id` itself, if it is among them, is `id`.
  func product(from id: ClientID) -> FieldElement {
    let point = Int64(id.rawValue)
    return switch max(largest, point) {
    case ..<(1 << 10): product(from: point, atOnce: 6)
    case ..<(1 << 20): product(from: point, atOnce: 3)
    default: product(from: point, atOnce: 1)
    }
  }

  /// Two chains of multiplications go side by side.
  @inline(__always)
  private func product(from point: Int64, atOnce width: Int) -> FieldElement {
    let points = points.span
    @inline(__always)
    func factors(_ range: Range<Int>) -> FieldElement {
      var product: Int64 = 1
      for index in range {
        let difference = points[index] &- point
        product = product &* (difference == 0 ? point : difference)
      }
      return FieldElement(signed: product)
    }
    var (even, odd) = (FieldElement.one, FieldElement.one)
    var index = 0
    while index &+ 2 &* width <= points.count {
      even = even * factors(index..<index &+ width)
      odd = odd * factors(index &+ width..<index &+ 2 &* width)
      index &+= 2 &* width
    }
    while index < points.count {
      even = even * factors(index..<index &+ 1)
      index &+= 1
    }
    return even * odd
  }
}

/// Sums of products for the five words of a share, reduced now and then only.
private struct ShareSums {
  /// Products are below 2^122: so many of them, and a reduced sum, fit 128 bits.
  static let limit = 60

  private var a: UInt128 = 0
  private var b: UInt128 = 0
  private var c: UInt128 = 0
  private var d: UInt128 = 0
  private var e: UInt128 = 0

  @inline(__always)
  mutating func add(_ coefficient: FieldElement, times share: SecretShare) {
    a &+= coefficient.fullProduct(share[0])
    b &+= coefficient.fullProduct(share[1])
    c &+= coefficient.fullProduct(share[2])
    d &+= coefficient.fullProduct(share[3])
    e &+= coefficient.fullProduct(share[4])
  }

  mutating func fold() {
    a = UInt128(FieldElement(folding: a).value)
    b = UInt128(FieldElement(folding: b).value)
    c = UInt128(FieldElement(folding: c).value)
    d = UInt128(FieldElement(folding: d).value)
    e = UInt128(FieldElement(folding: e).value)
  }

  var elements: [FieldElement] {
    [a, b, c, d, e].map { FieldElement(folding: $0) }
  }
}

extension FieldElement {
  /// The element of a number of magnitude below p.
  fileprivate init(signed value: Int64) {
    self.init(reduced: UInt64(bitPattern: value < 0 ? value &+ Int64(Self.modulus) : value))
  }

  /// The product before reduction, below 2^122.
  @inline(__always)
  fileprivate func fullProduct(_ other: FieldElement) -> UInt128 {
    let product = value.multipliedFullWidth(by: other.value)
    return UInt128(product.high) << 64 | UInt128(product.low)
  }
}

extension SecretBytes {
  /// The words of field elements as a secret.
  init(elements: [FieldElement]) {
    self.init(zeroed: 8 * elements.count)
    withMutableWords { words in
      for (index, element) in elements.enumerated() { words[index] = element.value }
    }
  }
}
