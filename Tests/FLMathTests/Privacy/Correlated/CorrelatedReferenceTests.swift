import Testing

@testable import FLMath

/// Values of jax-privacy, TensorFlow Privacy and dp-accounting: `Scripts/correlated-noise-reference-values.py`.
@Suite("Correlated noise against other implementations")
struct CorrelatedReferenceTests {
  @Test("Sensitivities and errors of Toeplitz factors are jax-privacy's")
  func toeplitz() throws {
    for row in try ReferenceValues.file("dp_correlated").list("toeplitz") {
      let strategy = try ToeplitzStrategy(coefficients: row.numbers("coefficients"))
      let rounds = try row.int("n")
      let noise = try CorrelatedNoise(
        .toeplitz(strategy), rounds: rounds,
        participation: ParticipationRule(maximum: row.int("k"), minimumSeparation: row.int("b")),
        relation: .addOrRemove, clip: 1, noiseMultiplier: 1)
      #expect(noise.isSensitivityExact)
      let squared = try row.number("squared_sensitivity")
      #expect(relativeError(noise.sensitivity * noise.sensitivity, squared) < 1e-12, "\(row)")
      #expect(relativeError(noise.variance(.mean), try row.number("mean") * squared) < 1e-11)
      #expect(relativeError(noise.variance(.largest), try row.number("largest") * squared) < 1e-11)
      let variances = noise.prefixVariances()
      for (index, error) in try row.numbers("errors").enumerated() {
        let found = variances[index * (try row.int("stride"))]
        #expect(relativeError(found, error * squared) < 1e-11)
      }
    }
  }

  @Test("The optimum is jax-privacy's or a better one")
  func optimum() throws {
    for row in try ReferenceValues.file("dp_correlated").list("optimum") {
      let (rounds, bands) = (try row.int("n"), try row.int("bands"))
      let measure = try #require(NoiseErrorMeasure(rawValue: row.text("measure")))
      let strategy = try ToeplitzStrategy.optimal(
        bands: bands, rounds: rounds, participation: .once, error: measure)
      let noise = try CorrelatedNoise(
        .toeplitz(strategy), rounds: rounds, participation: .once, relation: .zeroOut, clip: 1,
        noiseMultiplier: 1)
      // An error of the coefficients counts squared. jax-privacy stops before its tenth digit.
      let excess = noise.variance(measure) / (try row.number("error")) - 1
      #expect(excess < 1e-12, "\(row)")
      #expect(excess > -1e-5, "\(row)")
      #expect(abs(strategy.coefficients[1] - (try row.number("second"))) < 2e-2, "\(row)")
    }
  }

  @Test("Sensitivities of banded factors are jax-privacy's, errors those of dense inverses")
  func banded() throws {
    for row in try ReferenceValues.file("dp_correlated").list("banded") {
      let strategy = try BandedStrategy(
        columns: row.list("columns").map { try $0.list.map { try $0.number } })
      let noise = try CorrelatedNoise(
        .banded(strategy), rounds: row.int("n"),
        participation: ParticipationRule(maximum: row.int("k"), minimumSeparation: row.int("b")),
        relation: .addOrRemove, clip: 1, noiseMultiplier: 1)
      #expect(noise.isSensitivityExact)
      let squared = try row.number("squared_sensitivity")
      #expect(relativeError(noise.sensitivity * noise.sensitivity, squared) < 1e-12)
      for (found, error) in zip(noise.prefixVariances(), try row.numbers("errors")) {
        #expect(relativeError(found, error * squared) < 1e-9)
      }
    }
  }

  @Test("The banded optimum is SciPy's")
  func bandedOptimum() throws {
    for row in try ReferenceValues.file("dp_correlated").list("banded_optimum") {
      let (rounds, bands) = (try row.int("n"), try row.int("bands"))
      let rule = try ParticipationRule(maximum: row.int("k"), minimumSeparation: row.int("b"))
      let noise = try CorrelatedNoise(
        .banded(.optimal(bands: bands, rounds: rounds, participation: rule, error: .mean)),
        rounds: rounds,
        participation: rule, relation: .zeroOut, clip: 1, noiseMultiplier: 1)
      #expect(relativeError(noise.variance(.mean), try row.number("mean")) < 1e-8, "\(row)")
    }
  }

  @Test("For clients that take part once, the optimum of all bands is jax-privacy's of all factors")
  func bandedOptimumOnce() throws {
    for row in try ReferenceValues.file("dp_correlated").list("dense") {
      let rounds = try row.int("n")
      let noise = try CorrelatedNoise(
        .banded(.optimal(bands: rounds, rounds: rounds, participation: .once, error: .mean)),
        rounds: rounds,
        participation: .once, relation: .zeroOut, clip: 1, noiseMultiplier: 1)
      // jax-privacy stops earlier.
      let excess = noise.variance(.mean) / (try row.number("mean")) - 1
      #expect(excess < 1e-8 && excess > -1e-4, "\(rounds): \(excess)")
    }
  }

  @Test("No Toeplitz factor is better than the best of all factors, and the optimum is near it")
  func denseOptimum() throws {
    for row in try ReferenceValues.file("dp_correlated").list("dense") {
      let rounds = try row.int("n")
      let strategy = try ToeplitzStrategy.optimal(
        bands: rounds, rounds: rounds, participation: .once, error: .mean)
      let noise = try CorrelatedNoise(
        .toeplitz(strategy), rounds: rounds, participation: .once, relation: .zeroOut, clip: 1,
        noiseMultiplier: 1)
      // The best factor has other coefficients in its last columns; equal ones cost up to 7.7 % here.
      let ratio = noise.variance(.mean) / (try row.number("mean"))
      #expect(ratio > 1 && ratio < 1.08, "\(rounds): \(ratio)")
    }
  }

  @Test("Trees of which all nodes are released cost what TensorFlow Privacy says")
  func trees() throws {
    let reference = try ReferenceValues.file("dp_correlated")("trees")
    for row in try reference.list("squares") {
      let noise = try CorrelatedNoise(
        .trees(TreeAggregation(stepCounts: [row.int("n")], estimator: .fromBelow)),
        rounds: row.int("n"),
        participation: ParticipationRule(maximum: row.int("k"), minimumSeparation: row.int("b")),
        relation: .zeroOut, clip: 1, noiseMultiplier: 1)
      #expect(noise.isSensitivityExact)
      let squared = noise.sensitivity * noise.sensitivity
      #expect(relativeError(squared, try row.number("squared")) < 1e-14, "\(row)")
      #expect(relativeError(squared / 18, try row.number("zcdp_at_3")) < 1e-14, "\(row)")
    }
    for row in try reference.list("restarts") {
      let steps = try row.numbers("steps").map { Int($0) }
      let rounds = steps.reduce(0, +)
      // A tree for each pass over the data.
      let noise = try CorrelatedNoise(
        .trees(TreeAggregation(stepCounts: steps)), rounds: rounds,
        participation: ParticipationRule(maximum: steps.count, minimumSeparation: steps[0]),
        relation: .zeroOut, clip: 1, noiseMultiplier: 1)
      let multiplier = try row.number("noise_multiplier")
      let squared = noise.sensitivity * noise.sensitivity
      #expect(
        relativeError(squared / (multiplier * multiplier), try row.number("rdp_at_2")) < 1e-14)
    }
    let variances = TreeAggregation.nodeVariances(.fromBelow)
    for (level, variance) in try reference.numbers("from_below_variances").enumerated() {
      #expect(relativeError(variances[level], variance) < 1e-12)
    }
  }

  @Test("Epsilons of trees are dp-accounting's", arguments: TreeAggregation.Estimator.allCases)
  func treeEpsilons(estimator: TreeAggregation.Estimator) throws {
    for row in try ReferenceValues.file("dp_correlated")("trees").list("single_epoch") {
      let trees = try TreeAggregation(
        stepCounts: row.numbers("steps").map { Int($0) }, estimator: estimator)
      let plain = try CorrelatedNoise(
        .trees(trees), rounds: trees.rounds, participation: .once, relation: .zeroOut, clip: 1,
        noiseMultiplier: 1)
      let noise = try CorrelatedNoise(
        .trees(trees), rounds: trees.rounds, participation: .once, relation: .zeroOut, clip: 1,
        noiseMultiplier: row.number("noise_multiplier") / plain.sensitivity)
      var accountant = try RenyiAccountant(relation: .zeroOut)
      try accountant.compose(noise.event)
      let epsilon = try accountant.epsilon(delta: row.number("delta"))
      #expect(relativeError(epsilon, try row.number("epsilon")) < 1e-9, "\(row)")
    }
  }

  @Test("Epsilons of a training with several participations are dp-accounting's")
  func epsilons() throws {
    for row in try ReferenceValues.file("dp_correlated").list("epsilon") {
      let strategy = try ToeplitzStrategy.squareRoot(bands: row.int("bands"))
      let rule = try ParticipationRule(maximum: row.int("k"), minimumSeparation: row.int("b"))
      let squared = strategy.squaredSensitivity(rounds: try row.int("n"), participation: rule)
      let noise = try CorrelatedNoise(
        .toeplitz(strategy), rounds: row.int("n"), participation: rule, relation: .addOrRemove,
        clip: 1, noiseMultiplier: row.number("standard_deviation") / squared.squareRoot())
      #expect(relativeError(noise.standardDeviation, try row.number("standard_deviation")) < 1e-14)
      var accountant = try PrivacyLossAccountant(relation: .addOrRemove)
      try accountant.compose(noise.event)
      let epsilon = try accountant.epsilon(delta: row.number("delta"))
      #expect(relativeError(epsilon, try row.number("epsilon")) < 1e-9, "\(row)")
    }
  }
}
