internal import RealModule

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

// The standard library does not promise that its own sampling stays the same from version to
// version. These functions are fixed, so that a seed gives the same experiment everywhere.

extension RandomNumberGenerator {
  /// A number from 0 to 1, 1 excluded, as a multiple of 2^-53.
  mutating func uniformUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from 0 to 1, 0 excluded, as a multiple of 2^-53: it has a logarithm.
  mutating func uniformUnitAboveZero() -> Double {
    Double((next() >> 11) + 1) * 0x1p-53
  }

  /// A number below `bound`, each equally likely; 0 if the bound is not positive.
  ///
  /// Lemire 2019, "Fast Random Integer Generation in an Interval".
  mutating func uniformIndex(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let bound = UInt64(bound)
    // Low halves below 2^64 mod bound would make some results likelier than others.
    let rejected = (0 &- bound) % bound
    var product = next().multipliedFullWidth(by: bound)
    while product.low < rejected {
      product = next().multipliedFullWidth(by: bound)
    }
    return Int(product.high)
  }

  /// Brings `elements` into a random order, each equally likely (Fisher and Yates; Durstenfeld
  /// 1964).
  // Inlined, so that the element type is known: generic swaps allocate.
  @inline(__always)
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    var remaining = elements.count
    while remaining > 1 {
      let chosen = uniformIndex(below: remaining)
      remaining -= 1
      elements.swapAt(chosen, remaining)
    }
  }
}

extension RandomNumberGenerator {
  /// `count` of `elements`, every set being equally likely; all of them if there are no more.
  mutating func sample(_ count: Int, of elements: [UInt32]) -> [UInt32] {
    var elements = elements
    let count = min(count, elements.count)
    // The first places of a shuffle (Durstenfeld 1964).
    for place in 0..<count {
      elements.swapAt(place, place + uniformIndex(below: elements.count - place))
    }
    return Array(elements.prefix(count))
  }

  /// `count` of `elements`, drawn one after the other with probabilities in proportion to the weights
  /// of those that are left; all of them if there are no more.
  ///
  /// Efraimidis and Spirakis 2006, "Weighted Random Sampling with a Reservoir": the largest values of
  /// u^(1/weight) for uniform u, here the smallest of -log(u) / weight. Elements of weight 0 come
  /// last.
  mutating func sample(
    _ count: Int, of elements: [UInt32], weights: [Double]
  ) -> [UInt32] {
    var keys: [(element: UInt32, key: Double, tie: UInt64)] = []
    keys.reserveCapacity(elements.count)
    // Only proportions matter: scaled by a power of two, no quotient overflows.
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: weights.filter(\.isFinite).max() ?? 1)
    for (element, weight) in zip(elements, weights.map { $0 * scale }) {
      let clock = -Double.log(uniformUnitAboveZero())
      keys.append((element, weight > 0 ? clock / weight : .infinity, next()))
    }
    keys.sort { ($0.key, $0.tie) < ($1.key, $1.tie) }
    return keys.prefix(count).map(\.element)
  }
}

extension RandomNumberGenerator {
  /// A number of the standard normal distribution.
  ///
  /// The polar method of Marsaglia and Bray 1964. Its second number is dropped, so that a draw
  /// leaves no state behind but the generator's.
  mutating func standardNormal() -> Double {
    while true {
      let x = 2 * uniformUnit() - 1
      let y = 2 * uniformUnit() - 1
      let squaredRadius = x * x + y * y
      if squaredRadius > 0, squaredRadius < 1 {
        return x * (-2 * Double.log(squaredRadius) / squaredRadius).squareRoot()
      }
    }
  }
}

extension RandomNumberGenerator {
  /// The logarithm of a number of the gamma distribution with the given shape and scale 1.
  ///
  /// Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables". The logarithm,
  /// because for a small shape the number itself is mostly too small for `Double`.
  ///
  /// - Parameter shape: finite and above 0.
  mutating func logGamma(shape: Double) -> Double {
    if shape < 1 {
      let larger = logGamma(shape: shape + 1)
      return larger + Double.log(uniformUnitAboveZero()) / shape
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let normal = standardNormal()
      let base = 1 + c * normal
      guard base > 0 else { continue }
      let logCube = 3 * Double.log(base)
      let cube = base * base * base
      let threshold = 0.5 * normal * normal + d - d * cube + d * logCube
      if Double.log(uniformUnitAboveZero()) < threshold {
        return Double.log(d) + logCube
      }
    }
  }

  /// Proportions of the symmetric Dirichlet distribution: `count` numbers from 0 to 1 that sum to
  /// 1, the more even the larger `alpha`.
  ///
  /// - Parameters:
  ///   - alpha: finite and above 0, however small.
  ///   - count: at least 1.
  mutating func dirichlet(alpha: Double, count: Int) -> [Double] {
    var logarithms: [Double] = []
    logarithms.reserveCapacity(count)
    for _ in 0..<count {
      logarithms.append(logGamma(shape: alpha))
    }
    let largest = logarithms.max() ?? 0
    guard largest.isFinite else {
      // For the smallest alphas even the logarithms overflow: the limit is all in one place.
      var proportions = [Double](repeating: 0, count: count)
      proportions[uniformIndex(below: count)] = 1
      return proportions
    }
    let weights = logarithms.map { Double.exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
