import FLMath
import Testing

@Suite("Adaptive clipping and the fixed denominator")
struct AdaptiveClippingTests {
  @Test("The bound follows the published trace")
  func trace() throws {
    let reference = try ReferenceValues.file("dp_distributed")("adaptive_clip_trace")
    var clipping = try AdaptiveClipping(
      initialBound: reference.number("initial_clip"),
      quantile: reference.number("target_quantile"), learningRate: reference.number("lr"))
    let norms = try reference.list("client_norms")
    for (row, clients) in zip(try reference.list("trace"), norms) {
      #expect(relativeError(clipping.bound, try row.number("clip")) < 1e-12)
      let bits = try clients.list.map { clipping.clipBit(norm: try $0.number) }
      let share = bits.reduce(0, +) / Double(bits.count) + 0.5
      #expect(abs(share - (try row.number("fraction_below"))) < 1e-12)
      try clipping.update(noisySum: bits.reduce(0, +), clients: Double(bits.count))
    }
    let last = try #require(try reference.list("trace").last)
    #expect(relativeError(clipping.bound, try last.number("clip")) < 1e-12)
  }

  @Test("The noise is split as Andrew et al. 2021 split it")
  func noiseSplit() throws {
    for row in try ReferenceValues.file("dp_distributed").list("adaptive_clip_noise_split") {
      let multiplier = try AdaptiveClipping.updateNoiseMultiplier(
        noiseMultiplier: row.number("noise_multiplier"),
        countStandardDeviation: row.number("clipped_count_stddev"))
      #expect(relativeError(multiplier, try row.number("value_noise_multiplier")) < 1e-12)
    }
    #expect(throws: FLMathError.privacy(.clippedCountTooPrecise(minimum: 1, found: 1))) {
      try AdaptiveClipping.updateNoiseMultiplier(noiseMultiplier: 2, countStandardDeviation: 1)
    }
  }

  @Test("A clip bit as one more coordinate: together they have the noise multiplier of the whole")
  func joined() throws {
    let clipping = try AdaptiveClipping(initialBound: 0.3, quantile: 0.5, learningRate: 0.2)
    let update = try AdaptiveClipping.updateNoiseMultiplier(
      noiseMultiplier: 1.2, countStandardDeviation: 4)
    let weight = try clipping.clipBitWeight(
      updateNoiseMultiplier: update, countStandardDeviation: 4)
    let deviation = update * 0.3
    #expect(relativeError(deviation / weight, 4) < 1e-14)
    #expect(relativeError(deviation / clipping.joinedNorm(weight: weight), 1.2) < 1e-14)
  }

  @Test("The bound settles at the quantile of the norms")
  func settles() throws {
    var clipping = try AdaptiveClipping(initialBound: 0.01, quantile: 0.7, learningRate: 0.2)
    for _ in 0..<400 {
      let sum = (0..<1000).reduce(0.0) { $0 + clipping.clipBit(norm: Double($1) / 100) }
      try clipping.update(noisySum: sum, clients: 1000)
    }
    #expect(abs(clipping.bound - 7) < 0.05)
  }

  @Test("A bound that would leave the range of Double is refused and nothing changes")
  func refusals() throws {
    var clipping = try AdaptiveClipping(initialBound: 1, quantile: 0.5, learningRate: 0.2)
    #expect(throws: FLMathError.self) {
      try clipping.update(noisySum: -.infinity, clients: 1)
    }
    #expect(throws: FLMathError.self) {
      try clipping.update(noisySum: 1e9, clients: 1)
    }
    #expect(throws: FLMathError.self) { try clipping.update(noisySum: 1, clients: 0) }
    #expect(clipping.bound == 1)
    #expect(throws: FLMathError.self) {
      try AdaptiveClipping(initialBound: 0, quantile: 0.5, learningRate: 0.2)
    }
    #expect(throws: FLMathError.self) {
      try AdaptiveClipping(initialBound: 1, quantile: 1.5, learningRate: 0.2)
    }
  }

  @Test("The mean has the public denominator, and its sensitivity depends on nobody")
  func fixedDenominator() throws {
    let mean = try FixedDenominatorMean(clipping: L2Clipping(bound: 3), denominator: 40)
    #expect(mean.mean(ofSum: [80, -20]) == [2, -0.5])
    #expect(mean.sensitivity(under: .addOrRemove) == 0.075)
    #expect(mean.sensitivity(under: .replace) == 0.15)
    #expect(throws: FLMathError.privacy(.outOfRange(.denominator, found: 0))) {
      try FixedDenominatorMean(clipping: L2Clipping(bound: 3), denominator: 0)
    }
  }
}
