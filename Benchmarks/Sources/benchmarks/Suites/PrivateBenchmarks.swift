import FLMath
@testable import SecAgg

/// What noise that clients share adds to the path of a million parameters.
enum PrivateBenchmarks {
  private static let parameterCount = 1_000_000

  static func run(_ results: inout Results) throws {
    for noise in DistributedNoiseParameters.Noise.allCases {
      for bits in [16, 20] {
        try run(noise, bits: bits, &results)
      }
    }
  }

  private static func run(
    _ noise: DistributedNoiseParameters.Noise, bits: Int, _ results: inout Results
  ) throws {
    let averaging = try PrivateFedAvg(
      PrivateFedAvg.Settings(
        parameterCount: parameterCount, clippingBound: 1, noise: noise, noiseMultiplier: 1,
        bits: bits, cohortSize: 100, minimumContributors: 80, corruptFraction: 0.1,
        relation: .zeroOut, sampling: .none))
    let context = SessionParameters.applicationContext(of: [])
    let session = try SessionParameters(
      cohortSize: 100, threshold: 51, layout: averaging.layout, minimumContributors: 80,
      applicationContext: context)
    var generator = SimulationGenerator(seed: 1)
    let delta = (0..<parameterCount).map { _ in
      Double.random(in: -0.01...0.01, using: &generator)
    }
    func add(_ name: String, target: Double? = nil, _ body: () throws -> Void) {
      var failure: (any Error)?
      let seconds = Stopwatch.samples(runs: 9) {
        do { try body() } catch { failure = error }
      }
      if let failure { print("  \(name): \(failure)") }
      results.add(
        Figure(
          "Private path of 10^6 parameters, \(noise.rawValue), \(bits) bits", name, unit: "ms",
          seconds: seconds, perSecond: 1e3, target: target))
    }
    add("encode: clip, rotate, round, add noise, pack", target: 250) {
      _ = try averaging.encode(delta, in: session)
    }
    let vector = try averaging.encode(delta, in: session)
    let elements = vector.elements.signed ?? []
    add("pack") { _ = PackedVector(unbounded: elements, layout: averaging.layout) }
    add("unpack") { _ = vector.elements }
    let contributors = ClientID.all(cohortSize: 80)
    add("decode the mean") {
      _ = try averaging.decode(
        sums: elements, session: session.digest, contributors: contributors)
    }
  }
}
