import FLMath
import SecAgg
import Testing

/// In a sparse graph a client of whom too few neighbours shared is left out, and so is whoever
/// then lacks neighbours in turn. The rest completes.
@Suite("Left out")
struct LeftOutTests {
  /// Who is left of the sharers, from the rules alone: those in the largest set in which everyone
  /// has `threshold` neighbours, found by asking for each client anew until nothing changes.
  private func kept(
    of sharers: Set<ClientID>, neighbours: [ClientID: [ClientID]], threshold: Int
  ) -> Set<ClientID> {
    let next = sharers.filter { id in
      (neighbours[id] ?? []).filter(sharers.contains).count >= threshold
    }
    return next == sharers
      ? sharers : kept(of: next, neighbours: neighbours, threshold: threshold)
  }

  @Test("exactly those that could not be recovered", arguments: 0..<20)
  func random(seed: Int) throws {
    let comment: Comment = "seed \(seed)"
    var generator = SimulationGenerator(seed: UInt64(seed))
    let cohortSize = 16 + generator.below(20)
    let parameters = try testParameters(
      cohortSize: cohortSize, degree: 6, threshold: 3 + seed % 2)
    var session = try SimulatedSession(parameters: parameters, seed: UInt64(seed))
    try session.collect(.advertiseKeys, leaving: [:])
    try session.server.closeRound()
    let all = ClientID.all(cohortSize: cohortSize)
    var neighbours: [ClientID: [ClientID]] = [:]
    for id in all { neighbours[id] = try session.server.neighbours(of: id) }
    // One client loses so many neighbours that it is left out for certain.
    let victim = all[generator.below(cohortSize)]
    let missing = Set(try #require(neighbours[victim]).shuffled(using: &generator).prefix(4))
    session.onTheWay = { missing.contains($0.sender) && $0.round == .shareKeys ? nil : $0 }
    try session.collect(.shareKeys, leaving: [:])
    let expected = kept(
      of: Set(all).subtracting(missing), neighbours: neighbours,
      threshold: parameters.threshold)
    try #require(!expected.contains(victim))
    if expected.count < 2 {
      #expect(
        throws: ServerError.tooFewClients(round: .shareKeys, found: expected.count, minimum: 2),
        comment
      ) { try session.server.closeRound() }
      return
    }
    try session.server.closeRound()
    #expect(session.server.awaited == expected.sorted(), comment)
    for id in all where !expected.contains(id) {
      #expect(throws: ServerError.noMessage(for: id), comment) {
        try session.server.message(for: id)
      }
      let words = [UInt64](repeating: 1, count: parameters.layout.wordCount)
      session.server.expectRefusal(
        of: .maskedInput(MaskedInput(session: parameters.digest, sender: id, words: words)),
        from: id, .stranger(id))
    }
    for id in expected {
      guard case .shareDelivery(let delivery) = try session.server.message(for: id) else {
        Issue.record("no delivery for \(id)")
        continue
      }
      #expect(
        delivery.shares.map(\.peer) == neighbours[id]?.filter(expected.contains), comment)
    }
    try session.collect(.maskedInput, leaving: [:])
    try session.server.closeRound()
    for id in all where !expected.contains(id) {
      session.server.expectRefusal(
        of: .unmaskingResponse(
          UnmaskingResponse(
            session: parameters.digest, sender: id, shares: [],
            unopened: neighbours[id]?.filter(expected.contains) ?? [])),
        from: id, .stranger(id))
    }
    try session.collect(.unmasking, leaving: [:])
    let aggregate = try session.server.unmask()
    #expect(aggregate.contributors == expected.sorted(), comment)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors), comment)
    #expect(session.clientErrors.isEmpty, comment)
  }
}
