/// Recovers a secret although some of its shares are wrong: shares of one polynomial are a word of
/// a Reed-Solomon code, decoded by Gao's algorithm ("A new algorithm for decoding Reed-Solomon
/// codes", 2003).
///
/// With n shares and threshold t, up to (n - t) / 2 wrong ones are corrected and named.
struct RobustDecoding {
  private let points: [FieldElement]
  private let threshold: Int
  private let locator: Polynomial
  private let basis: [Polynomial]

  /// Prepares for shares at `points`, which are distinct and at least `threshold` many.
  ///
  /// Complexity: O(n^2) time and memory.
  init(points: [FieldElement], threshold: Int) {
    self.points = points
    self.threshold = threshold
    let locator = points.reduce(Polynomial.one) { $0.times(linearWithRoot: $1) }
    let numerators = points.map { locator.dividedBy(linearWithRoot: $0) }
    let inverses = FieldElement.inverses(of: zip(points, numerators).map { $1($0) })
    self.locator = locator
    basis = zip(numerators, inverses).map { numerator, inverse in
      Polynomial(numerator.coefficients.map { $0 * inverse })
    }
  }

  /// The secret and the positions in `shares` of those that do not lie on its polynomials, or
  /// `nil` when more are wrong than can be corrected.
  ///
  /// Complexity: O(n^2).
  func decode(_ shares: [SecretShare]) -> (secret: [FieldElement], wrong: [Int])? {
    var secret: [FieldElement] = []
    var wrong: Set<Int> = []
    for word in 0..<SecretShare.wordCount {
      guard let polynomial = polynomial(through: shares.map { $0[word] }) else {
        return nil
      }
      secret.append(polynomial(.zero))
      for (position, point) in points.enumerated()
      where polynomial(point) != shares[position][word] {
        wrong.insert(position)
      }
    }
    return (secret, wrong.sorted())
  }

  /// The polynomial of degree below the threshold that agrees with all but at most
  /// (n - t) / 2 of the values.
  private func polynomial(through values: [FieldElement]) -> Polynomial? {
    var interpolated = [FieldElement](repeating: .zero, count: points.count)
    for (value, polynomial) in zip(values, basis) {
      for (index, coefficient) in polynomial.coefficients.enumerated() {
        interpolated[index] = interpolated[index] + value * coefficient
      }
    }
    // The extended Euclidean algorithm, stopped as soon as the remainder is of low degree.
    var (previous, current) = (locator, Polynomial(interpolated))
    var (previousFactor, currentFactor) = (Polynomial.zero, Polynomial.one)
    while 2 * current.degree >= points.count + threshold {
      guard let (quotient, remainder) = previous.quotientAndRemainder(dividingBy: current) else {
        return nil
      }
      (previous, current) = (current, remainder)
      (previousFactor, currentFactor) = (currentFactor, previousFactor - quotient * currentFactor)
    }
    guard let (polynomial, remainder) = current.quotientAndRemainder(dividingBy: currentFactor),
      remainder == .zero, polynomial.degree < threshold
    else { return nil }
    return polynomial
  }
}
