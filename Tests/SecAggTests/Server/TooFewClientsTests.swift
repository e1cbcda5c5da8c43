import SecAgg
import Testing

/// A round that is closed too early stays open: it says what it lacks, takes what comes late, and
/// the session completes.
@Suite("Too few clients")
struct TooFewClientsTests {
  /// Closes a round after each message; until `enough` were taken the error for that many is due.
  private func check(
    _ parameters: SessionParameters, phase: ServerStage, enough: Int,
    _ error: (Int) throws -> ServerError
  ) throws {
    let transcript = try Transcript(parameters: parameters, seed: 32)
    let round = try #require(ProtocolRound(rawValue: phase.rawValue))
    let messages = try #require(transcript.messages[round])
    var server = try transcript.server(in: phase)
    for count in 0...messages.count {
      if count < enough {
        let before = server.stored()
        #expect(throws: try error(count)) { try server.closeRound() }
        #expect(try error(count).culprit == nil)
        let isUnchanged = server.stored() == before
        #expect(isUnchanged)
        #expect(server.stage == phase)
        #expect(server.awaited.count == messages.count - count)
      } else {
        var closed = server
        try closed.closeRound()
        #expect(closed.stage.rawValue > phase.rawValue)
      }
      if count < messages.count {
        try server.receive(messages[count], from: messages[count].sender)
      }
    }
    try transcript.expectCompletion(of: server)
  }

  @Test(
    "a roster for the minimum of contributors and the threshold",
    arguments: [(2, 2, 3), (2, 5, 6), (7, 3, 7), (9, 8, 9)])
  func roster(minimumContributors: Int, threshold: Int, enough: Int) throws {
    let parameters = try testParameters(
      cohortSize: 9, threshold: threshold, minimumContributors: minimumContributors)
    try check(parameters, phase: .advertiseKeys, enough: enough) {
      .tooFewClients(round: .advertiseKeys, found: $0, minimum: enough)
    }
  }

  @Test(
    "sharers that can be recovered, and the minimum of contributors of them",
    arguments: [(2, 2, 3), (2, 5, 6), (7, 3, 7), (9, 8, 9)])
  func sharers(minimumContributors: Int, threshold: Int, enough: Int) throws {
    let parameters = try testParameters(
      cohortSize: 9, threshold: threshold, minimumContributors: minimumContributors)
    try check(parameters, phase: .shareKeys, enough: enough) { count in
      // At most t sharers have fewer than t neighbours that shared, so that none of them is kept.
      .tooFewClients(
        round: .shareKeys, found: count <= threshold ? 0 : count, minimum: minimumContributors)
    }
  }

  @Test(
    "inputs of the minimum of contributors, each recoverable by the others",
    arguments: [(2, 2, 3), (2, 5, 6), (7, 3, 7), (9, 8, 9)])
  func inputs(minimumContributors: Int, threshold: Int, enough: Int) throws {
    let parameters = try testParameters(
      cohortSize: 9, threshold: threshold, minimumContributors: minimumContributors)
    try check(parameters, phase: .maskedInput, enough: enough) { count in
      count < minimumContributors
        ? .tooFewClients(round: .maskedInput, found: count, minimum: minimumContributors)
        : .unrecoverable(subject: try client(1), holders: count - 1, threshold: threshold)
    }
  }

  @Test("a departed client that too few contributors know is waited for")
  func unrecoverableDepartedClient() throws {
    // In the complete graph a departed client has more holders than any contributor; only in a
    // sparse one can it have too few.
    let parameters = try testParameters(cohortSize: 24, degree: 4, threshold: 2)
    let transcript = try Transcript(parameters: parameters, seed: 33)
    let departed = try client(1)
    let absent = try #require(transcript.neighbours[departed]).prefix(3) + [departed]
    var server = try transcript.server(in: .maskedInput)
    let inputs = try #require(transcript.messages[.maskedInput])
    for input in inputs where !absent.contains(input.sender) {
      try server.receive(input, from: input.sender)
    }
    #expect(
      throws: ServerError.unrecoverable(subject: departed, holders: 1, threshold: 2)
    ) { try server.closeRound() }
    #expect(server.awaited == absent.sorted())
    // Its neighbours come late.
    for input in inputs where absent.contains(input.sender) && input.sender != departed {
      try server.receive(input, from: input.sender)
    }
    try server.closeRound()
    #expect(server.stage == .unmasking)
    #expect(server.awaited.count == 23)
    #expect(!server.awaited.contains(departed))
  }
}
