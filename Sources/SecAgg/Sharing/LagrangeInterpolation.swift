/// Interpolation at 0 through a fixed set of points: coefficients that serve every secret whose
/// shares come from the same holders.
struct LagrangeInterpolation {
  private let coefficients: [FieldElement]

  /// The coefficients prod(x_j / (x_j - x_i), j != i) for distinct, nonzero points.
  ///
  /// Complexity: O(n^2) multiplications and one inversion.
  init(points: [FieldElement]) {
    var denominators: [FieldElement] = []
    denominators.reserveCapacity(points.count)
    var product = FieldElement.one
    for (index, point) in points.enumerated() {
      product = product * point
      var denominator = point
      for (other, otherPoint) in points.enumerated() where other != index {
        denominator = denominator * (otherPoint - point)
      }
      denominators.append(denominator)
    }
    coefficients = FieldElement.inverses(of: denominators).map { product * $0 }
  }

  /// The secret whose shares at the points, in the same order, are given.
  func secret(from shares: some Sequence<SecretShare>) -> SecretBytes {
    var sums = [FieldElement](repeating: .zero, count: SecretShare.wordCount)
    for (coefficient, share) in zip(coefficients, shares) {
      for word in 0..<SecretShare.wordCount {
        sums[word] = sums[word] + coefficient * share[word]
      }
    }
    return SecretBytes(elements: sums)
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
