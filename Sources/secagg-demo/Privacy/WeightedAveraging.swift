import FLMath
import SecAgg

/// Federated averaging as it is: updates count by their numbers of examples, and nothing is added.
struct WeightedAveraging: RoundAveraging {
  let secure: SecureFedAvg
  let seeds: SimulationSeeds

  var layout: VectorLayout { secure.layout }

  func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest {
    secure.applicationContext(model: model, round: round, task: task)
  }

  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector {
    var generator = seeds.generator(.rounding, round: round, client: Int(client.rawValue))
    return try secure.encode(update, using: &generator)
  }

  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean {
    try secure.decode(aggregate)
  }

  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping? {
    try secure.clippingCounts(of: aggregate).map { TrainingRecord.Clipping($0, of: secure) }
  }

  func event() -> PrivacyEvent? { nil }

  var clip: Double? { nil }
}
