import FLMath
import Testing

@Suite("Privacy loss accountant")
struct PrivacyLossAccountantTests {
  private func accountant(
    _ relation: NeighbouringRelation, _ parts: [(q: Double, z: Double, steps: Int)],
    accuracy: Double = 8e-4
  ) throws -> PrivacyLossAccountant {
    var accountant = try PrivacyLossAccountant(relation: relation, accuracy: accuracy)
    for part in parts {
      try accountant.compose(
        PrivacyEvent(
          .gaussian(noiseMultiplier: part.z), relation: relation,
          sampling: .poisson(probability: part.q),
          repetitions: part.steps))
    }
    return accountant
  }

  @Test("Epsilons of the published grid are within 1e-3, and the intervals as narrow as asked for")
  func grid() throws {
    for row in try ReferenceValues.file("dp_accounting").list("grid") {
      let (z, q) = (try row.number("noise_multiplier"), try row.number("q"))
      let steps = try row.int("steps")
      let loss = try accountant(.addOrRemove, [(q, z, steps)])
      for delta in ["1e-05", "1e-06"] {
        let interval = try loss.epsilonInterval(delta: #require(Double(delta)))
        let expected = try row(delta).number("pld")
        // The reference is an upper bound on a grid of 1e-4, which is coarse for losses as small as
        // these: 1.3e-3 above its own value on a grid of 1e-5, see `fine`.
        let tolerance = q == 0.001 && z == 4 ? 2e-3 : 1e-3
        #expect(interval.lowerBound <= expected + 1e-9, "\(row)")
        #expect(abs(interval.upperBound - expected) < tolerance, "\(interval) \(row)")
        #expect(interval.upperBound - interval.lowerBound <= 8e-4, "\(interval) \(row)")
      }
    }
  }

  @Test("Deltas of the published grid")
  func deltas() throws {
    for row in try ReferenceValues.file("dp_accounting").list("grid").prefix(8) {
      let (z, q) = (try row.number("noise_multiplier"), try row.number("q"))
      let loss = try accountant(.addOrRemove, [(q, z, try row.int("steps"))])
      for epsilon in ["0.5", "2"] {
        let expected = try row("pld_delta_at_eps").number(epsilon)
        // Below, the reference is the mass that it has cut off.
        guard expected > 1e-9 else { continue }
        let interval = try loss.deltaInterval(epsilon: #require(Double(epsilon)))
        #expect(interval.lowerBound <= expected, "\(interval) \(row)")
        #expect(relativeError(interval.upperBound, expected) < 1e-2, "\(interval) \(row)")
        #expect(
          interval.upperBound - interval.lowerBound < 1e-2 * interval.upperBound, "\(interval)")
      }
    }
  }

  @Test("Fine grids of dp-accounting are above our lower bounds and close to the upper ones")
  func fine() throws {
    for row in try ReferenceValues.file("dp_wide_loss").list("epsilon") {
      let relation = try #require(NeighbouringRelation(rawValue: row.text("relation")))
      let loss = try accountant(
        relation, [(try row.number("q"), try row.number("z"), try row.int("steps"))])
      let interval = try loss.epsilonInterval(delta: row.number("delta"))
      let expected = try row.number("epsilon")
      #expect(interval.lowerBound <= expected + 1e-9, "\(interval) \(row)")
      #expect(abs(interval.upperBound - expected) < 8e-4, "\(interval) \(row)")
    }
  }

  @Test("Different events together, with sampling and without")
  func heterogeneous() throws {
    let published = try ReferenceValues.file("dp_accounting").list("heterogeneous")
    for row in published {
      let parts = try row.list("segments").map {
        (q: try $0.number("q"), z: try $0.number("noise_multiplier"), steps: try $0.int("steps"))
      }
      let loss = try accountant(.addOrRemove, parts)
      for delta in ["1e-05", "1e-06"] {
        let interval = try loss.epsilonInterval(delta: #require(Double(delta)))
        let expected = try row(delta).number("pld")
        #expect(interval.lowerBound <= expected)
        #expect(abs(interval.upperBound - expected) < 1e-3)
      }
    }
    for row in try ReferenceValues.file("dp_wide_loss").list("mixed") {
      let parts = try row.list("parts").map {
        (q: try $0.number("q"), z: try $0.number("z"), steps: try $0.int("steps"))
      }
      let loss = try accountant(.addOrRemove, parts)
      for pair in try row.list("epsilon") {
        let interval = try loss.epsilonInterval(delta: pair.list[0].number)
        let expected = try pair.list[1].number
        #expect(interval.lowerBound <= expected, "\(interval) \(row)")
        #expect(abs(interval.upperBound - expected) < 8e-4, "\(interval) \(row)")
      }
    }
  }

  @Test("The interval is inside that of the PRV accountant")
  func prv() throws {
    for row in try ReferenceValues.file("dp_accounting").list("prv") {
      let loss = try accountant(
        .addOrRemove,
        [(try row.number("q"), try row.number("noise_multiplier"), try row.int("steps"))])
      let interval = try loss.epsilonInterval(delta: row.number("delta"))
      #expect(interval.lowerBound > (try row.number("prv_lower")))
      #expect(interval.upperBound < (try row.number("prv_upper")))
    }
  }

  /// A single release has a closed form: Zhu, Dong and Wang 2022; here from normal tails alone.
  @Test(
    "One release with sampling is inside the interval, at all sizes of delta",
    arguments: [
      (0.1, 1.0), (0.01, 0.5), (0.5, 3.0),
    ])
  func oneRelease(q: Double, z: Double) throws {
    let gaussian = try GaussianMechanism(standardDeviation: z, sensitivity: 1)
    for epsilon in [0.01, 0.3, 1.0, 2.0] {
      // Amplification by sampling is exact for the removal of a record: delta at epsilon is q times
      // the unsampled delta at log(1 + (exp(epsilon) - 1) / q).
      let amplified = Double.logOfOnePlus((Double.exponential(epsilon) - 1) / q)
      let delta = q * (try gaussian.delta(epsilon: amplified))
      let loss = try accountant(.addOrRemove, [(q, z, 1)])
      let epsilons = try loss.epsilonInterval(delta: delta)
      #expect(epsilons.contains(epsilon), "\(epsilons) \(epsilon) \(delta)")
      let deltas = try loss.deltaInterval(epsilon: epsilon)
      #expect(deltas.lowerBound <= delta * (1 + 1e-9), "\(deltas) \(delta)")
      #expect(deltas.upperBound >= delta * (1 - 1e-9), "\(deltas) \(delta)")
    }
  }

  @Test("Neither bound crosses the divergence of a composition that has a closed form")
  func compositionWithoutSampling() throws {
    // A sampling probability near 1 leaves almost the plain Gaussian mechanism, whose composition
    // is one of a smaller noise multiplier.
    let (z, steps) = (4.0, 30)
    let exact = try GaussianMechanism(
      standardDeviation: z / Double(steps).squareRoot(), sensitivity: 1)
    let loss = try accountant(.addOrRemove, [(1 - 1e-12, z, steps)])
    for delta in [0.3, 1e-3, 1e-9, 1e-25, 1e-80] {
      let epsilon = try exact.epsilon(delta: delta)
      let interval = try loss.epsilonInterval(delta: delta)
      #expect(interval.lowerBound - 1e-9 <= epsilon, "\(interval) \(epsilon)")
      #expect(interval.upperBound + 1e-9 >= epsilon, "\(interval) \(epsilon)")
      #expect(interval.upperBound - interval.lowerBound <= 8e-4)
    }
  }
}
