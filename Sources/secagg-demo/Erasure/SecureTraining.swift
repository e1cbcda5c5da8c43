import FLMath
import SecAgg

/// Federated averaging by secure rounds of any clients, such that the same rounds of the same clients
/// give the same model bit for bit, from wherever they go on.
struct SecureTraining: Sendable {
  let population: Population<SoftmaxRegression>
  let clippingBound = 8.0

  /// A model on its way, and what it took.
  struct State: Sendable {
    var model: ParameterVector
    /// Trainings by clients so far.
    var trainings = 0
    var sumsEqual = true
    /// The single updates of the last round. Only a simulation has them.
    var updates: [(contributor: UInt32, update: ClientUpdate)] = []

    init(_ model: ParameterVector) { self.model = model }
  }

  /// Carries out one round of these clients (from 1), at least three.
  func round(_ state: inout State, _ number: Int, _ clients: [UInt32]) async throws {
    let updates = try await population.updates(
      of: clients.map { Int($0) - 1 }, from: state.model, round: number)
    let secure = try SecureFedAvg(
      parameterCount: state.model.layout.count, clippingBound: clippingBound,
      maximumWeight: UInt64(population.largestShard), maximumContributors: clients.count,
      minimumValueBits: 24)
    let inputs = try zip(clients, updates).map { client, update in
      var generator = population.seeds.generator(
        .rounding, round: number, client: Int(client))
      return try secure.encode(update, using: &generator)
    }
    let sum = try await SecureSum.run(
      inputs, layout: secure.layout, minimumContributors: clients.count,
      context: secure.applicationContext(model: state.model, round: number, task: "erase"))
    let aggregate = try sum.released()
    var engine = try FederatedAveraging(model: state.model)
    try engine.apply(secure.decode(aggregate))
    state.model = engine.model
    state.trainings += clients.count
    if sum.sumsEqual == false { state.sumsEqual = false }
    state.updates = Array(zip(clients, updates)).map { (contributor: $0, update: $1) }
  }

  /// Carries out rounds, each with its clients.
  func replay(
    _ rounds: [(number: Int, clients: [UInt32])], from state: State, progress: (Int) -> Void
  ) async throws -> State {
    var state = state
    for replayed in rounds where !replayed.clients.isEmpty {
      try await round(&state, replayed.number, replayed.clients)
      progress(1)
    }
    return state
  }
}
