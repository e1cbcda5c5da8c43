import FLMath

/// Generators for the random choices of a simulated training, each with a stream of its own that
/// depends on the run's seed only.
struct SimulationSeeds: Sendable {
  let seed: UInt64

  /// What the randomness is for.
  enum Purpose: UInt64 {
    case partition = 1
    case initialModel
    case leaving
    case localTraining
    case rounding
    case noise
    case attack
    case buckets
    case shards
    case compression
    case audit
    case heldOut
    case clusters
    case fineTuning
  }

  /// The generator of one purpose, round and client.
  func generator(
    _ purpose: Purpose, round: Int = 0, client: Int = 0
  ) -> SimulationGenerator {
    // Each part is mixed in by a generator of its own, so that neighbouring numbers give streams
    // that have nothing in common.
    var state = seed
    for part in [purpose.rawValue, UInt64(round), UInt64(client)] {
      var mixer = SimulationGenerator(seed: state ^ part &* 0x9e37_79b9_7f4a_7c15)
      state = mixer.next()
    }
    return SimulationGenerator(seed: state)
  }
}
