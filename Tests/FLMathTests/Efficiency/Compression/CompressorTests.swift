import Testing

@testable import FLMath

@Suite("Compressors")
struct CompressorTests {
  private static func vector(
    _ count: Int, using generator: inout SimulationGenerator
  ) -> [Double] {
    (0..<count).map { _ in generator.standardNormal() }
  }

  /// The decompressed sum of messages against the sum of decompressed messages.
  private func expectLinear(
    _ compressor: some LinearCompressor, tolerance: Double, seed: UInt64,
    location: SourceLocation = #_sourceLocation
  ) throws {
    var generator = SimulationGenerator(seed: seed)
    let updates = (0..<7).map { _ in Self.vector(compressor.dimension, using: &generator) }
    let messages = try updates.map { try compressor.compress($0, using: &generator) }
    var sum = messages[0]
    for message in messages.dropFirst() {
      for index in sum.indices { sum[index] += message[index] }
    }
    #expect(sum.count == compressor.messageCount, sourceLocation: location)
    let ofSum = try compressor.decompressSum(sum, contributors: 7)
    var expected = [Double](repeating: 0, count: compressor.dimension)
    for message in messages {
      for (index, value) in try compressor.decompress(message).enumerated() {
        expected[index] += value
      }
    }
    let difference = largestDifference(ofSum, expected)
    #expect(difference <= tolerance, "seed \(seed): \(difference)", sourceLocation: location)
  }

  @Test("The sum of messages is the message of the sum", arguments: 1...10 as ClosedRange<UInt64>)
  func linear(seed: UInt64) throws {
    let dimension = 3 + Int(seed) * 11
    try expectLinear(
      StochasticQuantization(dimension: dimension, lower: -3, upper: 4, bitsPerElement: 6),
      tolerance: 1e-12, seed: seed)
    try expectLinear(
      RandomSparsification(dimension: dimension, count: 3, seed: seed, scaling: .unbiased),
      tolerance: 1e-10, seed: seed)
    let rotation = try HadamardRotation(dimension: dimension, seed: seed)
    try expectLinear(rotation, tolerance: 1e-12, seed: seed)
    let quantization = try StochasticQuantization(
      dimension: rotation.messageCount, lower: -5, upper: 5, bitsPerElement: 8)
    try expectLinear(
      CompressorChain(rotation, then: quantization), tolerance: 1e-12, seed: seed)
  }

  @Test("A chain needs dimensions that fit")
  func chain() throws {
    let rotation = try HadamardRotation(dimension: 5, seed: 1)
    let quantization = try StochasticQuantization(
      dimension: 5, lower: -1, upper: 1, bitsPerElement: 4)
    #expect(throws: FLMathError.compression(.dimensionMismatch(expected: 8, found: 5))) {
      try CompressorChain(rotation, then: quantization)
    }
  }

  @Test("Rotations keep norms and are undone", arguments: [1, 2, 3, 8, 9, 100, 1000])
  func rotation(dimension: Int) throws {
    var generator = SimulationGenerator(seed: 3)
    let rotation = try HadamardRotation(dimension: dimension, seed: 9)
    let update = Self.vector(dimension, using: &generator)
    let rotated = try rotation.compress(update, using: &generator)
    #expect(rotated.count & (rotated.count - 1) == 0 && rotated.count >= dimension)
    #expect(rotated.count < 2 * dimension || dimension == 1)
    let (before, after) = (
      VectorArithmetic.squaredNorm(update), VectorArithmetic.squaredNorm(rotated)
    )
    #expect(abs(before - after) <= 1e-12 * before)
    #expect(largestDifference(try rotation.decompress(rotated), update) <= 1e-12)
  }

  @Test("Quantisation is unbiased and errs by less than a step")
  func unbiasedQuantization() throws {
    let quantization = try StochasticQuantization(
      dimension: 1, lower: -1, upper: 2, bitsPerElement: 2)
    var generator = SimulationGenerator(seed: 8)
    var sum = 0.0
    for _ in 0..<20_000 {
      let decoded = try quantization.decompress(quantization.compress([0.3], using: &generator))[0]
      #expect(decoded == 0 || decoded == 1)
      sum += decoded
    }
    #expect(abs(sum / 20_000 - 0.3) < 6 * 0.5 / Double(20_000).squareRoot())
    #expect(try quantization.compress([-9], using: &generator) == [0])
    #expect(try quantization.compress([9], using: &generator) == [3])
  }

  @Test("QSGD is unbiased")
  func unbiasedQSGD() throws {
    let update = [0.3, -0.8, 0, 0.1]
    let qsgd = try QSGD(dimension: 4, levels: 2)
    var generator = SimulationGenerator(seed: 8)
    var sums = [0.0, 0, 0, 0]
    for _ in 0..<20_000 {
      let decoded = try qsgd.decompress(qsgd.compress(update, using: &generator))
      for index in 0..<4 { sums[index] += decoded[index] }
    }
    #expect(largestDifference(sums.map { $0 / 20_000 }, update) < 0.02)
    #expect(sums[2] == 0)
    #expect(try qsgd.compress([0, 0, 0, 0], using: &generator).norm == 0)
  }

  @Test("Random coordinates are unbiased over seeds, the same for one seed, each as likely")
  func randomSparsification() throws {
    let update = [1.0, -2, 3, 4, 5]
    var generator = SimulationGenerator(seed: 1)
    var sums = [0.0, 0, 0, 0, 0]
    for seed in 0..<20_000 as Range<UInt64> {
      let compressor = try RandomSparsification(
        dimension: 5, count: 2, seed: seed, scaling: .unbiased)
      let decoded = try compressor.decompress(compressor.compress(update, using: &generator))
      for index in 0..<5 { sums[index] += decoded[index] }
    }
    #expect(largestDifference(sums.map { $0 / 20_000 }, update) < 0.3)
    let one = try RandomSparsification(dimension: 5, count: 2, seed: 1, scaling: .none)
    #expect(one == (try RandomSparsification(dimension: 5, count: 2, seed: 1, scaling: .none)))
    let all = try RandomSparsification(dimension: 5, count: 5, seed: 4, scaling: .none)
    #expect(try all.decompress(all.compress(update, using: &generator)) == update)
  }

  @Test("Error feedback loses nothing: what was sent and what is left is what came")
  func errorFeedback() throws {
    var generator = SimulationGenerator(seed: 5)
    var memory = try ErrorFeedback(dimension: 20)
    var (came, sent) = ([Double](repeating: 0, count: 20), [Double](repeating: 0, count: 20))
    for round in 0..<50 as Range<UInt64> {
      let update = Self.vector(20, using: &generator)
      let compressor = try RandomSparsification(
        dimension: 20, count: 4, seed: round, scaling: .none)
      let message = try memory.compress(update, by: compressor, using: &generator)
      for (index, value) in try compressor.decompress(message).enumerated() {
        sent[index] += value
        came[index] += update[index]
      }
    }
    let total = zip(sent, memory.residual).map { $0 + $1 }
    #expect(largestDifference(total, came) < 1e-12)
    let before = memory
    let compressor = try RandomSparsification(dimension: 20, count: 4, seed: 1, scaling: .none)
    #expect(throws: FLMathError.self) {
      try memory.compress([Double](repeating: .nan, count: 20), by: compressor, using: &generator)
    }
    #expect(memory == before)
  }

  @Test("The ledger adds up, and does not overflow")
  func ledger() throws {
    var ledger = BitLedger()
    ledger.record(bits: 100, messages: 7, .up, inRound: 1)
    ledger.record(bits: 10, .down, inRound: 1)
    ledger.record(bits: 1, .up, inRound: 3)
    #expect(ledger.rounds[1]?.up == 700 && ledger.rounds[1]?.down == 10)
    #expect(ledger.rounds[2] == nil)
    #expect(ledger.total.up == 701 && ledger.total.down == 10)
    #expect(try Codec.roundTrip(ledger) == ledger)
    ledger.record(bits: -5, .up, inRound: 3)
    #expect(ledger.total.up == 701)
    for _ in 0..<3 { ledger.record(bits: .max, messages: 2, .down, inRound: 4) }
    #expect(ledger.total.down == .max)
  }

  @Test("Sizes")
  func sizes() throws {
    var generator = SimulationGenerator(seed: 5)
    let update = Self.vector(1000, using: &generator)
    let top = try TopCoordinates(dimension: 1000, count: 10)
    #expect(top.bits(of: try top.compress(update, using: &generator)) == 10 * (64 + 10))
    let random = try RandomSparsification(dimension: 1000, count: 10, seed: 1, scaling: .none)
    #expect(random.bits(of: try random.compress(update, using: &generator)) == 640)
    let quantization = try StochasticQuantization(
      dimension: 1000, lower: -1, upper: 1, bitsPerElement: 8)
    #expect(quantization.bits(of: try quantization.compress(update, using: &generator)) == 8000)
    let drive = try DRIVE(dimension: 1000, seed: 1, scale: .unbiased)
    #expect(drive.bits(of: try drive.compress(update, using: &generator)) == 1024 + 64)
  }

  @Test("Refuses what it cannot compress or decompress")
  func refusals() throws {
    var generator = SimulationGenerator(seed: 5)
    let quantization = try StochasticQuantization(
      dimension: 2, lower: -1, upper: 1, bitsPerElement: 8)
    #expect(throws: FLMathError.compression(.nonFinite(index: 1, found: .infinity))) {
      try quantization.compress([0, .infinity], using: &generator)
    }
    #expect(throws: FLMathError.compression(.tooLong)) {
      try quantization.compress([0, 1e302], using: &generator)
    }
    #expect(throws: FLMathError.compression(.dimensionMismatch(expected: 2, found: 1))) {
      try quantization.compress([0], using: &generator)
    }
    #expect(throws: FLMathError.compression(.sumOutOfRange(index: 1, maximum: 510, found: 511))) {
      try quantization.decompressSum([0, 511], contributors: 2)
    }
    for contributors in [0, -1, Int.max] {
      #expect(throws: FLMathError.self) {
        try quantization.decompressSum([0, 0], contributors: contributors)
      }
    }
    for (lower, upper) in [(1, 1), (2, 1), (.nan, 1), (0, .infinity)] as [(Double, Double)] {
      #expect(throws: FLMathError.self) {
        try StochasticQuantization(dimension: 1, lower: lower, upper: upper, bitsPerElement: 2)
      }
    }
    for bits in [0, 53] {
      #expect(throws: FLMathError.compression(.invalidBits(maximum: 52, found: bits))) {
        try StochasticQuantization(dimension: 1, lower: 0, upper: 1, bitsPerElement: bits)
      }
    }
    #expect(throws: FLMathError.self) { try HadamardRotation(dimension: 0, seed: 1) }
    #expect(throws: FLMathError.self) { try HadamardRotation(dimension: .max, seed: 1) }
    for count in [0, 3] {
      #expect(throws: FLMathError.compression(.invalidCount(maximum: 2, found: count))) {
        try TopCoordinates(dimension: 2, count: count)
      }
      #expect(throws: FLMathError.compression(.invalidCount(maximum: 2, found: count))) {
        try RandomSparsification(dimension: 2, count: count, seed: 1, scaling: .none)
      }
    }
    let qsgd = try QSGD(dimension: 2, levels: 4)
    #expect(throws: FLMathError.compression(.levelOutOfRange(index: 1, maximum: 4, found: -5))) {
      try qsgd.decompress(QSGD.Message(norm: 1, levels: [4, -5]))
    }
    #expect(throws: FLMathError.self) {
      try qsgd.decompress(QSGD.Message(norm: .nan, levels: [4, -4]))
    }
    #expect(throws: FLMathError.self) {
      try qsgd.decompress(QSGD.Message(norm: 1, levels: [.min, .min]))
    }
    #expect(throws: FLMathError.self) { try QSGD(dimension: 2, levels: 0) }
    for indices in [[1, 0], [0, 0], [0, 2], [-1, 0], [0]] {
      #expect(throws: FLMathError.compression(.invalidIndices)) {
        try SparseVector(dimension: 2, indices: indices, values: [1, 2])
      }
    }
    let drive = try DRIVE(dimension: 2, seed: 1, scale: .leastError)
    #expect(throws: FLMathError.self) {
      try drive.decompress(DRIVE.Message(scale: 1, signs: []))
    }
    #expect(throws: FLMathError.self) {
      try drive.decompress(DRIVE.Message(scale: .infinity, signs: [0]))
    }
    #expect(try drive.decompress(drive.compress([0, 0], using: &generator)) == [0, 0])
  }
}
