import Testing

@testable import FLMath

@Suite("Compression against references")
struct CompressionReferenceTests {
  private static let tolerance = 1e-12

  private func reference(_ name: String) throws -> RobustnessReference {
    try RobustnessReference(file: "compression.json")[name]
  }

  @Test("Walsh-Hadamard transform")
  func transform() throws {
    let one = try reference("fwht")
    let x = try one["x"].doubles
    let plain = HadamardRotation(signs: x.map { _ in 1 })
    #expect(largestDifference(try plain.rotated(x), try one["y"].doubles) <= Self.tolerance)
  }

  @Test(
    "The transform of any number of elements is its matrix", arguments: [1, 2, 3, 4, 7, 8, 100])
  func transformMatrix(dimension: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(dimension))
    let x = (0..<dimension).map { _ in Double.random(in: -1...1, using: &generator) }
    let rotation = HadamardRotation(signs: x.map { _ in 1 })
    let size = rotation.messageCount
    #expect(size >= dimension && size < 2 * dimension && size.nonzeroBitCount == 1)
    // Entry (i, j) is 1, or -1 where i and j share an odd number of ones (Sylvester's matrix).
    let expected = (0..<size).map { i in
      x.indices.reduce(0) { $0 + ((i & $1).nonzeroBitCount % 2 == 0 ? x[$1] : -x[$1]) }
        / Double(size).squareRoot()
    }
    #expect(largestDifference(try rotation.rotated(x), expected) <= Self.tolerance)
    #expect(largestDifference(try rotation.decompress(expected), x) <= Self.tolerance)
  }

  @Test("Rotation with given signs")
  func rotation() throws {
    let one = try reference("randomized")
    let (x, rotation) = (try one["x"].doubles, HadamardRotation(signs: try one["signs"].doubles))
    let rotated = try rotation.rotated(x)
    #expect(largestDifference(rotated, try one["y"].doubles) <= Self.tolerance)
    #expect(largestDifference(try rotation.decompress(rotated), x) <= Self.tolerance)
  }

  @Test("DRIVE with both scales")
  func drive() throws {
    let one = try reference("drive")
    let x = try one["x"].doubles
    let rotation = HadamardRotation(signs: try one["signs"].doubles)
    var generator = SimulationGenerator(seed: 1)
    for (scale, name) in [(DRIVE.Scale.unbiased, "unbiased"), (.leastError, "min_mse")] {
      let drive = DRIVE(rotation: rotation, scale: scale)
      let message = try drive.compress(x, using: &generator)
      #expect(abs(message.scale - (try one["scale_\(name)"].double)) <= Self.tolerance)
      let estimate = try drive.decompress(message)
      #expect(largestDifference(estimate, try one["estimate_\(name)"].doubles) <= Self.tolerance)
      let signs = (0..<16).map { (message.signs[0] >> $0) & 1 == 1 ? -1.0 : 1 }
      #expect(signs == (try one["signs_rotated"].doubles))
      #expect(drive.bits(of: message) == 16 + 64)
    }
    let least = DRIVE(rotation: rotation, scale: .leastError)
    let restored = try least.decompress(least.compress(x, using: &generator))
    let error = zip(restored, x).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let square = x.reduce(0) { $0 + $1 * $1 }
    #expect(abs(error / square - (try one["nmse_min"].double)) <= Self.tolerance)
  }

  @Test("QSGD with given uniforms")
  func qsgd() throws {
    let cases = try reference("qsgd").items
    #expect(cases.count == 3)
    for one in cases {
      let x = try one["x"].doubles
      let qsgd = try QSGD(dimension: x.count, levels: one["s"].int)
      var generator = ReplayedUniforms(try one["uniforms"].doubles)
      let message = try qsgd.compress(x, using: &generator)
      #expect(abs(message.norm - (try one["norm"].double)) <= Self.tolerance)
      #expect(message.levels.map(Double.init) == (try one["levels"].doubles))
      let decoded = try qsgd.decompress(message)
      #expect(largestDifference(decoded, try one["decoded"].doubles) <= Self.tolerance)
    }
  }

  @Test("Stochastic uniform quantisation with given uniforms")
  func quantization() throws {
    let cases = try reference("stochastic_uniform").items
    #expect(cases.count == 3)
    for one in cases {
      let x = try one["x"].doubles
      let quantization = try StochasticQuantization(
        dimension: x.count, lower: one["lo"].double, upper: one["hi"].double,
        bitsPerElement: one["bits"].int)
      var generator = ReplayedUniforms(try one["uniforms"].doubles)
      let codes = try quantization.compress(x, using: &generator)
      #expect(codes.map { Double($0) } == (try one["codes"].doubles))
      let decoded = try quantization.decompress(codes)
      #expect(largestDifference(decoded, try one["decoded"].doubles) <= Self.tolerance)
    }
  }

  @Test("Top-k, and its error feedback over rounds")
  func topCoordinates() throws {
    var generator = SimulationGenerator(seed: 1)
    let one = try reference("topk")
    let x = try one["x"].doubles
    let top = try TopCoordinates(dimension: x.count, count: one["k"].int)
    #expect(try top.compress(x, using: &generator).indices == one["idx"].ints)

    let feedback = try reference("error_feedback")
    let gradients = try feedback["grads"].matrix
    let compressor = try TopCoordinates(dimension: 6, count: feedback["k"].int)
    var memory = try ErrorFeedback(dimension: 6)
    for (gradient, step) in zip(gradients, try feedback["steps"].items) {
      let message = try memory.compress(gradient, by: compressor, using: &generator)
      #expect(message.indices == (try step["sent_idx"].ints))
      #expect(largestDifference(message.dense, try step["sent"].doubles) <= Self.tolerance)
      #expect(largestDifference(memory.residual, try step["residual"].doubles) <= Self.tolerance)
    }
  }

  @Test(
    "Elias omega codes",
    arguments: [
      (1, "0"), (2, "100"), (3, "110"), (4, "101000"), (7, "101110"), (8, "1110000"),
      (15, "1111110"), (16, "10100100000"), (100, "1011011001000"), (1000, "11100111111010000"),
      (10_000, "111101100111000100000"),
    ])
  func elias(number: Int, code: String) {
    #expect(EliasOmegaCode.bits(of: number) == code.count)
  }

  @Test("The size of a QSGD message in both codings")
  func qsgdBits() throws {
    let qsgd = try QSGD(dimension: 6, levels: 4)
    let message = QSGD.Message(norm: 1, levels: [0, 0, -3, 1, 0, 0])
    // Distance 3, sign, magnitude 3; distance 1, sign, magnitude 1.
    #expect(qsgd.bits(of: message, coding: .sparse) == 64 + (3 + 1 + 3) + (1 + 1 + 1))
    // Magnitudes plus 1: four times 1; 4 and a sign; 2 and a sign.
    #expect(qsgd.bits(of: message, coding: .dense) == 64 + 4 + (6 + 1) + (3 + 1))
    #expect(qsgd.bits(of: message) == 1 + 74)
  }
}
