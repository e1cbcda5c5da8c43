import SecAgg
import Testing

/// What a server says of itself, and which calls it takes, from the opening to the end.
@Suite("Phases")
struct PhaseTests {
  /// 8 clients; 1 never advertises, 3 never shares, 5 sends no input, 7 does not answer.
  private struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let phase: ServerStage
    let received: [Int]
    let awaited: [Int]
    /// To whom the server has something to say.
    let addressed: [Int]
  }

  private static let rows = [
    Row(
      testDescription: "advertise keys", phase: .advertiseKeys, received: [2, 3, 4, 5, 6, 7, 8],
      awaited: [1], addressed: []),
    Row(
      testDescription: "share keys", phase: .shareKeys, received: [2, 4, 5, 6, 7, 8],
      awaited: [3], addressed: [2, 3, 4, 5, 6, 7, 8]),
    Row(
      testDescription: "masked input", phase: .maskedInput, received: [2, 4, 6, 7, 8],
      awaited: [5], addressed: [2, 4, 5, 6, 7, 8]),
    Row(
      testDescription: "unmasking", phase: .unmasking, received: [2, 4, 6, 8], awaited: [7],
      addressed: [2, 4, 6, 7, 8]),
    Row(
      testDescription: "ended", phase: .ended, received: [], awaited: [], addressed: []),
  ]

  private func transcript() throws -> Transcript {
    try Transcript(
      parameters: testParameters(cohortSize: 8, threshold: 3), seed: 30,
      losing: [
        client(1): .advertiseKeys, client(3): .shareKeys, client(5): .maskedInput,
        client(7): .unmasking,
      ])
  }

  @Test("received, awaited and addressed", arguments: rows)
  private func standing(row: Row) throws {
    let transcript = try transcript()
    let all = ClientID.all(cohortSize: 8)
    let taken = try row.received.map { try client($0) }
    let awaited = try row.awaited.map { try client($0) }
    for count in 0...taken.count {
      let server = try transcript.server(in: row.phase, afterTaking: count)
      #expect(server.stage == row.phase)
      #expect(server.received == Array(taken.prefix(count)))
      #expect(server.awaited == (taken.dropFirst(count) + awaited).sorted())
      for id in all + [try client(9)] {
        if row.addressed.contains(Int(id.rawValue)) {
          #expect(try server.message(for: id) == server.message(for: id))
        } else {
          let error: ServerError =
            row.addressed.isEmpty ? .wrongPhase(present: row.phase.round) : .noMessage(for: id)
          #expect(throws: error) { try server.message(for: id) }
        }
      }
    }
  }

  @Test("a message opens the round that it is made in", arguments: rows)
  private func openingMessage(row: Row) throws {
    let server = try transcript().server(in: row.phase)
    for number in row.addressed {
      let id = try client(number)
      switch try server.message(for: id) {
      case .rosterAnnouncement(let message):
        #expect(row.phase == .shareKeys)
        #expect(message.recipient == id)
        #expect(message.rosterSize == 7)
        #expect(message.neighbours.map(\.sender) == (try others(than: number, in: 2...8)))
      case .shareDelivery(let message):
        #expect(row.phase == .maskedInput)
        #expect(message.recipient == id)
        #expect(message.shares.map(\.peer) == (try others(than: number, in: 2...8, without: 3)))
      case .contributorAnnouncement:
        Issue.record("the semi-honest model has no consistency check")
      case .unmaskingRequest(let message):
        #expect(row.phase == .unmasking)
        #expect(message.recipient == id)
        #expect(message.contributorCount == 5)
        #expect(message.contributors == (try [2, 4, 6, 7, 8].map { try client($0) }))
      }
    }
  }

  private func others(
    than number: Int, in numbers: ClosedRange<Int>, without absent: Int? = nil
  ) throws -> [ClientID] {
    try numbers.filter { $0 != number && $0 != absent }.map { try client($0) }
  }

  @Test("a closed round gives no sum, and a message for each client that the next one waits for")
  func closeRound() throws {
    let transcript = try transcript()
    for (phase, count, next) in [
      (ServerStage.advertiseKeys, 7, [2, 3, 4, 5, 6, 7, 8]), (.shareKeys, 6, [2, 4, 5, 6, 7, 8]),
      (.maskedInput, 5, [2, 4, 6, 7, 8]),
    ] {
      var server = try transcript.server(in: phase, afterTaking: count)
      #expect(try server.closeRound() == nil)
      #expect(server.awaited == (try next.map { try client($0) }))
      #expect(server.messages.map(\.recipient) == server.awaited)
      #expect(server.stage.rawValue > phase.rawValue)
      #expect(server.received.isEmpty)
    }
  }

  @Test("a session that has ended opens no round")
  func closingTheEnd() throws {
    var server = try transcript().server(in: .ended)
    let before = server.stored()
    #expect(throws: ServerError.wrongPhase(present: nil)) { try server.closeRound() }
    #expect(Array(server.messages).isEmpty)
    let isUnchanged = server.stored() == before
    #expect(isUnchanged)
  }

  @Test("unmasking too early asks for more, and needs no more than the threshold")
  func early() throws {
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: 10, threshold: 4), seed: 31)
    let first = try client(1)
    var server = try transcript.server(in: .unmasking)
    var count = 0
    for answer in transcript.answers {
      // Client 1 is the first to be recovered; its own answer holds no share of its own.
      let found = max(0, count - 1)
      if count < 5 {
        let second = try client(2)
        server.expectNoSum(
          found < 4
            ? .sharesMissing(dealer: first, kind: .selfMask, found: found, threshold: 4)
            : .sharesMissing(dealer: second, kind: .selfMask, found: 3, threshold: 4))
      } else {
        var early = server
        let aggregate = try early.unmask()
        #expect(aggregate.sums.unsigned == transcript.sums)
        #expect(aggregate.contributors.count == 10)
        #expect(aggregate.faults.isEmpty)
      }
      try server.receive(.unmaskingResponse(answer), from: answer.sender)
      count += 1
    }
    try transcript.expectCompletion(of: server)
  }
}
