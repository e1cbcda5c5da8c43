import FLMath
import SecAgg
import SimulatedSessions

/// Federated averaging by secure rounds of any clients. The same rounds of the same clients give the same model bit for
/// bit, from any checkpoint.
struct SecureTraining: Sendable {
  let population: Population<SoftmaxRegression>
  /// The share of the clients that leave at each of three points.
  let dropout: Double
  let clippingBound = 8.0

  /// The dropouts of a round.
  enum Leaving: Sendable {
    /// Clients at each of three points, so that some are not in the sum.
    case anywhere
    /// As many, but only after their input has arrived. So the contributors are known beforehand, which a repeated round
    /// needs.
    case afterMaskedInput
  }

  /// A model during training, and the work so far.
  struct State: Sendable {
    var model: ParameterVector
    /// Trainings by clients so far.
    var trainings = 0
    var sumsEqual = true
    /// The single updates in the last round's sum. Only a simulation has them.
    var updates: [(contributor: UInt32, update: ClientUpdate)] = []

    init(_ model: ParameterVector) { self.model = model }
  }

  /// A sum that was released.
  struct Released {
    let contributors: [ClientID]
    let parameters: SessionParameters
  }

  /// Carries out one round of these clients (from 1), at least three.
  ///
  /// - Returns: the released sum; nil if too many clients dropped out. Then the model does not change.
  @discardableResult
  func round(
    _ state: inout State, _ number: Int, _ clients: [UInt32], leaving: Leaving
  ) async throws -> Released? {
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
      inputs, layout: secure.layout, minimumContributors: 2,
      leaving: self.leaving(leaving, clients: clients.count, round: number),
      context: secure.applicationContext(
        of: Broadcast(model: state.model, round: number), task: "erase"))
    state.updates = []
    guard let aggregate = sum.aggregate else { return nil }
    var engine = try FederatedAveraging(model: state.model)
    try engine.apply(secure.decode(aggregate))
    state.model = engine.model
    state.trainings += aggregate.contributors.count
    if sum.sumsEqual == false { state.sumsEqual = false }
    state.updates = aggregate.contributors.map { id in
      (contributor: clients[Int(id.rawValue) - 1], update: updates[Int(id.rawValue) - 1])
    }
    return Released(contributors: aggregate.contributors, parameters: sum.parameters)
  }

  /// Carries out rounds, each with its clients.
  ///
  /// - Throws: `NotReplayed` if a repeated round has other contributors.
  func replay(
    _ rounds: [(number: Int, clients: [UInt32])], from state: State, leaving: Leaving,
    afterRound: (Int, [UInt32], ParameterVector, Released?) throws -> Void
  ) async throws -> State {
    var state = state
    for replayed in rounds where !replayed.clients.isEmpty {
      let before = state.model
      let released = try await round(
        &state, replayed.number, replayed.clients, leaving: leaving)
      if leaving == .afterMaskedInput, released?.contributors.count != replayed.clients.count {
        throw NotReplayed(round: replayed.number)
      }
      try afterRound(replayed.number, replayed.clients, before, released)
    }
    return state
  }

  private func leaving(
    _ leaving: Leaving, clients: Int, round: Int
  ) -> [ClientID: LeavingPoint] {
    guard clients >= LeavingPoint.smallestCohort else { return [:] }
    var generator = population.seeds.generator(.leaving, round: round)
    return switch leaving {
    case .anywhere: LeavingPoint.draw(clients: clients, share: dropout, using: &generator)
    case .afterMaskedInput:
      LeavingPoint.draw(
        clients: clients, shares: [.afterMaskedInput: dropout], using: &generator)
    }
  }

  /// A round that is trained again came out with other clients.
  struct NotReplayed: Error, CustomStringConvertible {
    let round: Int
    var description: String {
      "round \(round + 1) has no sum without the client: too many have left; lower --dropout"
    }
  }
}
