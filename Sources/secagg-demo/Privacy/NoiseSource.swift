import FLMath

/// Where the randomness of privacy noise comes from.
enum NoiseSource: Sendable {
  /// The system's cryptographic generator: nobody can take the noise off again.
  case system
  /// The simulation's seed, so that a figure can be repeated. Whoever knows the seed knows the noise.
  case seed

  /// The generator of a round and, where clients draw noise, of a client.
  func generator(
    seeds: SimulationSeeds, round: Int, client: Int = 0
  ) -> any RandomNumberGenerator {
    switch self {
    case .system: SystemRandomNumberGenerator()
    case .seed: seeds.generator(.noise, round: round, client: client)
    }
  }
}
