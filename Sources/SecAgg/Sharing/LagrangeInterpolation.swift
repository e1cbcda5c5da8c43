/// Interpolation at 0 through a fixed set of points: coefficients that serve every secret whose
/// shares come from the same holders.
struct LagrangeInterpolation: Sendable {
  private let holders: [ClientID]
  private let coefficients: [FieldElement]

  /// The coefficients prod(x_j / (x_j - x_i), j != i) for the ids of distinct holders.
  ///
  /// Complexity: n^2 / 3 multiplications and one inversion.
  init(holders: [ClientID]) {
    let points = holders.map { Int64($0.rawValue) }
    var product = FieldElement.one
    for holder in holders { product = product * FieldElement(holder) }
    // x_i times all differences x_j - x_i; the factor for j = i, which is 0, becomes x_i.
    var denominators: [FieldElement] = []
    denominators.reserveCapacity(points.count)
    let isSmall = points.allSatisfy { $0 <= Self.largestTripled }
    for point in points {
      denominators.append(
        isSmall
          ? Self.tripledDifferences(points, from: point) : Self.differences(points, from: point))
    }
    coefficients = FieldElement.inverses(of: denominators).map { product * $0 }
    self.holders = holders
  }

  private init(holders: [ClientID], coefficients: [FieldElement]) {
    self.holders = holders
    self.coefficients = coefficients
  }

  /// The interpolation through all of the holders but some.
  ///
  /// Complexity: O(n) multiplications for each holder that is left out, and one inversion.
  ///
  /// - Parameter remaining: ids of holders, in ascending order as all of them are.
  func through(_ remaining: [ClientID]) -> LagrangeInterpolation {
    var (kept, gone) = ([FieldElement](), [FieldElement]())
    kept.reserveCapacity(remaining.count)
    var next = 0
    for (holder, coefficient) in zip(holders, coefficients) {
      if next < remaining.count, remaining[next] == holder {
        kept.append(coefficient)
        next += 1
      } else {
        gone.append(FieldElement(holder))
      }
    }
    // Without the holder g, the coefficient of x lacks the factor g / (g - x).
    let inverse = gone.reduce(.one) { $0 * $1 }.inverse
    for place in kept.indices { kept[place] = kept[place] * inverse }
    for holder in gone {
      for place in kept.indices {
        kept[place] = kept[place] * (holder - FieldElement(remaining[place]))
      }
    }
    return LagrangeInterpolation(holders: remaining, coefficients: kept)
  }

  /// Differences of ids up to this have 20 bits, so that a product of three fits 60.
  private static let largestTripled: Int64 = 1 << 20

  private static func differences(_ points: [Int64], from point: Int64) -> FieldElement {
    var product = FieldElement.one
    for other in points {
      product = product * FieldElement(signed: other == point ? point : other - point)
    }
    return product
  }

  /// The same, three differences multiplied as integers before each multiplication in the field, and
  /// two chains side by side.
  private static func tripledDifferences(_ points: [Int64], from point: Int64) -> FieldElement {
    @inline(__always)
    func factor(_ index: Int) -> Int64 {
      let difference = points[index] &- point
      return difference == 0 ? point : difference
    }
    var (even, odd) = (FieldElement.one, FieldElement.one)
    var index = 0
    while index + 6 <= points.count {
      let first = factor(index) &* factor(index &+ 1) &* factor(index &+ 2)
      let second = factor(index &+ 3) &* factor(index &+ 4) &* factor(index &+ 5)
      even = even * FieldElement(signed: first)
      odd = odd * FieldElement(signed: second)
      index &+= 6
    }
    while index < points.count {
      even = even * FieldElement(signed: factor(index))
      index &+= 1
    }
    return even * odd
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
