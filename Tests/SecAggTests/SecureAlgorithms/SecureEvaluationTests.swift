import FLMath
import Testing

@testable import SecAgg

/// Histograms of clients through whole sessions with dropouts.
@Suite("Secure evaluation")
struct SecureEvaluationTests {
  private static let clients = 9

  private func model() throws -> ParameterVector {
    .zeros(try ParameterLayout([.init(name: "weights", shape: [3])]))
  }

  private func secure(_ bins: EvaluationBins, valueBits: Int) throws -> AlgorithmEncoder {
    try AlgorithmEncoder(
      bins.contribution, update: 1, path: 1, maximumWeight: 1,
      maximumContributors: Self.clients, minimumValueBits: valueBits)
  }

  /// The aggregate of clients with these values, of which two drop out and one more leaves late.
  private func aggregate(
    _ values: [Double], _ bins: EvaluationBins, _ secure: AlgorithmEncoder
  ) throws -> UnmaskedAggregate {
    let ids = ClientID.all(cohortSize: Self.clients)
    var inputs: [ClientID: PackedVector] = [:]
    for (id, value) in zip(ids, values) {
      inputs[id] = try secure.encode(bins.contribution(of: value))
    }
    let parameters = try SessionParameters(
      cohortSize: Self.clients, threshold: 5, layout: secure.layout,
      minimumContributors: bins.minimumClients,
      applicationContext: secure.applicationContext(
        of: bins.broadcast(of: model(), round: 1), task: "evaluation"))
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    return try session.run(leaving: [
      ids[1]: .beforeMaskedInput, ids[4]: .beforeMaskedInput, ids[8]: .beforeUnmasking,
    ])
  }

  @Test(
    "The counts are those of the contributors, exactly, in lanes of any width",
    arguments: [2, 3, 8, 16, 40, 52], 1...3 as ClosedRange<UInt64>)
  func counts(valueBits: Int, seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let values = (0..<Self.clients).map { _ in Double.random(in: -0.1...1.1, using: &generator) }
    let bins = try EvaluationBins.accuracy(
      bins: 7, includesMoments: false, minimumClients: 5)
    let secure = try secure(bins, valueBits: valueBits)
    let aggregate = try aggregate(values, bins, secure)
    let contributors = aggregate.contributors.map { values[Int($0.rawValue) - 1] }
    #expect(contributors.count == Self.clients - 2)
    let histogram = try bins.histogram(from: secure.decode(aggregate))
    let plain = try bins.histogram(
      from: WeightedMean.of(
        contributors.enumerated().map {
          (UInt32($0.offset), try bins.contribution(of: $0.element))
        }))
    #expect(histogram == plain)
    #expect(histogram.below == contributors.count { $0 < 0 })
    #expect(histogram.above == contributors.count { $0 > 1 })
  }

  @Test("Mean and deviation are right to the steps of the code")
  func moments() throws {
    let values = [0.91, 0.2, 0.955, 0.87, 0.1, 0.62, 0.79, 0.985, 1]
    let bins = try EvaluationBins.accuracy(minimumClients: 5)
    let secure = try secure(bins, valueBits: 40)
    let aggregate = try aggregate(values, bins, secure)
    let contributors = aggregate.contributors.map { values[Int($0.rawValue) - 1] }
    let histogram = try bins.histogram(from: secure.decode(aggregate))
    let mean = contributors.reduce(0, +) / Double(contributors.count)
    let variance =
      contributors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(contributors.count)
    #expect(abs(try #require(histogram.mean) - mean) < 1e-11)
    #expect(abs(try #require(histogram.standardDeviation) - variance.squareRoot()) < 1e-10)
    #expect(histogram.worstDecile.contains(0.62))
  }

  @Test("Other edges or another minimum are another context")
  func context() throws {
    let bins = try EvaluationBins(edges: [0, 0.5, 1], better: .higher, minimumClients: 5)
    let others = [
      try EvaluationBins(edges: [0, 0.6, 1], better: .higher, minimumClients: 5),
      try EvaluationBins(edges: [0, 0.5, 1], better: .higher, minimumClients: 4),
    ]
    func context(_ bins: EvaluationBins) throws -> Digest {
      try secure(bins, valueBits: 16).applicationContext(
        of: bins.broadcast(of: model(), round: 1), task: "evaluation")
    }
    for other in others { #expect(try context(other) != context(bins)) }
    #expect(try context(bins) == context(bins))
  }
}
