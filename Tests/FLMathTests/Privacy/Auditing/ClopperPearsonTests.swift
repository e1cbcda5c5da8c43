import Testing

@testable import FLMath

@Suite("Clopper-Pearson bounds")
struct ClopperPearsonTests {
  /// Scripts/privacy-audit-reference-values.py, which uses scipy.
  private static let expected: [(Int, Int, Double, Double, Double)] = [
    (0, 10, 0.95, 0.0, 0.2588655508930522),
    (10, 10, 0.95, 0.7411344491069478, 1.0),
    (3, 10, 0.975, 0.0667395111777345, 0.6524528500599973),
    (1, 1, 0.9, 0.09999999999999998, 1.0),
    (0, 100000, 0.999, 0.0, 6.907516699060701e-05),
    (17, 1000, 0.95, 0.010860306012911825, 0.025390748776180874),
    (983, 1000, 0.95, 0.9746092512238191, 0.9891396939870882),
    (500123, 1_000_000, 0.99, 0.4989593274796198, 0.5012866715502593),
    (5, 10_000_000, 0.9999, 4.4446025797124996e-08, 1.956718768898721e-06),
  ]

  @Test("bounds are those of scipy", arguments: expected)
  func reference(
    successes: Int, trials: Int, confidence: Double, lower: Double, upper: Double
  ) {
    let low = ClopperPearson.lower(successes, of: trials, error: 1 - confidence)
    let high = ClopperPearson.upper(successes, of: trials, error: 1 - confidence)
    #expect(abs(low - lower) <= 1e-9 * lower)
    #expect(abs(high - upper) <= 1e-9 * upper)
  }

  @Test("the exact probability that a bound is wrong is at most what was allowed")
  func coverage() {
    let (trials, error) = (40, 0.1)
    let bounds = (0...trials).map { ClopperPearson.lower($0, of: trials, error: error) }
    for step in 1..<100 {
      let success = Double(step) / 100
      let tail = BinomialTail(trials: trials, success: success)
      let wrong = (0...trials).reduce(0.0) {
        $0 + (bounds[$1] > success ? tail.probability(of: $1) : 0)
      }
      #expect(wrong <= error + 1e-12)
    }
  }

  @Test("tails from both sides add up to 1", arguments: [1, 7, 100, 100_000])
  func tails(trials: Int) {
    for success in [1e-6, 0.1, 0.5, 0.93] {
      let tail = BinomialTail(trials: trials, success: success)
      for count in stride(from: 0, through: trials, by: max(1, trials / 7)) {
        #expect(abs(tail.atMost(count) + tail.atLeast(count + 1) - 1) < 1e-11)
      }
    }
  }
}
