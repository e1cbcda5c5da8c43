import FLMath
import SecAgg
import Testing

/// Clients that reveal wrong shares: the sum is right or there is none, and no honest client is named.
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
  /// by 12. As long as 4 of them are honest the sum comes out. Client 1 is among the liars, so that it
  /// is among the first holders of all other secrets.
  @Test(
    "however many lie, the sum is right and exactly the liars are named",
    arguments: [Lie.random, .oneBit, .ofAnotherSubject], 0...7)
  func anyNumber(lie: Lie, liarCount: Int) throws {
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
    #expect(Set(aggregate.faults.culprits) == liars)
    #expect(aggregate.faults.allSatisfy { $0.finding == .wrongShare })
    #expect(Set(aggregate.faults).count == aggregate.faults.count)
  }

  @Test(
    "too few right shares: the liars are named, and honest answers still give the sum",
    arguments: [Lie.random, .ofAnotherSubject], 6...9)
  func tooFewRight(lie: Lie, liarCount: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(liarCount))
    // 20 clients, threshold 4: of the first ten answers at most 4 hold right shares.
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: 20, threshold: 4), seed: 5)
    let liars = transcript.contributors.prefix(liarCount)
    var server = try transcript.server(in: .unmasking)
    var answers: [UnmaskingResponse] = []
    for answer in transcript.answers.prefix(10) {
      let told =
        liars.contains(answer.sender) ? try lie.told(in: answer, using: &generator) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
      answers.append(told)
    }
    let prediction = UnmaskingPrediction(transcript: transcript).outcome(of: answers)
    guard case .failure(let error) = prediction,
      case .sharesMissing(_, _, _, _, let faults) = error
    else {
      Issue.record("expected too few shares, predicted \(prediction)")
      return
    }
    server.expectNoSum(error, "\(liarCount) liars")
    #expect(faults.culprits.allSatisfy { liars.contains($0) })
    #expect(!faults.isEmpty)
    #expect(server.stage == .unmasking)
    try transcript.expectCompletion(of: server)
    var completed = server
    #expect(try transcript.finish(&completed).faults.culprits == Array(liars))
  }

  /// Lies of all sorts about either or both kinds of secret, answers in random order, and after
  /// each of them the outcome that the rules predict.
  @Test("after every answer exactly what the rules say", arguments: graphs, 0..<30)
  func prediction(degree: Int?, seed: Int) throws {
    let comment: Comment = "seed \(seed)"
    var generator = SimulationGenerator(seed: UInt64(seed))
    let transcript = try transcript(degree: degree, seed: UInt64(seed))
    let prediction = UnmaskingPrediction(transcript: transcript)
    let liarCount = generator.below(9)
    let liars = Set(transcript.contributors.shuffled(using: &generator).prefix(liarCount))
    let kinds: Set<SecretKind> =
      [[.selfMask], [.maskKey], [.selfMask, .maskKey]][generator.below(3)]
    var server = try transcript.server(in: .unmasking)
    var answers: [UnmaskingResponse] = []
    for answer in transcript.answers.shuffled(using: &generator) {
      let lie = Lie.allCases[generator.below(4)]
      // Some liars lie about each share, others about a few.
      let rate = 1 + generator.below(4)
      let told =
        liars.contains(answer.sender)
        ? try answer.with(
          shares: zip(
            answer.shares, lie.told(in: answer, about: kinds, using: &generator).shares
          ).map { honest, lie in generator.below(rate) == 0 ? lie : honest }) : answer
      try server.receive(.unmaskingResponse(told), from: told.sender)
      answers.append(told)
      var trial = server
      switch prediction.outcome(of: answers) {
      case .failure(let error):
        trial.expectNoSum(error, comment)
      case .success(let faults):
        let aggregate = try trial.unmask()
        #expect(aggregate.sums.unsigned == transcript.sums, comment)
        #expect(aggregate.faults == faults, comment)
        #expect(Set(aggregate.faults.culprits).isSubset(of: liars), comment)
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
