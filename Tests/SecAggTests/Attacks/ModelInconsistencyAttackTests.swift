import FLMath
import Testing

@testable import SecAgg

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
      of: Broadcast(model: try model([0.5, 1]), round: 1), task: "digits")
    let parameters = try SessionParameters(
      cohortSize: 5, threshold: 3, layout: averaging.layout, minimumContributors: 3,
      applicationContext: others)
    let own = averaging.applicationContext(
      of: Broadcast(model: try model(values), round: round), task: task)
    #expect(throws: ClientError.policy(.applicationContext(found: others, expected: own))) {
      _ = try AdvertiseKeysRound(
        id: client(1), parameters: parameters,
        policy: ClientPolicy(applicationContext: own))
    }
    _ = try AdvertiseKeysRound(
      id: client(1), parameters: parameters, policy: ClientPolicy(applicationContext: others))
  }

  /// A session that began before the model was known: six clients, two traitors, threshold 4.
  private func stage(
    _ threatModel: ThreatModel, seed: UInt64, victim: ClientID?
  ) throws -> Stage {
    let averaging = try averaging()
    let models = try [[0.5, 1], [0, 0]].map {
      averaging.applicationContext(of: Broadcast(model: try model($0), round: 1), task: "digits")
    }
    var contexts: [ClientID: Digest] = [:]
    for id in ClientID.all(cohortSize: 6) { contexts[id] = models[id == victim ? 1 : 0] }
    return try Stage(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 4),
      traitors: [5, 6], seed: seed, inputContexts: contexts)
  }

  private func loot(of stage: Stage, contributors: Set<ClientID>) throws -> Loot {
    let views = contributors.map { ($0, contributors.union(stage.traitors.map(\.id))) }
    return try Loot(stage.answers(to: Dictionary(uniqueKeysWithValues: views)), of: stage)
  }

  /// The control: with one model for all, the adversary reads the sum of the honest clients.
  @Test("one model for all: the sum is read", arguments: ThreatModel.allCases)
  func sameInputContext(threatModel: ThreatModel) throws {
    let stage = try stage(threatModel, seed: 171, victim: nil)
    let honest = Set(stage.honest)
    let loot = try loot(of: stage, contributors: honest)
    #expect(try loot.readableSets() == [honest])
    #expect(try loot.sum(of: honest) == stage.plaintextSum(of: honest))
  }

  @Test(
    "another model for one client that contributes: no sum has its input",
    arguments: ThreatModel.allCases)
  func otherInputContext(threatModel: ThreatModel) throws {
    let victim = try client(2)
    let stage = try stage(threatModel, seed: 172, victim: victim)
    let honest = Set(stage.honest)
    let loot = try loot(of: stage, contributors: honest)
    #expect(loot.exposed.isEmpty)
    // Of every other set, a mask with an honest client outside of it is unknown.
    #expect(try loot.readableSets() == [honest])
    // All masks that are known are taken off, those of the victim with its own model. Its masks with the other
    // honest clients are still there, and are as good as random words.
    #expect(try loot.sum(of: honest) != stage.plaintextSum(of: honest))
    #expect(try loot.wordsWithoutPairwiseMasks(of: victim) == nil)
  }

  @Test(
    "another model for one client that is called late: the sum of the others, as after any dropout",
    arguments: ThreatModel.allCases)
  func otherInputContextAndLate(threatModel: ThreatModel) throws {
    let victim = try client(2)
    let stage = try stage(threatModel, seed: 173, victim: victim)
    let others = Set(stage.honest).subtracting([victim])
    let loot = try loot(of: stage, contributors: others)
    #expect(try loot.sum(of: others) == stage.plaintextSum(of: others))
    #expect(loot.count(.selfMask, of: victim) < 4)
    #expect(try loot.sum(of: [victim]) == nil)
    let words = try loot.wordsWithoutPairwiseMasks(of: victim)
    #expect(words != nil)
    #expect(words != stage.inputs[victim]?.words, "the self mask is still there")
  }
}
