import FLMath
import SecAgg
import SimulatedSessions

extension ComparisonRun {
  /// Trains by federated averaging with compressed updates, every round through a secure session of the
  /// compressors' messages.
  ///
  /// - Parameter afterRound: called with the number of rounds that are done.
  func run(
    _ option: CompressionOption, afterRound: (Int) -> Void
  ) async throws -> ComparisonRecord.Run {
    var engine = try FederatedAveraging(model: population.initialModel)
    var record = ComparisonRecord.Run(algorithm: option.rawValue, name: option.title)
    let dimension = engine.model.layout.count
    var feedback = [ErrorFeedback](
      repeating: try ErrorFeedback(dimension: dimension), count: population.count)
    for round in 1...settings.rounds {
      let updates = try await population.updates(
        of: Array(0..<population.count), from: engine.model, round: round)
      // Public, the same for all, and another one in each round.
      var shared = population.seeds.generator(.compression, round: round)
      let seed = shared.next()
      let context = Session(model: engine.model, round: round, seed: seed)
      let outcome: Outcome
      switch option {
      case .quantized:
        outcome = try await quantized(
          updates, in: context, bits: CompressionOption.quantizedBits,
          by: StochasticQuantization(
            dimension: dimension, lower: -settings.quantizationBound,
            upper: settings.quantizationBound,
            bitsPerElement: CompressionOption.quantizedBits))
      case .rotated:
        let rotation = try HadamardRotation(dimension: dimension, seed: seed)
        outcome = try await quantized(
          updates, in: context, bits: CompressionOption.rotatedBits,
          by: CompressorChain(
            rotation,
            then: StochasticQuantization(
              dimension: rotation.messageCount, lower: -settings.quantizationBound / 4,
              upper: settings.quantizationBound / 4,
              bitsPerElement: CompressionOption.rotatedBits)))
      case .randomK:
        outcome = try await sparsified(updates, in: context, dimension: dimension, &feedback)
      }
      if outcome.sum.sumsEqual == false { record.sumsEqual = false }
      if let mean = outcome.mean {
        try engine.apply(mean)
        record.roundsApplied += 1
      }
      record.add(
        outcome.sum, clients: population.count, parameters: dimension,
        accuracy: try population.accuracy(engine.model))
      afterRound(round)
    }
    return record
  }

  /// The public inputs of a round's session.
  private struct Session {
    let model: ParameterVector
    let round: Int
    let seed: UInt64
  }

  /// The outcome of the session.
  private struct Outcome {
    let sum: SecureSum
    let mean: WeightedMean?
  }

  /// Codes of one range for all, added up as they are. All codes weigh the same, so a client multiplies
  /// its update by its examples over the mean number of examples, which is public.
  private func quantized<Compressor: LinearCompressor>(
    _ updates: [ClientUpdate], in session: Session, bits: Int, by compressor: Compressor
  ) async throws -> Outcome where Compressor.Element == UInt64 {
    let secure = try QuantizedEncoder(
      compressor, bitsPerElement: bits, maximumContributors: population.count)
    let meanWeight = Double(population.data.training.count) / Double(population.count)
    let inputs = try updates.enumerated().map { client, update in
      var generator = roundingGenerator(session.round, client)
      return try secure.encode(
        update.delta.map { $0 * Double(update.weight) / meanWeight }, using: &generator)
    }
    let sum = try await self.sum(inputs, by: secure, session)
    return Outcome(sum: sum, mean: try sum.aggregate.map { try secure.decode($0) })
  }

  /// The same coordinates of all clients; what is left out is sent in a later round.
  private func sparsified(
    _ updates: [ClientUpdate], in session: Session, dimension: Int,
    _ feedback: inout [ErrorFeedback]
  ) async throws -> Outcome {
    let compressor = try RandomSparsification(
      dimension: dimension,
      count: Int((Double(dimension) * CompressionOption.sentShare).rounded()), seed: session.seed,
      scaling: .none)
    let secure = try CompressedEncoder(
      compressor, clippingBound: settings.clippingBound,
      maximumWeight: UInt64(population.largestShard), maximumContributors: population.count,
      minimumValueBits: settings.valueBits)
    var next = feedback
    let inputs = try updates.enumerated().map { client, update in
      var generator = roundingGenerator(session.round, client)
      return try secure.encode(update, with: &next[client], using: &generator)
    }
    let sum = try await self.sum(inputs, by: secure, session)
    // A client whose message was lost has sent nothing.
    for id in sum.aggregate?.contributors ?? [] {
      feedback[Int(id.rawValue) - 1] = next[Int(id.rawValue) - 1]
    }
    return Outcome(sum: sum, mean: try sum.aggregate.map { try secure.decode($0) })
  }

  private func roundingGenerator(_ round: Int, _ client: Int) -> SimulationGenerator {
    population.seeds.generator(.rounding, round: round, client: client + 1)
  }

  private func sum(
    _ inputs: [PackedVector], by encoder: some VectorEncoder, _ session: Session
  ) async throws -> SecureSum {
    try await SecureSum.run(
      inputs, layout: encoder.layout, minimumContributors: 2, leaving: leaving(in: session.round),
      context: encoder.applicationContext(
        of: Broadcast(model: session.model, round: session.round),
        task: "compare, seed \(session.seed)"))
  }
}
