import FLMath
import Testing

@testable import SecAgg

/// What the server receives of one client looks like noise, whatever the client's vector is.
///
/// The vectors are masked by the real clients of real sessions. See `ChiSquare` for the bound: each
/// comparison raises a false alarm at most once in 10^9.
@Suite("Uniformity of masked vectors")
struct MaskUniformityTests {
  private static let elementCount = 2000

  private enum Input: CaseIterable {
    case zeros
    case ramp
    case maximal
  }

  private func elements(_ input: Input, _ parameters: SessionParameters) -> [UInt64] {
    let largest = parameters.layout.lanes.maximumSum(contributors: 1)
    return (0..<Self.elementCount).map { index in
      switch input {
      case .zeros: 0
      case .ramp: UInt64(index) % (largest + 1)
      case .maximal: largest
      }
    }
  }

  private func bytes(of words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(word >> UInt64(8 * $0) & 255) } }
  }

  /// All masked bytes of client 1 over several sessions, the contributor count included.
  private func maskedHistogram(_ input: Input, sessions: Int) throws -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for _ in 0..<sessions {
      let parameters = try testParameters(
        cohortSize: 3, threshold: 2, elementCount: Self.elementCount)
      let vector = try PackedVector(elements(input, parameters), layout: parameters.layout)
      var inputs: [ClientID: PackedVector] = [:]
      for id in ClientID.all(cohortSize: 3) { inputs[id] = vector }
      var session = try SimulatedSession(parameters: parameters, inputs: inputs)
      var masked: [UInt64] = []
      session.onTheWay = { message in
        if case .maskedInput(let input) = message, input.sender.rawValue == 1 {
          masked = input.words
        }
        return message
      }
      _ = try session.run()
      try #require(masked.count == parameters.layout.wordCount)
      for (value, count) in ChiSquare.histogram(of: bytes(of: masked)).enumerated() {
        counts[value] += count
      }
    }
    return counts
  }

  @Test("masked bytes are uniform for every input, and alike")
  func uniform() throws {
    let histograms = try Input.allCases.map { try maskedHistogram($0, sessions: 12) }
    for histogram in histograms { #expect(ChiSquare.areUniform(histogram)) }
    for (index, histogram) in histograms.enumerated() {
      for other in histograms[(index + 1)...] { #expect(ChiSquare.areAlike(histogram, other)) }
    }
  }

  @Test("the same statistics notice vectors that are not masked")
  func noticesUnmasked() throws {
    let parameters = try testParameters(
      cohortSize: 3, threshold: 2, elementCount: Self.elementCount)
    let histograms = try Input.allCases.map { input in
      let vector = try PackedVector(elements(input, parameters), layout: parameters.layout)
      let words = MaskCombination.testing([]).applied(to: vector.words)
      return ChiSquare.histogram(of: bytes(of: words))
    }
    for histogram in histograms { #expect(!ChiSquare.areUniform(histogram)) }
    for (index, histogram) in histograms.enumerated() {
      for other in histograms[(index + 1)...] { #expect(!ChiSquare.areAlike(histogram, other)) }
    }
  }

  /// 256 seeds; at each byte of the vector, the values over all seeds.
  @Test("each byte of a masked vector is uniform over seeds", arguments: [UInt64(0), 0x0101])
  func everyByte(word: UInt64) {
    var generator = SimulationGenerator(seed: 256)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 80)
    for _ in 0..<4096 {
      let masks = MaskCombination.testing([(.add, OctetString.random(32, &generator))])
      let words = masks.applied(to: [UInt64](repeating: word, count: 10))
      for (place, byte) in bytes(of: words).enumerated() { counts[place][Int(byte)] += 1 }
    }
    for (place, counts) in counts.enumerated() {
      #expect(ChiSquare.areUniform(counts), "seed 256, byte \(place)")
    }
  }

  @Test("two sessions mask the same vector differently in nearly every byte")
  func freshMasks() throws {
    var masked: [[UInt8]] = []
    for _ in 0..<2 {
      let parameters = try testParameters(
        cohortSize: 3, threshold: 2, elementCount: Self.elementCount)
      var session = try SimulatedSession(parameters: parameters, seed: 1)
      var words: [UInt64] = []
      session.onTheWay = { message in
        if case .maskedInput(let input) = message, input.sender.rawValue == 2 {
          words = input.words
        }
        return message
      }
      _ = try session.run()
      masked.append(bytes(of: words))
    }
    let equal = zip(masked[0], masked[1]).count { $0 == $1 }
    // Of 5,344 bytes 21 agree by chance; 100 do so less than once in 10^30.
    #expect(masked[0].count == 5344)
    #expect(equal < 100)
  }
}
