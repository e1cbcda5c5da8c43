import Testing

@testable import FLMath

/// Intervals for Skellam noise, against probabilities that `Scripts/privacy-loss-reference-values.py` adds up.
@Suite("Privacy losses of Skellam noise")
struct SkellamLossTests {
  private func event(
    _ shift: [Int], variance: Double, relation: NeighbouringRelation = .zeroOut,
    sampling: SamplingScheme = .none, rounds: Int
  ) throws -> PrivacyEvent {
    let norm = shift.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    return try PrivacyEvent(
      .skellam(
        l1Sensitivity: shift.reduce(0) { $0 + Double(abs($1)) }, l2Sensitivity: norm,
        variance: variance),
      relation: relation, sampling: sampling, repetitions: rounds)
  }

  private func accountant(
    _ event: PrivacyEvent, accuracy: Double = 1e-5
  ) throws -> PrivacyLossAccountant {
    var accountant = try PrivacyLossAccountant(relation: event.relation, accuracy: accuracy)
    try accountant.compose(event)
    return accountant
  }

  private func rows(_ key: String) throws -> [ReferenceValues] {
    try ReferenceValues.file("dp_skellam_loss").list(key)
  }

  @Test(
    "Exact deltas are below the upper end, and above the lower end where the difference is one number"
  )
  func enclosed() throws {
    let rows = try rows("plain")
    #expect(rows.count >= 40)
    for row in rows {
      let shift = try row.numbers("shift").map { Int($0) }
      let accountant = try accountant(
        event(shift, variance: row.number("variance"), rounds: row.int("rounds")))
      for pair in try row.list("deltas") {
        let (epsilon, delta) = (try pair.list[0].number, try pair.list[1].number)
        let deltas = try accountant.deltaInterval(epsilon: epsilon)
        #expect(deltas.upperBound >= delta * (1 - 1e-9), "\(deltas) \(pair) \(row)")
        let epsilons = try accountant.epsilonInterval(delta: delta)
        #expect(epsilons.upperBound >= epsilon - 1e-7, "\(epsilons) \(pair) \(row)")
        guard shift.count == 1 else { continue }
        #expect(deltas.lowerBound <= delta * (1 + 1e-9), "\(deltas) \(pair) \(row)")
        #expect(epsilons.lowerBound <= epsilon + 1e-7, "\(epsilons) \(pair) \(row)")
      }
    }
  }

  @Test("The upper end is close to the truth from a deviation of ten steps on")
  func close() throws {
    for row in try rows("plain") {
      let (variance, shift) = (try row.number("variance"), try row.numbers("shift"))
      guard variance >= 100 else { continue }
      let accountant = try accountant(
        event(shift.map { Int($0) }, variance: variance, rounds: row.int("rounds")))
      for pair in try row.list("deltas") {
        let (epsilon, delta) = (try pair.list[0].number, try pair.list[1].number)
        guard epsilon > 0 else { continue }
        // Far out, Skellam noise has the heavier tails.
        let found = try accountant.epsilon(delta: delta)
        #expect(found < epsilon * (1 + 20 / variance) + 0.1, "\(found) \(pair) \(row)")
      }
    }
  }

  @Test("Samples of fixed size under replace")
  func sampled() throws {
    for row in try rows("sampled") {
      let accountant = try accountant(
        event(
          [row.int("shift")], variance: row.number("variance"), relation: .replace,
          sampling: .withoutReplacement(
            sampleSize: row.int("sample"), population: row.int("population")),
          rounds: row.int("rounds")), accuracy: 1e-2)
      for pair in try row.list("deltas") {
        let (epsilon, delta) = (try pair.list[0].number, try pair.list[1].number)
        let deltas = try accountant.deltaInterval(epsilon: epsilon)
        #expect(deltas.upperBound >= delta * (1 - 1e-9), "\(deltas) \(pair) \(row)")
        guard try row.text("first") == "with", try row.int("rounds") == 1 else { continue }
        #expect(deltas.lowerBound <= delta * (1 + 1e-9), "\(deltas) \(pair) \(row)")
      }
    }
  }

  @Test(
    "The interval is narrow, and Renyi divergences claim more",
    arguments: [(100.0, 2, 0.4), (10_000, 20, 0.006), (1e7, 700, 1e-4)])
  func tighter(variance: Double, norm: Int, width: Double) throws {
    for (relation, rounds) in [(NeighbouringRelation.zeroOut, 50), (.replace, 3), (.replace, 1)] {
      let event = try event([norm], variance: variance, relation: relation, rounds: rounds)
      let interval = try accountant(event).epsilonInterval(delta: 1e-5)
      #expect(interval.lowerBound > 0)
      #expect(interval.upperBound <= interval.lowerBound * (1 + width), "\(interval)")
      var renyi = try RenyiAccountant(relation: relation)
      try renyi.compose(event)
      #expect(try renyi.epsilon(delta: 1e-5) > 1.02 * interval.upperBound, "\(interval)")
    }
  }

  @Test("Skellam noise of much variance costs what Gaussian noise does")
  func limit() throws {
    let event = try event([1 << 20, 1 << 19], variance: 0x1p42, rounds: 20)
    guard case .skellam(_, let norm, let variance) = event.mechanism else { return }
    let gaussian = try PrivacyEvent(
      .gaussian(noiseMultiplier: variance.squareRoot() / norm), relation: .zeroOut,
      sampling: .none, repetitions: 20)
    let expected = try accountant(gaussian).epsilon(delta: 1e-6)
    let found = try accountant(event).epsilonInterval(delta: 1e-6)
    #expect(relativeError(found.upperBound, expected) < 1e-9)
    #expect(found.upperBound > expected * (1 - 1e-12))
    // No difference of one number has that norm, but four numbers are not sure to be there.
    #expect(found.lowerBound > expected * 0.85 && found.lowerBound < expected)
  }

  /// The bounds of Bessel functions on which the proof stands, by their recurrence downwards (Miller).
  @Test(
    "Second differences of Skellam probabilities are within their bounds",
    arguments: [4, 4.2, 5, 7.5, 20, 113, 1000] as [Double])
  func secondDifferences(variance: Double) {
    let count = Int(60 + 14 * variance.squareRoot())
    let start = 2 * count + Int(variance)
    var weights = [Double](repeating: 0, count: start + 2)
    weights[start] = 1e-280
    for j in stride(from: start, to: 0, by: -1) {
      weights[j - 1] = weights[j + 1] + 2 * Double(j) / variance * weights[j]
      guard weights[j - 1] > 1e200 else { continue }
      for index in (j - 1)...start { weights[index] *= 1e-280 }
    }
    let largest = -2 * Double.logarithm(1 - 1 / (2 * variance) - 1 / (4 * variance * variance))
    for j in 0..<count where weights[j + 1] > 1e-250 {
      let below = weights[j == 0 ? 1 : j - 1]
      let found =
        2 * Double.logarithm(weights[j]) - Double.logarithm(below)
        - Double.logarithm(weights[j + 1])
      let distance = Double((j + 1) * (j + 1))
      let least = -Double.logarithm(1 - 1 / (variance * variance + distance).squareRoot())
      #expect(found <= largest + 1e-13, "\(j)")
      #expect(found >= least - 1e-13, "\(j)")
    }
  }

  @Test(
    "Where there is no bound, epsilon is infinite; the rest of a session may be of another kind")
  func limits() throws {
    let little = try accountant(event([1], variance: 3.999, rounds: 1))
    #expect(try little.epsilonInterval(delta: 1e-5) == 0...(.infinity))
    #expect(try little.deltaInterval(epsilon: 1) == 0...1)
    #expect(try little.epsilon(delta: 1) == 0)
    var both = little
    try both.compose(
      PrivacyEvent(
        .gaussian(noiseMultiplier: 3), relation: .zeroOut, sampling: .poisson(probability: 0.1),
        repetitions: 5))
    // What has no upper bound need not cost much.
    for delta in [0, 1e-5] { #expect(try both.epsilonInterval(delta: delta) == 0...(.infinity)) }
    #expect(try both.deltaInterval(epsilon: 1) == 0...1)
    // Integers differ by 1 at least, and opposites by 2.
    let nothing = try PrivacyEvent(
      .skellam(l1Sensitivity: 1.9, l2Sensitivity: 1.9, variance: 100), relation: .replace,
      sampling: .none, repetitions: 1)
    #expect(try accountant(nothing).epsilonInterval(delta: 1e-5).lowerBound == 0)
    #expect(try accountant(nothing).deltaInterval(epsilon: 0.1).lowerBound == 0)
    var many = try accountant(event([3], variance: 100, rounds: .max))
    #expect(try many.epsilonInterval(delta: 1e-5).upperBound > 1e10)
    #expect(try many.deltaInterval(epsilon: 1).upperBound == 1)
    try many.compose(
      PrivacyEvent(
        .gaussian(noiseMultiplier: 3), relation: .zeroOut, sampling: .poisson(probability: 0.1),
        repetitions: 5))
    #expect(try many.epsilonInterval(delta: 0).upperBound == .infinity)
    #expect(try many.deltaInterval(epsilon: .infinity) == 0...0)
  }
}
