/// A fast generator whose sequence follows from its seed: for simulations and tests, never for
/// secrets.
///
/// Anyone who sees a few outputs can compute all others. Keys, masks, shares and the noise of
/// differential privacy must come from a cryptographic generator.
///
/// The algorithm is xoshiro256** (Blackman and Vigna 2021, "Scrambled Linear Pseudorandom Number
/// Generators"), its state filled by SplitMix64 from the seed, as its authors advise. The sequence
/// of a seed is part of the contract: it does not change between versions or platforms.
public struct SimulationGenerator: RandomNumberGenerator, Sendable {
  @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

  /// Starts the sequence of `seed`.
  public init(seed: UInt64) {
    var splitMix = SplitMix64(state: seed)
    // Four outputs in a row of SplitMix64 differ, so the state is never all zero.
    self.init(state: (splitMix.next(), splitMix.next(), splitMix.next(), splitMix.next()))
  }

  init(state: (UInt64, UInt64, UInt64, UInt64)) {
    self.state = state
  }

  /// The next 64 bits of the sequence.
  @inlinable
  public mutating func next() -> UInt64 {
    let product = state.1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators"): turns
/// seeds that may be as simple as 0, 1, 2 into well mixed states.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(state: UInt64) {
    self.state = state
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
