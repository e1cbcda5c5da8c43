import FLMath
@testable import SecAgg
import SecAggWire

/// What happens to a vector of a million elements beside masking it.
enum PathBenchmarks {
  private static let elementCount = 1_000_000

  static func run(_ results: inout Results) throws {
    let secure = try SecureFedAvg(
      parameterCount: elementCount, clippingBound: 1, normBound: 100, maximumWeight: 64,
      maximumContributors: 100)
    var generator = SimulationGenerator(seed: 1)
    let delta = (0..<elementCount).map { _ in Double.random(in: -0.1...0.1, using: &generator) }
    let update = ClientUpdate(delta: delta, weight: 32)
    let layout = secure.layout
    func add(_ name: String, _ body: () throws -> Void) rethrows {
      var failure: (any Error)?
      let seconds = Stopwatch.samples(runs: 9) {
        do { try body() } catch { failure = error }
      }
      if let failure { print("  \(name): \(failure)") }
      results.add(
        Figure("Path of 10^6 elements", name, unit: "ms", seconds: seconds, perSecond: 1e3))
    }
    try add("encode: clip, weigh, round at random, pack") {
      _ = try secure.encode(update)
    }
    let vector = try secure.encode(update)
    let elements = vector.elements.unsigned ?? []
    try add("pack") { _ = try PackedVector(elements, layout: layout) }
    add("unpack") { _ = vector.elements }
    let sender = ClientID.all(cohortSize: 1)[0]
    let message = ClientMessage.maskedInput(
      MaskedInput(
        session: SessionParameters.applicationContext(of: []), sender: sender,
        words: vector.words))
    let bytes = try message.serialized()
    try add("serialise a masked input, checksum included") { _ = try message.serialized() }
    try add("parse it, checksum included") {
      _ = try ClientMessage(serialized: bytes, from: sender)
    }
    var sum = MaskedSum(wordCount: layout.wordCount)
    let words = vector.words
    add("add it to the sum") { sum.add(words) }
    let total = MaskedSum(words: words)
    let session = try SessionParameters(
      cohortSize: 100, threshold: 51, layout: layout, minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: []))
    try add("check and unpack the aggregate") {
      _ = try UnmaskedAggregate(total, of: session, contributors: [sender], faults: [])
    }
    let aggregate = try UnmaskedAggregate(total, of: session, contributors: [sender], faults: [])
    try add("decode the mean") { _ = try secure.decode(aggregate) }
  }
}
