/// A factor of the prefix sums that is a banded Toeplitz matrix: A = B C, where A is the lower triangle of
/// ones, and C holds the same coefficients below each of its diagonal elements.
///
/// With independent noise g, the sums of the rounds are released as A x + B g = B (C x + g). This is as
/// private as C x + g, and its error is that of B (Choquette-Choo, McMahan, Rush and Thakurta 2023,
/// "Multi-epoch Matrix Factorization Mechanisms for Private Machine Learning", section 2). The noise that a
/// round adds is that of C^-1 g. One coefficient is the usual independent noise.
public struct ToeplitzStrategy: Sendable, Hashable {
  /// The coefficients: element (i, j) of C is the one at i - j, and 0 from the number of coefficients on.
  public let coefficients: [Double]

  /// Creates a strategy of given coefficients.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless there are 1 to 2^20, all of them are
  ///   finite, and the first one is above 0.
  public init(coefficients: [Double]) throws(PrivacyParameterError) {
    try PrivacyParameterError.require(
      coefficients.count <= 1 << 20, .bands, Double(coefficients.count))
    guard let first = coefficients.first else { throw .outOfRange(.bands, found: 0) }
    try PrivacyParameterError.requirePositive(first, .coefficient)
    for coefficient in coefficients {
      try PrivacyParameterError.require(coefficient.isFinite, .coefficient, coefficient)
    }
    self.coefficients = coefficients
  }

  /// Independent noise: C is the identity.
  public static let independent = ToeplitzStrategy(unchecked: [1])

  init(unchecked coefficients: [Double]) {
    self.coefficients = coefficients
  }

  /// Creates the square root of the prefix sums, cut off at a number of bands. Its coefficients are
  /// binomial(2 j, j) / 4^j (Fichtenberger, Henzinger and Upadhyay 2022, "Constant Matters").
  ///
  /// With as many bands as rounds, it has the smallest largest error of all Toeplitz factors for clients that
  /// take part once (Dvijotham et al. 2024, "Efficient and Near-Optimal Noise Generation for Streaming
  /// Differential Privacy").
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless there are 1 to 2^20 bands.
  public static func squareRoot(bands: Int) throws(PrivacyParameterError) -> ToeplitzStrategy {
    try PrivacyParameterError.require(bands >= 1 && bands <= 1 << 20, .bands, Double(bands))
    var coefficients = [1.0]
    coefficients.reserveCapacity(bands)
    var last = 1.0
    for index in 1..<max(1, bands) {
      last *= Double(2 * index - 1) / Double(2 * index)
      coefficients.append(last)
    }
    return ToeplitzStrategy(unchecked: Array(coefficients.prefix(bands)))
  }

  /// The square of the largest change of C x by one client with updates of norm 1.
  ///
  /// It is exact in two cases. With one participation or at most as many bands as the minimum separation, the
  /// columns of one client are orthogonal (Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization",
  /// equation 5). With coefficients that do not increase and are not negative, the worst client takes part as early
  /// and as often as it may (Kalinin and Lampert 2024, "Banded Square Root Matrix Factorization for
  /// Differentially Private Model Training", theorem 2). Otherwise it is an upper bound: that
  /// of the smallest coefficients that do not increase and are at least the magnitudes of these.
  ///
  /// - Complexity: O(rounds).
  func squaredSensitivity(rounds: Int, participation: ParticipationRule) -> Double {
    let separation = participation.minimumSeparation
    let count = participation.participations(in: rounds)
    guard count > 1, coefficients.count > separation else {
      return zip(coefficients, Self.overlaps(rounds: rounds, participation: participation))
        .reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    }
    var majorant = Array(coefficients.prefix(rounds))
    var largest = 0.0
    for index in majorant.indices.reversed() {
      largest = max(largest, abs(majorant[index]))
      majorant[index] = largest
    }
    // The sums along every `separation`th round, of all participations up to a round; those that are
    // `count` participations ago are taken off.
    var sums = majorant + [Double](repeating: 0, count: rounds - majorant.count)
    for round in separation..<max(separation, rounds) { sums[round] += sums[round - separation] }
    let (span, overflow) = count.multipliedReportingOverflow(by: separation)
    var total = 0.0
    for round in 0..<rounds {
      let sum =
        overflow || round < span ? sums[round] : max(0, sums[round] - sums[round - span])
      total += sum * sum
    }
    return total
  }

  /// Whether ``squaredSensitivity(rounds:participation:)`` is exact.
  func hasExactSensitivity(rounds: Int, participation: ParticipationRule) -> Bool {
    if participation.participations(in: rounds) == 1
      || coefficients.count <= participation.minimumSeparation
    {
      return true
    }
    return coefficients.allSatisfy { $0 >= 0 }
      && zip(coefficients, coefficients.dropFirst()).allSatisfy { $0 >= $1 }
  }

  /// For each coefficient, the number of columns of the worst client that hold it: later columns are cut off
  /// by the last round.
  static func overlaps(rounds: Int, participation: ParticipationRule) -> [Double] {
    let count = participation.participations(in: rounds)
    let separation = participation.minimumSeparation
    return (0..<(count == 1 ? rounds : separation)).map { index in
      Double(min(count, (rounds - 1 - index) / separation + 1))
    }
  }

  /// The first column of B, whose other columns are the same one shifted down.
  ///
  /// - Complexity: O(rounds x bands).
  func errorColumn(rounds: Int) -> [Double] {
    quotient(of: [Double](repeating: 1, count: rounds))
  }

  /// C^-1 `vector`.
  func quotient(of vector: [Double]) -> [Double] {
    var result = vector
    for index in result.indices {
      var value = vector[index]
      for band in 1..<max(1, min(coefficients.count, index + 1)) {
        value -= coefficients[band] * result[index - band]
      }
      result[index] = value / coefficients[0]
    }
    return result
  }

  /// The variance that independent numbers of variance 1 give to the sum of all rounds up to each one.
  func squaredErrors(rounds: Int) -> [Double] {
    var sum = 0.0
    return errorColumn(rounds: rounds).map { element in
      sum += element * element
      return sum
    }
  }
}
