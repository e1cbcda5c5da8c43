import FLMath
import Testing

@testable import SecAgg

/// Compressors whose messages add up, through whole sessions with dropouts.
///
/// Those whose messages do not, `TopCoordinates`, `DRIVE` and `QSGD`, are no `LinearCompressor`:
/// `CompressedEncoder(TopCoordinates(...), ...)` does not compile. That they do not conform is
/// tested at run time below, since a test cannot hold what does not compile.
@Suite("Compression under secure aggregation")
struct CompressingEncoderTests {
  private static let clients = 6
  private static let dimension = 40

  private func updates(_ generator: inout SimulationGenerator) -> [ClientUpdate] {
    (1...Self.clients).map { client in
      ClientUpdate(
        delta: (0..<Self.dimension).map { _ in Double.random(in: -0.9...0.9, using: &generator) },
        weight: UInt64(client))
    }
  }

  private func aggregate(
    _ vectors: [PackedVector], layout: VectorLayout
  ) throws -> UnmaskedAggregate {
    let parameters = try SessionParameters(
      cohortSize: Self.clients, threshold: 3, layout: layout, minimumContributors: 3,
      applicationContext: SessionParameters.applicationContext(of: []))
    let ids = ClientID.all(cohortSize: Self.clients)
    var session = try SimulatedSession(
      parameters: parameters, inputs: Dictionary(uniqueKeysWithValues: zip(ids, vectors)))
    return try session.run(leaving: [ids[2]: .beforeMaskedInput, ids[4]: .beforeUnmasking])
  }

  @Test("random-k with a seed for all: the weighted mean at the same places")
  func randomSparsification() throws {
    var generator = SimulationGenerator(seed: 3)
    let updates = updates(&generator)
    let compressor = try RandomSparsification(
      dimension: Self.dimension, count: 10, seed: 99, scaling: .unbiased)
    let secure = try CompressedEncoder(
      compressor, clippingBound: 1, maximumWeight: 6, maximumContributors: Self.clients,
      minimumValueBits: 24)
    #expect(secure.layout.elementCount < Self.dimension)
    let vectors = try updates.map { try secure.encode($0, using: &generator) }
    let found = try secure.decode(aggregate(vectors, layout: secure.layout))
    let mean = try WeightedMean.of(
      updates.enumerated().filter { $0.offset != 2 }.map { (UInt32($0.offset + 1), $0.element) })
    #expect(found.contributors == mean.contributors)
    #expect(found.totalWeight == 18)
    let bound = 5 * secure.secure.codec.step * 6 / 18 * 4 * 1.001
    for index in 0..<Self.dimension {
      let expected = compressor.indices.contains(index) ? 4 * mean.mean[index] : 0
      #expect(abs(found.mean[index] - expected) <= bound)
    }
  }

  @Test("random-k with error feedback: what is sent and what is left make the update")
  func errorFeedback() throws {
    var generator = SimulationGenerator(seed: 6)
    let updates = updates(&generator)
    var feedback = try [ErrorFeedback](
      repeating: ErrorFeedback(dimension: Self.dimension), count: Self.clients)
    var sent = [[Double]](
      repeating: [Double](repeating: 0, count: Self.dimension), count: Self.clients)
    for round in 1...3 {
      let compressor = try RandomSparsification(
        dimension: Self.dimension, count: 10, seed: UInt64(round), scaling: .none)
      let secure = try CompressedEncoder(
        compressor, clippingBound: 4, maximumWeight: 6, maximumContributors: Self.clients,
        minimumValueBits: 30)
      let before = feedback.map(\.residual)
      var vectors: [PackedVector] = []
      for client in updates.indices {
        vectors.append(
          try secure.encode(updates[client], with: &feedback[client], using: &generator))
      }
      let found = try secure.decode(aggregate(vectors, layout: secure.layout))
      for index in 0..<Self.dimension {
        // The third client's input did not arrive: its message is in no sum.
        let parts = updates.indices.filter { $0 != 2 }.map { client in
          Double(updates[client].weight) * (updates[client].delta[index] + before[client][index])
        }
        let expected = compressor.indices.contains(index) ? parts.reduce(0, +) / 18 : 0
        #expect(abs(found.mean[index] - expected) <= 1e-6)
        for client in updates.indices where compressor.indices.contains(index) {
          sent[client][index] += updates[client].delta[index] + before[client][index]
        }
      }
      for client in updates.indices {
        for index in 0..<Self.dimension {
          let whole = Double(round) * updates[client].delta[index]
          #expect(abs(sent[client][index] + feedback[client].residual[index] - whole) <= 1e-12)
        }
      }
    }
    let last = feedback[0]
    let wide = try CompressedEncoder(
      RandomSparsification(dimension: Self.dimension, count: 10, seed: 1, scaling: .none),
      clippingBound: 4, maximumWeight: 6, maximumContributors: Self.clients)
    #expect(throws: EncoderError.encoding(.weight(found: 7, maximum: 6))) {
      try wide.encode(
        ClientUpdate(delta: updates[0].delta, weight: 7), with: &feedback[0], using: &generator)
    }
    #expect(feedback[0] == last)
  }

  @Test("quantisation: the sum of codes is decoded, within a step of the mean")
  func quantisation() throws {
    var generator = SimulationGenerator(seed: 4)
    let updates = updates(&generator)
    let compressor = try StochasticQuantization(
      dimension: Self.dimension, lower: -1, upper: 1, bitsPerElement: 8)
    let secure = try QuantizedEncoder(
      compressor, bitsPerElement: 8, maximumContributors: Self.clients)
    let vectors = try updates.map { try secure.encode($0.delta, using: &generator) }
    let found = try secure.decode(aggregate(vectors, layout: secure.layout))
    let mean = try WeightedMean.of(
      updates.enumerated().filter { $0.offset != 2 }.map {
        (UInt32($0.offset + 1), ClientUpdate(delta: $0.element.delta, weight: 1))
      })
    #expect(found.contributors == mean.contributors)
    #expect(found.totalWeight == 5)
    for (value, expected) in zip(found.mean, mean.mean) {
      #expect(abs(value - expected) <= compressor.step * 1.001)
    }
    #expect(found.mean != mean.mean)
  }

  @Test("codes beyond the session's bits are refused")
  func tooManyBits() throws {
    var generator = SimulationGenerator(seed: 5)
    let compressor = try StochasticQuantization(
      dimension: 2, lower: -1, upper: 1, bitsPerElement: 40)
    let secure = try QuantizedEncoder(
      compressor, bitsPerElement: 8, maximumContributors: Self.clients)
    #expect(throws: EncoderError.self) {
      try secure.encode([1, 1], using: &generator)
    }
  }

  @Test("top-k, DRIVE and QSGD are not linear, so they do not compile in a session")
  func nonlinear() throws {
    let compressors: [any UpdateCompressor] = [
      try TopCoordinates(dimension: 4, count: 2),
      try DRIVE(dimension: 4, seed: 1, scale: .unbiased), try QSGD(dimension: 4, levels: 4),
    ]
    for compressor in compressors { #expect(!(compressor is any LinearCompressor)) }
    let linear: any UpdateCompressor = try RandomSparsification(
      dimension: 4, count: 2, seed: 1, scaling: .none)
    #expect(linear is any LinearCompressor)
  }
}
