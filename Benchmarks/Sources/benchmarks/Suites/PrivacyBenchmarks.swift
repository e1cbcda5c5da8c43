import FLMath

/// A client's update of 2^20 coordinates made private: clipped, rotated, rounded, noised, wrapped.
enum PrivacyBenchmarks {
  static func run(_ results: inout Results) throws {
    let dimension = 1 << 20
    var generator = SimulationGenerator(seed: 1)
    let vector = (0..<dimension).map { _ in Double(generator.next() >> 11) * 0x1p-53 - 0.5 }
    for noise in DistributedNoiseParameters.Noise.allCases {
      let parameters = try DistributedNoiseParameters(
        DistributedNoiseParameters.Choice(
          noise: noise, noiseMultiplier: 1, clip: 1, dimension: dimension, bits: 16,
          contributors: 100, survivingHonest: 90))
      let mechanism = try DistributedNoiseMechanism(parameters, seed: 7)
      var failure: (any Error)?
      let seconds = Stopwatch.samples(runs: 7, sampleSeconds: 0.1) {
        do { _ = try mechanism.encode(vector, using: &generator) } catch { failure = error }
      }
      if let failure { throw failure }
      results.add(
        Figure(
          "Distributed noise, 2^20 coordinates", "encode, \(noise.rawValue)", unit: "ms",
          seconds: seconds, perSecond: 1e3, target: 250))
    }
  }
}
