import SecAgg
import Testing

/// A server that tells every client another set of survivors, so that of one client both secrets
/// come together, or the sum of fewer than anybody agreed to.
@Suite("Attack: divided survivors")
struct DividedSurvivorsAttackTests {
  /// Client 1 is in everybody's set; each of the others is missing from the sets of two.
  ///
  /// With 6 clients and a threshold of 2, that is enough to take all masks off client 1's input.
  private func isolatingViews(_ stage: Stage) throws -> [ClientID: Set<ClientID>] {
    let victim = try client(1)
    var views: [ClientID: Set<ClientID>] = [:]
    for id in stage.honest {
      let other = try client(id == victim ? 2 : id.rawValue == 6 ? 2 : Int(id.rawValue) + 1)
      views[id] = [victim, id, other]
    }
    return views
  }

  @Test("semi-honest model, low threshold: the input of one client is read")
  func isolation() throws {
    let stage = try Stage(parameters: testParameters(cohortSize: 6, threshold: 2), seed: 11)
    let victim = try client(1)
    let loot = try Loot(stage.answers(to: isolatingViews(stage)), of: stage)
    #expect(try loot.sum(of: [victim]) == stage.inputs[victim]?.elements.unsigned)
  }

  @Test("malicious model, the least threshold that it allows and the same sets: nobody answers")
  func isolationRefused() throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: .malicious, cohortSize: 6, threshold: 3), seed: 11)
    let answers = try stage.answers(to: isolatingViews(stage))
    #expect(answers.isEmpty)
    #expect(try Loot(answers, of: stage).readableSets().isEmpty)
  }

  /// Each of clients 5, 6 and 7 is missing from four of seven sets of five: 2t > k, so that nobody's
  /// secrets meet, and still the sum of four is read where five were the minimum.
  private func narrowingViews(_ stage: Stage) -> [ClientID: Set<ClientID>] {
    let missing: [UInt32: Set<UInt32>] = [
      1: [5, 6], 2: [6, 7], 3: [5, 7], 4: [], 5: [6, 7], 6: [5, 7], 7: [5, 6],
    ]
    var views: [ClientID: Set<ClientID>] = [:]
    for id in stage.honest {
      views[id] = Set(
        stage.honest.filter { !(missing[id.rawValue] ?? []).contains($0.rawValue) })
    }
    return views
  }

  @Test("semi-honest model, 2t > k: the sum of fewer than the minimum of contributors is read")
  func narrowing() throws {
    let stage = try Stage(
      parameters: testParameters(cohortSize: 7, threshold: 4, minimumContributors: 5), seed: 12)
    let loot = try Loot(stage.answers(to: narrowingViews(stage)), of: stage)
    let four = Set(stage.honest.prefix(4))
    #expect(loot.exposed.isEmpty)
    #expect(try loot.readableSets() == [four])
    #expect(try loot.sum(of: four) == stage.plaintextSum(of: four))
  }

  @Test("malicious model, 2t > k: the same sets are signed by too few, nobody answers")
  func narrowingRefused() throws {
    let stage = try Stage(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 7, threshold: 4, minimumContributors: 5), seed: 12)
    #expect(try stage.answers(to: narrowingViews(stage)).isEmpty)
  }

  @Test("malicious model, one set for all: the adversary of these tests reads the sum it may")
  func honestSet() throws {
    let stage = try Stage(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 7, threshold: 4, minimumContributors: 5), seed: 13)
    let five = Set(stage.honest.prefix(5))
    let views = Dictionary(uniqueKeysWithValues: five.map { ($0, five) })
    let loot = try Loot(stage.answers(to: views), of: stage)
    #expect(try loot.readableSets() == [five])
    #expect(try loot.sum(of: five) == stage.plaintextSum(of: five))
  }
}
