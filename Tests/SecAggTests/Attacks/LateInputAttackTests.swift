import Testing

@testable import SecAgg

/// A server that calls a live client dropped, has its mask key recovered, and then holds the masked
/// input that came "too late" (the reason for the self mask, Bonawitz et al. 2017, section 4).
@Suite("Attack: late input of a client that was called dropped")
struct LateInputAttackTests {
  @Test("the protocol's own server refuses it", arguments: ThreatModel.allCases)
  func honestServer(threatModel: ThreatModel) throws {
    let victim = try client(5)
    let transcript = try Transcript(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 3), seed: 51,
      losing: [victim: .maskedInput])
    let late = try #require(transcript.lost[victim])
    for phase in ServerStage.phases(in: threatModel) where phase.rawValue > 2 {
      var server = try transcript.server(in: phase)
      server.expectRefusal(
        of: late, from: victim,
        .wrongRound(from: victim, message: .maskedInput, present: phase.round))
    }
  }

  @Test(
    "one that keeps it knows the mask key and lacks the self mask", arguments: ThreatModel.allCases)
  func keptWords(threatModel: ThreatModel) throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 4),
      traitors: [6], seed: 52)
    let victim = try client(5)
    let others = Set(stage.roster).subtracting([victim])
    var views = Dictionary(uniqueKeysWithValues: others.map { ($0, others) })
    views[try client(6)] = nil
    let loot = try Loot(stage.answers(to: views), of: stage)
    let honest = others.intersection(stage.honest)
    #expect(try loot.sum(of: honest) == stage.plaintextSum(of: honest))
    #expect(loot.count(.maskKey, of: victim) >= 4)
    #expect(loot.count(.selfMask, of: victim) == 1, "the traitor's alone")
    #expect(try loot.sum(of: [victim]) == nil)
    #expect(try loot.readableSets() == [honest])
    // All pairwise masks are known. Taken off, what is left is still uniform: it is not the input,
    // and differs from it by the self mask, in the word of the contributor count as well.
    let words = try #require(try loot.wordsWithoutPairwiseMasks(of: victim))
    #expect(words[words.count - 1] != 1)
    #expect(stage.parameters.layout.unpack(words) != stage.inputs[victim]?.elements.unsigned)
  }
}
