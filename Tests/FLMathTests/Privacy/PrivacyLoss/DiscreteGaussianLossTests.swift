import Testing

@testable import FLMath

/// What the privacy-loss accountant says of discrete noise, against probabilities that are added up one
/// by one.
@Suite("Privacy losses of discrete Gaussians")
struct DiscreteGaussianLossTests {
  /// Noise on one coordinate, or on several, for which `shift` is the difference.
  struct Case: Sendable {
    var deviation: Double
    var summands = 1
    var shift: [Int]
    var rounds = 1
    var relation = NeighbouringRelation.zeroOut

    var sumDeviation: Double { deviation * Double(summands).squareRoot() }

    func accountant() throws -> PrivacyLossAccountant {
      let norm = shift.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      let manhattan = shift.reduce(0) { $0 + Double(abs($1)) }
      var accountant = try PrivacyLossAccountant(relation: relation, accuracy: 1e-5)
      try accountant.compose(
        PrivacyEvent(
          .discreteGaussianSum(
            l1Ratio: manhattan / sumDeviation, l2Ratio: norm / sumDeviation,
            standardDeviation: sumDeviation,
            tau: DistributedNoiseParameters.tau(
              summands: summands, standardDeviation: deviation),
            dimension: shift.count),
          relation: relation, sampling: .none, repetitions: rounds))
      return accountant
    }

    /// The exact delta, the larger of both directions.
    func delta(epsilon: Double) -> Double {
      let square = shift.reduce(0) { $0 + $1 * $1 }
      let reach = Int(sumDeviation * 9) + 2 * shift[0] + 8
      let variance = deviation * deviation
      let twice = rounds == 2
      guard shift.count == 1 else {
        // The loss of a single discrete Gaussian depends on the product with the shift alone.
        let reach = Int(deviation * Double(square).squareRoot() * 9) + 2 * square + 8
        let product = shift.map {
          DiscreteProbabilities(gaussianOfVariance: variance, times: $0, reach: reach)
        }
        .reduce(nil) { (sum: DiscreteProbabilities?, next) in sum?.plus(next) ?? next }
        guard let product else { return .nan }
        let moved = product.moved(by: square)
        return max(
          product.delta(moved, epsilon: epsilon, twice: twice),
          moved.delta(product, epsilon: epsilon, twice: twice))
      }
      let noise = DiscreteProbabilities(gaussianOfVariance: variance, reach: reach)
        .repeated(summands)
      let (with, without) =
        relation == .zeroOut
        ? (noise.moved(by: shift[0]), noise)
        : (noise.moved(by: shift[0] / 2), noise.moved(by: -shift[0] / 2))
      return max(
        with.delta(without, epsilon: epsilon, twice: twice),
        without.delta(with, epsilon: epsilon, twice: twice))
    }
  }

  static let cases = [
    Case(deviation: 3, shift: [2]), Case(deviation: 4, shift: [5], rounds: 2),
    Case(deviation: 2, summands: 4, shift: [3], rounds: 2),
    Case(deviation: 1, summands: 3, shift: [1]), Case(deviation: 0.8, summands: 2, shift: [3]),
    Case(deviation: 1.5, shift: [2, 1, 1, 1]), Case(deviation: 2.5, shift: [1, 2, 2, 4]),
    Case(deviation: 2, summands: 3, shift: [4], rounds: 2),
    Case(deviation: 5, shift: [6], rounds: 2, relation: .replace),
    Case(deviation: 12, summands: 2, shift: [20], rounds: 2),
  ]

  @Test("Exact deltas are inside the interval", arguments: cases.indices)
  func enclosed(index: Int) throws {
    let noise = Self.cases[index]
    let accountant = try noise.accountant()
    for epsilon in [0.05, 0.4, 1, 3] {
      let exact = noise.delta(epsilon: epsilon)
      guard exact > 1e-12 else { continue }
      let deltas = try accountant.deltaInterval(epsilon: epsilon)
      #expect(deltas.lowerBound <= exact * (1 + 1e-9), "\(deltas) \(exact) at \(epsilon)")
      #expect(deltas.upperBound >= exact * (1 - 1e-9), "\(deltas) \(exact) at \(epsilon)")
      #expect(try accountant.delta(epsilon: epsilon) == deltas.upperBound)
      let epsilons = try accountant.epsilonInterval(delta: exact)
      #expect(epsilons.lowerBound <= epsilon + 1e-7, "\(epsilons) \(epsilon)")
      #expect(epsilons.upperBound >= epsilon - 1e-7, "\(epsilons) \(epsilon)")
      #expect(try accountant.epsilon(delta: exact) == epsilons.upperBound)
    }
  }

  @Test("From ten steps on the interval is narrow, and tighter than Renyi divergences")
  func narrow() throws {
    let noise = Case(deviation: 12, summands: 2, shift: [20], rounds: 2)
    let interval = try noise.accountant().epsilonInterval(delta: 1e-5)
    #expect(interval.upperBound / interval.lowerBound < 1.01, "\(interval)")
    let ratio = 20 / noise.sumDeviation
    var renyi = try RenyiAccountant(relation: .zeroOut)
    try renyi.compose(
      PrivacyEvent(
        .discreteGaussianSum(
          l1Ratio: ratio, l2Ratio: ratio, standardDeviation: noise.sumDeviation, tau: 0,
          dimension: 1),
        relation: .zeroOut, sampling: .none, repetitions: 2))
    #expect(try renyi.epsilon(delta: 1e-5) > 1.05 * interval.upperBound)
  }

  @Test("Tau costs epsilon and delta, in every release")
  func tau() throws {
    func interval(tau: Double, rounds: Int) throws -> ClosedRange<Double> {
      var accountant = try PrivacyLossAccountant(relation: .zeroOut)
      try accountant.compose(
        PrivacyEvent(
          .discreteGaussianSum(
            l1Ratio: 1, l2Ratio: 0.1, standardDeviation: 50, tau: tau, dimension: 100),
          relation: .zeroOut, sampling: .none, repetitions: rounds))
      return try accountant.epsilonInterval(delta: 1e-5)
    }
    for rounds in [1, 5] {
      let without = try interval(tau: 0, rounds: rounds)
      let with = try interval(tau: 1e-4, rounds: rounds)
      // A tau of 10^-4 in 100 coordinates, half in each direction; and a delta that is as much smaller.
      #expect(with.upperBound > without.upperBound + 0.01 * Double(rounds))
      #expect(with.upperBound < without.upperBound + 0.011 * Double(rounds))
      #expect(with.lowerBound < without.lowerBound - 0.01 * Double(rounds))
    }
  }

  @Test("Answers at the limits, and noise so small that nothing is hidden")
  func limits() throws {
    var accountant = try Case(deviation: 3, shift: [2]).accountant()
    #expect(try accountant.epsilonInterval(delta: 0) == .infinity ... .infinity)
    #expect(try accountant.epsilonInterval(delta: 1) == 0...0)
    #expect(try accountant.deltaInterval(epsilon: .infinity) == 0...0)
    // A sensitivity of less than a step: whole numbers do not differ at all.
    let event = try PrivacyEvent(
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 0.3, standardDeviation: 3, tau: 0, dimension: 8),
      relation: .zeroOut, sampling: .none, repetitions: 1)
    var nothing = try PrivacyLossAccountant(relation: .zeroOut)
    try nothing.compose(event)
    #expect(try nothing.epsilonInterval(delta: 1e-5).lowerBound == 0)
    try accountant.compose(
      PrivacyEvent(
        .discreteGaussianSum(
          l1Ratio: 1, l2Ratio: 1, standardDeviation: 1e-150, tau: 1e300, dimension: 1 << 30),
        relation: .zeroOut, sampling: .none, repetitions: .max))
    #expect(try accountant.epsilonInterval(delta: 0.5).upperBound == .infinity)
    #expect(try accountant.epsilonInterval(delta: 0).upperBound == .infinity)
    #expect(try accountant.deltaInterval(epsilon: 1) == 0...1)
  }

  @Test("Counts that exceed an integer do not trap")
  func manyRepetitions() throws {
    var accountant = try PrivacyLossAccountant(relation: .zeroOut)
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .zeroOut, sampling: .poisson(probability: 0.5),
      repetitions: .max)
    try accountant.compose([event, event])
    #expect(try accountant.epsilon(delta: 1e-5) == .infinity)
  }

  @Test("Sums of Gaussian weights over whole numbers, at their largest and smallest")
  func smoothing() {
    for variance in [1e-3, 0.02, 0.0999, 0.1, 0.3, 0.7, 1.1] {
      func sum(_ center: Double) -> Double {
        (-40...40).reduce(0) {
          let distance = Double($1) - center
          return $0 + Double.exponential(-distance * distance / (2 * variance))
        }
      }
      let expected = Double.logarithm(sum(0) / sum(0.5))
      #expect(
        abs(IntegerSmoothing.logRatio(variance: variance) - expected) < 1e-14 + 1e-12 * expected)
    }
    for target in [1e-4, 1e-12, 1e-30] {
      let variance = IntegerSmoothing.variance(logRatio: target)
      #expect(relativeError(IntegerSmoothing.logRatio(variance: variance), target) < 1e-3)
    }
  }

  @Test(
    "Tau bounds what sums are away from discrete Gaussians, also where its formula does not",
    arguments: [0.2, 0.25, 0.3, 0.45, 0.6])
  func certifiedTau(deviation: Double) throws {
    let summands = 3
    func parameters(_ multiplier: Double) throws -> DistributedNoiseParameters {
      try DistributedNoiseParameters(
        .init(
          noise: .discreteGaussian, noiseMultiplier: multiplier, clip: 1, dimension: 8, bits: 3,
          contributors: summands, survivingHonest: summands, wrapProbability: 0.5))
    }
    // The share grows with the multiplier: the one for which it is `deviation`.
    let multiplier = try MonotoneSearch.smallest(
      above: 0x1p-10, below: 100, tolerance: 1e-15
    ) { try parameters($0).scaledLocalStandardDeviation >= deviation }
    let found = try parameters(multiplier)
    #expect(relativeError(found.scaledLocalStandardDeviation, deviation) < 1e-9)
    let variance = deviation * deviation
    let sum = DiscreteProbabilities(gaussianOfVariance: variance, reach: 24).repeated(summands)
    let single = DiscreteProbabilities(
      gaussianOfVariance: variance * Double(summands), reach: 24)
    var largest = 0.0
    for x in -3...3 { largest = max(largest, abs(Double.logarithm(sum[x] / single[x]))) }
    #expect(found.certifiedTau >= 2 * largest, "\(found.certifiedTau) \(largest)")
    #expect(found.certifiedTau >= found.tau)
    if deviation >= 0.5 { #expect(found.certifiedTau == found.tau) }
    let event = try found.event(relation: .zeroOut, sampling: .none, rounds: 1)
    guard case .discreteGaussianSum(_, _, let total, let tau, 8) = event.mechanism else {
      Issue.record("another mechanism")
      return
    }
    #expect(tau == found.certifiedTau)
    #expect(relativeError(total, deviation * 3.0.squareRoot()) < 1e-9)
  }
}
