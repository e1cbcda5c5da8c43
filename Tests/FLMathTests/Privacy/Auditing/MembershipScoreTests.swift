import Foundation
import Testing

@testable import FLMath

@Suite("Membership scores")
struct MembershipScoreTests {
  /// log N(sum; mean, variance I) without the powers of 2 pi, which cancel.
  private func logDensity(_ sum: [Double], mean: [Double], variance: Double) -> Double {
    zip(sum, mean).reduce(0) {
      $0 - ($1.0 - $1.1) * ($1.0 - $1.1) / (2 * variance) - log(variance) / 2
    }
  }

  private let canary = [0.5, -1, 2, 0.25]
  private let sums = [[0.5, -1, 2, 0.25], [0, 0, 0, 0], [3, -2, 7, 1], [-0.5, 1, -2, 5]]

  private var square: Double { canary.reduce(0) { $0 + $1 * $1 } }

  @Test("the variance score is the log ratio of the two densities", arguments: [1, 5, 23])
  func variance(others: Int) throws {
    let share = 0.7
    let score = try MembershipScore.variance(
      canarySquaredNorm: square, others: others, shareVariance: share, dimension: canary.count)
    for sum in sums {
      let ratio =
        logDensity(sum, mean: canary, variance: share * Double(others + 1))
        - logDensity(sum, mean: [0, 0, 0, 0], variance: share * Double(others))
      #expect(abs(score.score(of: sum, canary: canary) - ratio) < 1e-12)
    }
  }

  @Test("the mean score is the log ratio of the two densities", arguments: [0.0, -1])
  func mean(otherMean: Double) throws {
    let score = try MembershipScore.mean(
      canarySquaredNorm: square, otherMean: otherMean, variance: 1.3)
    for sum in sums {
      let ratio =
        logDensity(sum, mean: canary, variance: 1.3)
        - logDensity(sum, mean: canary.map { $0 * otherMean }, variance: 1.3)
      #expect(abs(score.score(of: sum, canary: canary) - ratio) < 1e-12)
    }
  }

  @Test("numbers out of range are rejected")
  func rejected() {
    #expect(throws: FLMathError.audit(.canary(squaredNorm: 0))) {
      try MembershipScore.mean(canarySquaredNorm: 0, variance: 1)
    }
    #expect(throws: FLMathError.audit(.variance(found: 0))) {
      try MembershipScore.variance(
        canarySquaredNorm: 1, others: 0, shareVariance: 1, dimension: 3)
    }
  }
}
