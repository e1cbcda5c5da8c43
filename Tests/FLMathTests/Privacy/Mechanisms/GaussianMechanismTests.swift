import FLMath
import Testing

@Suite("Gaussian mechanism")
struct GaussianMechanismTests {
  @Test("The analytic calibration gives dp-accounting's standard deviations")
  func publishedCalibration() throws {
    for row in try ReferenceValues.file("dp_gaussian").list("sigma") {
      let mechanism = try GaussianMechanism.calibrated(
        epsilon: row.number("epsilon"), delta: row.number("delta"),
        sensitivity: row.number("sensitivity"))
      #expect(
        relativeError(mechanism.standardDeviation, try row.number("analytic_sigma")) < 1e-12,
        "\(row)")
    }
  }

  @Test("Calibration, delta and epsilon agree with 60 digits of mpmath, far into the tails")
  func extremes() throws {
    let reference = try ReferenceValues.file("dp_wide_gaussian")
    for row in try reference.list("sigma") {
      let mechanism = try GaussianMechanism.calibrated(
        epsilon: row.number("epsilon"), delta: row.number("delta"), sensitivity: 1)
      #expect(
        relativeError(mechanism.standardDeviation, try row.number("sigma")) < 1e-12, "\(row)")
    }
    for row in try reference.list("delta") {
      let mechanism = try GaussianMechanism(
        standardDeviation: row.number("sigma"), sensitivity: 1)
      let delta = try mechanism.delta(epsilon: row.number("epsilon"))
      #expect(relativeError(delta, try row.number("delta")) < 1e-12, "\(row)")
    }
    for row in try reference.list("epsilon") {
      let mechanism = try GaussianMechanism(
        standardDeviation: row.number("sigma"), sensitivity: 1)
      let epsilon = try mechanism.epsilon(delta: row.number("delta"))
      #expect(relativeError(epsilon, try row.number("epsilon")) < 1e-12, "\(row)")
    }
  }

  @Test("delta(epsilon) and epsilon(delta) agree with the published values")
  func publishedCurve() throws {
    let reference = try ReferenceValues.file("dp_gaussian")
    for row in try reference.list("delta_mpmath") {
      let mechanism = try GaussianMechanism(
        standardDeviation: row.number("sigma"), sensitivity: 1)
      let delta = try mechanism.delta(epsilon: row.number("epsilon"))
      #expect(relativeError(delta, try row.number("delta")) < 1e-12, "\(row)")
    }
    for row in try reference.list("epsilon") {
      let mechanism = try GaussianMechanism(
        standardDeviation: row.number("sigma"), sensitivity: 1)
      let epsilon = try mechanism.epsilon(delta: row.number("delta"))
      // dp-accounting solves for epsilon to an absolute 1e-12.
      #expect(abs(epsilon - (try row.number("epsilon"))) < 2e-12 * max(1, epsilon), "\(row)")
    }
  }

  @Test("The classic formula is given below epsilon 1 and refused from there on")
  func classic() throws {
    for row in try ReferenceValues.file("dp_gaussian").list("sigma") {
      let (epsilon, delta) = (try row.number("epsilon"), try row.number("delta"))
      guard epsilon < 1 else {
        #expect(throws: FLMathError.privacy(.classicFormulaDoesNotHold(epsilon: epsilon))) {
          try GaussianMechanism.classic(epsilon: epsilon, delta: delta, sensitivity: 1)
        }
        continue
      }
      let mechanism = try GaussianMechanism.classic(epsilon: epsilon, delta: delta, sensitivity: 1)
      #expect(
        relativeError(mechanism.standardDeviation, try row.number("classic_sigma")) < 1e-14)
      #expect(
        relativeError(
          try mechanism.delta(epsilon: epsilon),
          try row.number("delta_actually_given_by_classic_sigma")) < 1e-10)
    }
  }

  @Test("At epsilon 10 the classic formula would have given a delta of 2.3e-5 for 1e-5")
  func whyTheClassicFormulaIsRefused() throws {
    let standardDeviation = 0.4844805262605389
    let mechanism = try GaussianMechanism(standardDeviation: standardDeviation, sensitivity: 1)
    let delta = try mechanism.delta(epsilon: 10)
    #expect(abs(delta - 2.2653743647934293e-5) < 1e-15)
  }

  @Test("The noise scales with the sensitivity, and a local update has twice its clip")
  func sensitivity() throws {
    let one = try GaussianMechanism.calibrated(epsilon: 1, delta: 1e-5, sensitivity: 1)
    let three = try GaussianMechanism.calibrated(epsilon: 1, delta: 1e-5, sensitivity: 3)
    #expect(relativeError(three.standardDeviation, 3 * one.standardDeviation) < 1e-15)
    let local = try GaussianMechanism.local(standardDeviation: 5, clip: 1.5)
    #expect(local.sensitivity == 3)
    #expect(
      try local.delta(epsilon: 1)
        == GaussianMechanism(
          standardDeviation: 5, sensitivity: 3
        ).delta(epsilon: 1))
  }

  @Test("Noise has the standard deviation that it says")
  func noise() throws {
    var generator = SimulationGenerator(seed: 11)
    var vector = [Double](repeating: 2, count: 40_000)
    try GaussianMechanism(standardDeviation: 3, sensitivity: 1)
      .addNoise(to: &vector, using: &generator)
    let mean = vector.reduce(0, +) / 40_000
    let variance = vector.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    #expect(abs(mean - 2) < 0.075)
    #expect(abs(variance - 9) < 0.32)
  }

  @Test("Parameters outside their ranges are refused")
  func refusals() {
    for value in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: FLMathError.self) {
        try GaussianMechanism(standardDeviation: value, sensitivity: 1)
      }
      #expect(throws: FLMathError.self) {
        try GaussianMechanism.local(standardDeviation: 1, clip: value)
      }
    }
    for delta in [0, 1, -0.1, .nan] as [Double] {
      #expect(throws: FLMathError.self) {
        try GaussianMechanism.calibrated(epsilon: 1, delta: delta, sensitivity: 1)
      }
    }
    for epsilon in [-1, .infinity, .nan] as [Double] {
      #expect(throws: FLMathError.self) {
        try GaussianMechanism.calibrated(epsilon: epsilon, delta: 0.1, sensitivity: 1)
      }
    }
  }
}
