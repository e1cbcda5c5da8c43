/// The random streams of a simulation, each for one purpose, round and client, so that what one client
/// draws does not depend on who else takes part.
struct SimulationStreams: Sendable, Hashable {
  let seed: UInt64

  enum Purpose: UInt64 {
    case selection = 1
    case dropout
    case training
  }

  /// The seed of a stream.
  func seed(_ purpose: Purpose, round: Int, client: UInt32 = 0) -> UInt64 {
    var mixed = seed
    for part in [purpose.rawValue, UInt64(round), UInt64(client)] {
      // Each part goes through a full mixing, so that neighbouring numbers have nothing in common.
      var mixer = SplitMix64(state: mixed ^ part)
      mixed = mixer.next()
    }
    return mixed
  }

  /// The generator of a stream.
  func generator(_ purpose: Purpose, round: Int, client: UInt32 = 0) -> SimulationGenerator {
    SimulationGenerator(seed: seed(purpose, round: round, client: client))
  }
}
