import FLMath
import SecAgg
import Testing

/// Every way to answer every honest client with a survivor set of its own, for cohorts so small that
/// all can be tried, against the rules and against the real clients.
@Suite("Attack: all divisions of the survivors")
struct SurvivorSetSearchAttackTests {
  private static let secure = [
    SurvivorSetSearch(honestCount: 4, traitorCount: 0, threshold: 2, checksConsistency: true),
    SurvivorSetSearch(honestCount: 4, traitorCount: 0, threshold: 3, checksConsistency: true),
    SurvivorSetSearch(honestCount: 3, traitorCount: 1, threshold: 3, checksConsistency: true),
    SurvivorSetSearch(honestCount: 5, traitorCount: 0, threshold: 3, checksConsistency: true),
    SurvivorSetSearch(honestCount: 4, traitorCount: 1, threshold: 3, checksConsistency: true),
    SurvivorSetSearch(honestCount: 3, traitorCount: 2, threshold: 4, checksConsistency: true),
  ]

  @Test("2t > k + traitors: at most one sum, and nobody's two secrets", arguments: secure)
  func secureThreshold(search: SurvivorSetSearch) {
    #expect(2 * search.threshold > search.count - 1 + search.traitorCount)
    var readable = 0
    for number in 0..<search.assignmentCount {
      let views = search.assignment(number)
      let gain = search.gain(views)
      #expect(!gain.isAttack, "assignment \(number)")
      guard let sum = gain.readable.first else { continue }
      readable += 1
      // Whatever is read is the honest part of a set that every answering client has signed.
      for client in search.answering(views) {
        #expect(views[client] & ((1 << search.honestCount) - 1) == sum, "assignment \(number)")
      }
    }
    #expect(readable > 0, "the search can read the sum of an honest course")
  }

  /// The first of these has no consistency check, the second has it and a threshold too low.
  private static let insecure = [
    SurvivorSetSearch(honestCount: 3, traitorCount: 1, threshold: 2, checksConsistency: false),
    SurvivorSetSearch(honestCount: 4, traitorCount: 1, threshold: 2, checksConsistency: true),
  ]

  @Test(
    "a threshold too low: the search finds attacks, and they work where such sessions exist",
    arguments: insecure)
  func insecureThreshold(search: SurvivorSetSearch) throws {
    let number = try #require(
      (0..<search.assignmentCount).first { !search.gain(search.assignment($0)).exposed.isEmpty })
    guard !search.checksConsistency else {
      // Nobody can open such a session in the malicious model.
      #expect(
        throws: SessionParametersError.thresholdBelowMajority(
          found: search.threshold, degree: search.count - 1)
      ) { _ = try self.stage(of: search) }
      return
    }
    let stage = try stage(of: search)
    let views = views(search.assignment(number), of: stage)
    let loot = try Loot(stage.answers(to: views), of: stage)
    #expect(!loot.exposed.isEmpty)
    for victim in loot.exposed {
      #expect(try loot.sum(of: [victim]) == stage.inputs[victim]?.elements.unsigned)
    }
  }

  private func stage(of search: SurvivorSetSearch) throws -> Stage {
    try Stage(
      parameters: testParameters(
        threatModel: search.checksConsistency ? .malicious : .semiHonest,
        cohortSize: search.count, threshold: search.threshold),
      traitors: Array(search.honestCount + 1..<search.count + 1), seed: 21)
  }

  private func views(_ sets: [Int], of stage: Stage) -> [ClientID: Set<ClientID>] {
    var views: [ClientID: Set<ClientID>] = [:]
    for (id, set) in zip(stage.honest, sets) where set != 0 {
      views[id] = Set(stage.roster.filter { set >> (Int($0.rawValue) - 1) & 1 == 1 })
    }
    return views
  }

  @Test("the real clients do what the search says", arguments: secure + insecure.prefix(1))
  func realClients(search: SurvivorSetSearch) throws {
    let stage = try stage(of: search)
    var generator = SimulationGenerator(seed: 22)
    let all = search.assignmentCount
    let numbers = all <= 200 ? Array(0..<all) : (0..<200).map { _ in generator.below(all) }
    for number in numbers {
      let comment: Comment = "seed 22, assignment \(number)"
      let sets = search.assignment(number)
      let answers = try stage.answers(to: views(sets, of: stage))
      let answering = search.answering(sets).map { stage.honest[$0] }
      #expect(answers.map(\.sender).sorted() == answering, comment)
      let loot = try Loot(answers, of: stage)
      let gain = search.gain(sets)
      #expect(loot.exposed == gain.exposed.sorted().map { stage.honest[$0] }, comment)
      let readable = try loot.readableSets()
      let expected = gain.readable.sorted().map { set in
        Set(stage.honest.indices.filter { set >> $0 & 1 == 1 }.map { stage.honest[$0] })
      }
      #expect(readable == expected, comment)
      for members in readable {
        #expect(try loot.sum(of: members) == stage.plaintextSum(of: members), comment)
      }
    }
  }
}
