import Testing

@testable import FLMath

@Suite("Distributed noise mechanism")
struct DistributedMechanismTests {
  private static func vector(_ count: Int, seed: UInt64, scale: Double = 1) -> [Double] {
    var generator = SimulationGenerator(seed: seed)
    return (0..<count).map { _ in scale * generator.standardNormal() }
  }

  @Test(
    "The transform is the matrix of signs, and its own inverse",
    arguments: [
      8, 16, 32, 64, 128, 4096, 16384,
    ])
  func transform(count: Int) {
    let vector = Self.vector(count, seed: 41)
    var groups = (0..<count / 8).map { g in
      SIMD8<Double>((0..<8).map { vector[8 * g + $0] })
    }
    WalshHadamard.transform(&groups)
    for row in [0, 1, 2, 7, count / 2, count - 1] {
      // Entry (i, j) of the matrix is -1 to the number of ones that i and j share.
      let expected = (0..<count).reduce(0.0) {
        $0 + ((row & $1).nonzeroBitCount % 2 == 0 ? vector[$1] : -vector[$1])
      }
      #expect(abs(groups[row / 8][row % 8] - expected) < 1e-10 * Double(count))
    }
    WalshHadamard.transform(&groups)
    for index in 0..<count {
      #expect(abs(groups[index / 8][index % 8] / Double(count) - vector[index]) < 1e-12)
    }
  }

  @Test(
    "Rotations keep lengths, spread a spike, and are undone",
    arguments: [
      1, 7, 8, 9, 650, 1024, 4810,
    ])
  func rotation(dimension: Int) throws {
    let rotation = try RandomRotation(dimension: dimension, seed: 5)
    #expect(rotation.paddedDimension >= dimension && rotation.paddedDimension >= 8)
    #expect(rotation.paddedDimension.nonzeroBitCount == 1)
    let vector = Self.vector(dimension, seed: 42)
    let rotated = try rotation.rotated(vector, scale: 3)
    let before = vector.reduce(0) { $0 + $1 * $1 }
    let after = rotated.reduce(0) { $0 + ($1 * $1).sum() }
    #expect(relativeError(after, 9 * before) < 1e-12)
    let restored = rotation.restored(rotated, scale: 3)
    for (found, expected) in zip(restored, vector) { #expect(abs(found - expected) < 1e-12) }

    var spike = [Double](repeating: 0, count: dimension)
    spike[dimension / 2] = 1
    let even = 1 / Double(rotation.paddedDimension).squareRoot()
    for group in try rotation.rotated(spike, scale: 1) {
      for lane in 0..<8 { #expect(abs(group[lane].magnitude - even) < 1e-12) }
    }
    let other = try RandomRotation(dimension: dimension, seed: 6)
    if dimension >= 7 { #expect(try other.rotated(vector, scale: 3) != rotated) }
  }

  @Test("Rounding is to neighbours, unbiased, and within the bound")
  func rounding() throws {
    let values = SIMD8<Double>(0.25, -0.25, 3, -7.9, 0, 0.5, -0.001, 12.75)
    let groups = [SIMD8<Double>](repeating: values, count: 500)
    var generator = SimulationGenerator(seed: 43)
    let rounded = ConditionalRounding(bound: 1e9).rounded(groups, using: &generator)
    for lane in 0..<8 {
      let value = values[lane]
      var sum = 0.0
      for group in 0..<500 {
        let whole = Double(rounded[8 * group + lane])
        #expect(abs(whole - value) < 1)
        sum += whole
      }
      let fraction = value - value.rounded(.down)
      let deviation = (500 * fraction * (1 - fraction)).squareRoot()
      #expect(abs(sum - 500 * value) <= 5 * deviation)
    }
    // The bound of beta = exp(-1/2) is met, though single roundings miss it now and then.
    let half = [SIMD8<Double>](repeating: SIMD8(repeating: 0.5), count: 128)
    let norm = 16.0
    let bound = RoundedNorm.euclidean(norm: norm, dimension: 1024, bias: 0.6065306597126334)
    for _ in 0..<400 {
      let numbers = ConditionalRounding(bound: bound).rounded(half, using: &generator)
      #expect(numbers.reduce(0) { $0 + Double($1 * $1) } <= bound * bound)
    }
    // A bound that no rounding up can meet leaves rounding towards zero.
    let zeros = ConditionalRounding(bound: 1).rounded(half, using: &generator)
    #expect(zeros.allSatisfy { $0 == 0 })
  }

  @Test("Words wrap and unwrap, and foreign words are refused")
  func words() throws {
    let words = try ModularWords(bits: 5)
    let numbers: [Int64] = [0, 1, 15, -16, -1, 16, -17, 1000]
    let wrapped = words.wrapped(numbers)
    #expect(wrapped == [0, 1, 15, 16, 31, 16, 15, 8])
    #expect(try words.unwrapped(wrapped) == [0, 1, 15, -16, -1, -16, 15, 8])
    #expect(throws: FLMathError.privacy(.notReduced(index: 1, found: 32))) {
      try words.unwrapped([0, 32])
    }
    var sum: [UInt64] = [31, 3]
    try words.add([2, 4], to: &sum)
    #expect(sum == [1, 7])
    #expect(throws: FLMathError.privacy(.dimensionMismatch(expected: 2, found: 1))) {
      try words.add([1], to: &sum)
    }
    #expect(throws: FLMathError.privacy(.notReduced(index: 0, found: 32))) {
      try words.add([32, 0], to: &sum)
    }
    #expect(throws: FLMathError.self) { try ModularWords(bits: 1) }
    #expect(throws: FLMathError.self) { try ModularWords(bits: 53) }
  }

  @Test(
    "The modular sum of many clients is the sum of their clipped vectors plus the noise",
    arguments: DistributedNoiseParameters.Noise.allCases)
  func endToEnd(noise: DistributedNoiseParameters.Noise) throws {
    let (clients, dimension) = (20, 650)
    let parameters = try DistributedNoiseParameters(
      .init(
        noise: noise, noiseMultiplier: 0.8, clip: 2, dimension: dimension, bits: 18,
        contributors: clients, survivingHonest: 16))
    let mechanism = try DistributedNoiseMechanism(parameters, seed: 99)
    let words = try ModularWords(bits: 18)
    var generator = SimulationGenerator(seed: 44)
    var sum = [UInt64](repeating: 0, count: parameters.paddedDimension)
    var expected = [Double](repeating: 0, count: dimension)
    let clipping = try L2Clipping(bound: 2)
    for client in 0..<clients {
      // Some are longer than the clip, some shorter.
      var vector = Self.vector(dimension, seed: UInt64(client), scale: client % 2 == 0 ? 1 : 0.01)
      try words.add(mechanism.encode(vector, using: &generator), to: &sum)
      try clipping.clip(&vector)
      for index in vector.indices { expected[index] += vector[index] }
    }
    let decoded = try mechanism.decode(sum: sum)
    let squares = zip(decoded, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Noise of all clients, who are more than the honest ones that must be there, and of rounding.
    let rounding = Double(clients) / 4 / (parameters.scale * parameters.scale)
    let variance = Double(clients) * 4 * 0.64 / 16 + rounding
    #expect(
      abs(squares / Double(dimension) / variance - 1) < 5 * (2 / Double(dimension)).squareRoot())
  }

  @Test("What a client sends has its bound and the same noise whatever the vector")
  func roundedNorm() throws {
    let parameters = try DistributedNoiseParameters(
      .init(
        noise: .discreteGaussian, noiseMultiplier: 1, clip: 1, dimension: 100, bits: 12,
        contributors: 10, survivingHonest: 10))
    let mechanism = try DistributedNoiseMechanism(parameters, seed: 1)
    var generator = SimulationGenerator(seed: 45)
    for seed in 0..<20 as Range<UInt64> {
      let numbers = try mechanism.rounded(
        Self.vector(100, seed: seed, scale: 100), using: &generator)
      let norm = numbers.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      #expect(norm <= parameters.scaledL2Bound)
      #expect(numbers.reduce(0) { $0 + Double(abs($1)) } <= parameters.scaledL1Bound)
    }
  }

  @Test("Vectors and sums of another form are refused")
  func refusals() throws {
    let parameters = try DistributedNoiseParameters(
      .init(
        noise: .skellam, noiseMultiplier: 1, clip: 1, dimension: 10, bits: 16, contributors: 10,
        survivingHonest: 10))
    let mechanism = try DistributedNoiseMechanism(parameters, seed: 1)
    var generator = SimulationGenerator(seed: 46)
    #expect(throws: FLMathError.privacy(.dimensionMismatch(expected: 10, found: 9))) {
      try mechanism.encode([Double](repeating: 0, count: 9), using: &generator)
    }
    #expect(throws: FLMathError.self) {
      try mechanism.encode([Double](repeating: .nan, count: 10), using: &generator)
    }
    #expect(throws: FLMathError.privacy(.dimensionMismatch(expected: 16, found: 10))) {
      try mechanism.decode(sum: [UInt64](repeating: 0, count: 10))
    }
    #expect(throws: FLMathError.privacy(.notReduced(index: 0, found: 1 << 16))) {
      try mechanism.decode(sum: [UInt64](repeating: 1 << 16, count: 16))
    }
  }
}
