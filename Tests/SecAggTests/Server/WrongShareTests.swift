import FLMath
import SecAgg
import Testing

/// Clients that reveal wrong shares: the sum is right or there is none, and nobody honest is named.
@Suite("Wrong shares")
struct WrongShareTests {
  /// 14 clients, two of which share their secrets and leave; threshold 4.
  private func transcript(degree: Int?, seed: UInt64) throws -> Transcript {
    try Transcript(
      parameters: testParameters(cohortSize: 14, degree: degree, threshold: 4), seed: seed,
      losing: [client(6): .maskedInput, client(11): .maskedInput])
  }

  private static let graphs: [Int?] = [nil, 10]

  /// In the complete graph a contributor's secret is held by the 11 others and a departed one's
  /// by 12: 3 and 4 wrong ones can be corrected. Here client 1 is among the liars, so that it is
  /// among the first holders of everyone else.
  @Test(
    "up to the decoding radius the sum is right and the liars are named",
    arguments: [Lie.random, .oneBit, .ofAnotherSubject], 0...3)
  func withinRadius(lie: Lie, liarCount: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(liarCount))
    let transcript = try transcript(degree: nil, seed: 4)
    let liars = Set(transcript.contributors.prefix(liarCount))
    var server = try transcript.server(in: .unmasking)
    for answer in transcript.answers {
      let told =
        liars.contains(answer.sender)
        ? try lie.told(in: answer, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(aggregate.contributors == transcript.contributors)
    #expect(Set(aggregate.faults.map(\.holder)) == liars)
    #expect(aggregate.faults.allSatisfy { $0.finding == .wrongShare })
    // Each liar is named for a secret or two: once found out, its shares are looked at last.
    #expect(aggregate.faults.count <= 2 * liars.count)
    #expect(Set(aggregate.faults).count == aggregate.faults.count)
  }

  /// Lies in all five words: single bits in different words are corrected word by word.
  @Test(
    "beyond it no sum until honest answers come",
    arguments: [Lie.random, .ofAnotherSubject], 4...6)
  func beyondRadius(lie: Lie, liarCount: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(liarCount))
    // 20 clients, threshold 4: all answers together correct (19 - 4) / 2 = 7 wrong ones.
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: 20, threshold: 4), seed: 5)
    var server = try transcript.server(in: .unmasking)
    for (index, answer) in transcript.answers.prefix(10).enumerated() {
      let told = index < liarCount ? try lie.told(in: answer, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
    }
    // Of the secret of client 1, itself a liar, there are 9 shares, so that 2 wrong ones could be
    // corrected; at least 3 are wrong.
    server.expectNoSum(
      .sharesWrong(subject: try client(1), kind: .selfMask, found: 9, threshold: 4),
      "\(liarCount) liars")
    #expect(server.phase == .unmasking)
    try transcript.expectCompletion(of: server)
    var completed = server
    let faults = try transcript.finish(&completed).faults
    #expect(
      Set(faults.map(\.holder)) == Set(transcript.contributors.prefix(liarCount)))
  }

  /// Lies of all sorts about either or both kinds of secret, answers in random order, and after
  /// each of them the outcome that the rules predict.
  @Test("after every answer exactly what the rules say", arguments: graphs, 0..<30)
  func prediction(degree: Int?, seed: Int) throws {
    let comment: Comment = "seed \(seed)"
    var generator = SimulationGenerator(seed: UInt64(seed))
    let transcript = try transcript(degree: degree, seed: UInt64(seed))
    let prediction = UnmaskingPrediction(transcript: transcript)
    let liarCount = generator.below(5)
    let liars = Set(transcript.contributors.shuffled(using: &generator).prefix(liarCount))
    let kinds: Set<SecretKind> =
      [[.selfMask], [.maskKey], [.selfMask, .maskKey]][generator.below(3)]
    var server = try transcript.server(in: .unmasking)
    var answers: [UnmaskingResponse] = []
    for answer in transcript.answers.shuffled(using: &generator) {
      let lie = Lie.allCases[generator.below(4)]
      let told =
        liars.contains(answer.sender)
        ? try lie.told(in: answer, about: kinds, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
      answers.append(told)
      var trial = server
      switch prediction.outcome(of: answers) {
      case .failure(let error):
        trial.expectNoSum(error, comment)
      case .success(let faults):
        let aggregate = try trial.unmask()
        #expect(aggregate.sums.unsigned == transcript.sums, comment)
        #expect(Set(aggregate.faults) == faults, comment)
        #expect(aggregate.faults.count == faults.count, comment)
        #expect(Set(aggregate.faults.map(\.holder)).isSubset(of: liars), comment)
      }
    }
  }

  /// A wrong share that is not among the first t of a secret is not looked at: faults are what was
  /// found on the way to the sum, no verdict on everyone.
  @Test("a wrong share that was not needed is not reported")
  func notLookedAt() throws {
    var generator = SimulationGenerator(seed: 6)
    let transcript = try transcript(degree: nil, seed: 6)
    let last = try #require(transcript.contributors.last)
    var server = try transcript.server(in: .unmasking)
    for answer in transcript.answers {
      let told =
        answer.sender == last ? try Lie.random.told(in: answer, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == transcript.sums)
    #expect(aggregate.faults.isEmpty)
  }
}
