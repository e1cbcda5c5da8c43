internal import RealModule

/// The best attack on a noisy sum: the logarithm of the ratio of the two densities, for normal noise on
/// every coordinate (Neyman and Pearson 1933). With the canary the mean is the canary, without it another
/// one, usually 0; the variance of the noise may differ as well.
///
/// The score of several rounds with independent noise is the sum of the rounds' scores.
public struct MembershipScore: Sendable, Hashable {
  private let constant: Double
  private let perProjection: Double
  private let perSquare: Double

  /// The matched filter. The variance of the noise is the same with the canary and without it.
  ///
  /// - Parameters:
  ///   - canarySquaredNorm: the squared norm of the canary.
  ///   - otherMean: what is in the canary's place otherwise, in canaries: 0 if nothing, -1 if its opposite.
  ///   - variance: of the noise on one coordinate of the sum.
  /// - Throws: ``PrivacyAuditError/canary(squaredNorm:)``, ``PrivacyAuditError/variance(found:)``.
  public static func mean(
    canarySquaredNorm: Double, otherMean: Double = 0, variance: Double
  ) throws(PrivacyAuditError) -> MembershipScore {
    try MembershipScore(
      canarySquaredNorm: canarySquaredNorm, otherMean: otherMean, dimension: 0,
      memberVariance: variance, otherVariance: variance)
  }

  /// The ratio of N(canary, (others + 1) v I) and N(0, others v I): a client that is not there takes its
  /// share of the noise, of variance v, with it. It uses the mean and the squared norm of the sum.
  ///
  /// - Parameters:
  ///   - others: the number of the other clients, at least 1.
  ///   - shareVariance: of one client's noise on one coordinate.
  ///   - dimension: the number of coordinates, padding included.
  /// - Throws: ``PrivacyAuditError/canary(squaredNorm:)``, ``PrivacyAuditError/variance(found:)``.
  public static func variance(
    canarySquaredNorm: Double, others: Int, shareVariance: Double, dimension: Int
  ) throws(PrivacyAuditError) -> MembershipScore {
    try MembershipScore(
      canarySquaredNorm: canarySquaredNorm, otherMean: 0, dimension: dimension,
      memberVariance: Double(others) * shareVariance + shareVariance,
      otherVariance: Double(others) * shareVariance)
  }

  private init(
    canarySquaredNorm square: Double, otherMean: Double, dimension: Int, memberVariance: Double,
    otherVariance: Double
  ) throws(PrivacyAuditError) {
    guard square > 0, square.isFinite else { throw .canary(squaredNorm: square) }
    for variance in [memberVariance, otherVariance] {
      guard variance > 0, variance.isFinite else { throw .variance(found: variance) }
    }
    constant =
      -Double(dimension) / 2 * Double.log(memberVariance / otherVariance)
      - square / (2 * memberVariance) + otherMean * otherMean * square / (2 * otherVariance)
    perProjection = 1 / memberVariance - otherMean / otherVariance
    perSquare = 1 / (2 * otherVariance) - 1 / (2 * memberVariance)
  }

  /// The score of a sum: higher where the canary is more likely in it.
  ///
  /// - Parameters:
  ///   - projection: the inner product of the sum and the canary.
  ///   - squaredNorm: the squared norm of the sum; it does not matter to a score of the mean.
  public func score(projection: Double, squaredNorm: Double) -> Double {
    constant + perProjection * projection + (perSquare == 0 ? 0 : perSquare * squaredNorm)
  }

  /// The score of a sum.
  ///
  /// - Precondition: `sum` and `canary` have one length.
  public func score(of sum: [Double], canary: [Double]) -> Double {
    precondition(sum.count == canary.count, "sum and canary differ in length")
    var (projection, square) = (0.0, 0.0)
    for index in sum.indices {
      projection += sum[index] * canary[index]
      square += sum[index] * sum[index]
    }
    return score(projection: projection, squaredNorm: square)
  }
}
