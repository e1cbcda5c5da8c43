internal import FLMath
@testable internal import SecAgg

/// From a trained update to the elements of a vector.
enum EncodingCases {
  static func run(_ report: inout Report) throws {
    for normBound in [nil, 0.25] {
      let secure = try SecureFedAvg(
        parameterCount: 1003, clippingBound: 0.5, normBound: normBound, maximumWeight: 64,
        maximumContributors: 100, countsClipping: true, counterCount: 5)
      var generator = SimulationGenerator(seed: 7)
      let delta = (0..<1003).map { _ in Double.random(in: -0.7...0.7, using: &generator) }
      let largest = UInt64(1) << UInt64(secure.layout.lanes.valueBits) - 1
      let counters = (0..<5).map { _ in generator.next() & largest }
      report.check(
        "encoding an update, " + (normBound == nil ? "no norm bound" : "norm bound"),
        secret: "the update, the counters"
      ) {
        Secrecy.classify(delta)
        Secrecy.classify(counters, bits: largest)
        let vector = try secure.encode(
          ClientUpdate(delta: delta, weight: 17), counters: counters)
        return Secrecy.secretBits(of: vector.words)
      }
      let narrow = delta.map(Float.init)
      report.check(
        "encoding an update of float32, " + (normBound == nil ? "no norm bound" : "norm bound"),
        secret: "the update, the counters"
      ) {
        Secrecy.classify(narrow)
        Secrecy.classify(counters, bits: largest)
        let vector = try secure.encode(narrow.span, weight: 17, counters: counters)
        return Secrecy.secretBits(of: vector.words)
      }
    }
  }
}
