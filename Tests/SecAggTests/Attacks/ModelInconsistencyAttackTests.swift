import FLMath
import SecAgg
import Testing

/// A server that gives one client another model than all others, to tell its update from theirs in the sum
/// (Pasquini et al. 2022, "Eluding secure aggregation in federated learning via model inconsistency").
@Suite("Attack: model inconsistency")
struct ModelInconsistencyAttackTests {
  private func averaging() throws -> SecureFedAvg {
    try SecureFedAvg(
      parameterCount: 2, clippingBound: 1, maximumWeight: 10, maximumContributors: 5,
      minimumValueBits: 16)
  }

  private func model(_ values: [Double]) throws -> ParameterVector {
    try ParameterVector(layout: ParameterLayout([.init(name: "w", shape: [2])]), values: values)
  }

  /// The server offers the session of the others' model, so that the victim's masks would cancel with theirs.
  @Test(
    "a client with another model, round or task rejects the session of the others",
    arguments: [
      ("model", [0.0, 0.0], 1, "digits"), ("round", [0.5, 1], 2, "digits"),
      ("task", [0.5, 1], 1, "letters"),
    ])
  func rejected(what: String, values: [Double], round: Int, task: String) throws {
    let averaging = try averaging()
    let others = averaging.applicationContext(
      model: try model([0.5, 1]), round: 1, task: "digits")
    let parameters = try SessionParameters(
      cohortSize: 5, threshold: 3, layout: averaging.layout, minimumContributors: 3,
      applicationContext: others)
    let own = averaging.applicationContext(model: try model(values), round: round, task: task)
    #expect(throws: ClientError.policy(.applicationContext(found: others, expected: own))) {
      _ = try AdvertiseKeysRound(
        id: client(1), parameters: parameters,
        policy: ClientPolicy(applicationContext: own))
    }
    _ = try AdvertiseKeysRound(
      id: client(1), parameters: parameters, policy: ClientPolicy(applicationContext: others))
  }
}
