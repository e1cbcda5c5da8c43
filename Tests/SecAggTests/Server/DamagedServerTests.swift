import FLMath
import SecAgg
import Testing

/// Bytes that no server wrote are refused with the reason, and never trap.
@Suite("Damaged server")
struct DamagedServerTests {
  /// A server in each phase, half of the phase's messages taken.
  private func transcript() throws -> Transcript {
    try Transcript(
      parameters: testParameters(cohortSize: 6, threshold: 2), seed: 22,
      losing: [client(2): .shareKeys, client(5): .maskedInput])
  }

  private func refusal(of bytes: [UInt8]) -> ServerError? {
    do {
      _ = try ServerSession(restoring: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test("cut short at every length", arguments: ServerStage.phases(in: .semiHonest))
  func truncated(phase: ServerStage) throws {
    let bytes = try transcript().server(in: phase, afterTaking: 3).stored()
    for length in bytes.indices {
      let expected: StoredStateError =
        length < 32 ? .truncated(expectedAtLeast: 32, found: length) : .damaged
      #expect(refusal(of: Array(bytes.prefix(length))) == .notRestorable(expected))
    }
    #expect(refusal(of: bytes) == nil)
  }

  @Test("each byte changed", arguments: ServerStage.phases(in: .semiHonest))
  func changed(phase: ServerStage) throws {
    let bytes = try transcript().server(in: phase, afterTaking: 3).stored()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(refusal(of: changed) == .notRestorable(.damaged), "byte \(index)")
    }
  }

  @Test("with bytes behind them", arguments: ServerStage.phases(in: .semiHonest))
  func trailing(phase: ServerStage) throws {
    let bytes = try transcript().server(in: phase, afterTaking: 3).stored()
    #expect(refusal(of: bytes + [0]) == .notRestorable(.damaged))
    #expect(
      refusal(of: ForgedState.sealed(ForgedState.content(of: bytes) + [0]))
        == .notRestorable(.trailingBytes(1)))
  }

  @Test("of a client", arguments: SuspendedRound.allCases)
  func ofAClient(round: SuspendedRound) throws {
    #expect(
      refusal(of: try round.bytes())
        == .notRestorable(.notThisKind(expected: "the state of a server's session")))
  }

  @Test("cut short under a checksum that matches", arguments: ServerStage.phases(in: .semiHonest))
  func forgedTruncation(phase: ServerStage) throws {
    let bytes = try transcript().server(in: phase, afterTaking: 3).stored()
    let content = ForgedState.content(of: bytes)
    for length in 0..<content.count {
      guard case .notRestorable = refusal(of: ForgedState.sealed(content.prefix(length))) else {
        Issue.record("length \(length) was restored")
        continue
      }
    }
  }

  /// Damage that the checksum does not find, because it was made to match: 2,000 states in all.
  /// Whatever is restored takes or refuses every real message and ends in an aggregate or an error.
  @Test(
    "forged at random: refused, or a server that behaves",
    arguments: ServerStage.phases(in: .semiHonest))
  func forged(phase: ServerStage) throws {
    let seed = UInt64(phase.rawValue)
    var generator = SimulationGenerator(seed: seed)
    let transcript = try transcript()
    var outcomes: Set<String> = []
    for _ in 0..<400 {
      let state = try transcript.server(in: phase, afterTaking: generator.below(6)).stored()
      let forged = ForgedState.changed(state, using: &generator)
      do {
        var server = try ServerSession(restoring: forged)
        outcomes.insert("restored")
        try exercise(&server, with: transcript, seed: seed)
      } catch ServerError.notRestorable {
        outcomes.insert("not restorable")
      } catch is ServerError {
        outcomes.insert("no sum")
      }
    }
    let expected: Set = ["restored", "not restorable"]
    #expect(outcomes.isSuperset(of: expected), "seed \(seed): \(outcomes)")
  }

  private func exercise(
    _ server: inout ServerSession, with transcript: Transcript, seed: UInt64
  ) throws {
    let session = server.parameters.digest
    // A forged number of elements is the operator's own: a sum of 2^32 words would just be made.
    guard server.parameters.layout.wordCount < 1 << 20 else { return }
    for _ in ServerStage.phases(in: .semiHonest) {
      for messages in transcript.messages.values {
        for message in messages {
          try? server.receive(message, from: message.sender)
          try? server.receive(message.moved(to: session), from: message.sender)
        }
      }
      for id in server.received + server.awaited.prefix(10) { _ = try? server.message(for: id) }
      let stored = server.stored()
      let isRestored = (try? ServerSession(restoring: stored).stored() == stored) ?? false
      #expect(isRestored, "a server that runs can be stored and restored; seed \(seed)")
      if server.stage == .unmasking { break }
      try server.closeRound()
    }
    _ = try server.unmask()
  }

  /// The forged state with one flag set to `value`, which stands `distance` bytes before the end.
  private func forged(
    _ server: ServerSession, flagAt distance: Int, is old: UInt8, becomes value: UInt8
  ) throws -> [UInt8] {
    var content = Array(ForgedState.content(of: server.stored()))
    let position = content.count - distance
    try #require(content[position] == old)
    content[position] = value
    return ForgedState.sealed(content)
  }

  @Test("a contributor that shared nothing")
  func contributorWithoutCommitment() throws {
    let server = try transcript().server(in: .maskedInput)
    let words = 8 + 8 * server.parameters.layout.wordCount
    // The flags of 6 clients stand before the sum; the second is that of client 2.
    let bytes = try forged(server, flagAt: words + 5, is: 0, becomes: 1)
    #expect(refusal(of: bytes) == .notRestorable(.invalidField("contributor")))
  }

  @Test("a flag that is neither 0 nor 1", arguments: [UInt8(2), 255])
  func flag(value: UInt8) throws {
    let server = try transcript().server(in: .maskedInput)
    let words = 8 + 8 * server.parameters.layout.wordCount
    let bytes = try forged(server, flagAt: words + 6, is: 0, becomes: value)
    #expect(refusal(of: bytes) == .notRestorable(.invalidField("flag")))
  }

  /// Its answer could come a second time, and one point twice into an interpolation.
  @Test("shares from a client that has not answered")
  func sharesWithoutAnswer() throws {
    let server = try transcript().server(in: .unmasking, afterTaking: 2)
    // Behind the flags: 6 lists with their counts, of 4 shares from each of 2 clients, and a count.
    let bytes = try forged(
      server, flagAt: 8 + 6 * 8 + 8 * (4 + SecretShare.byteCount) + 6, is: 1, becomes: 0)
    #expect(refusal(of: bytes) == .notRestorable(.invalidField("share")))
  }

  @Test("an answer of a client that did not contribute")
  func answerOfAStranger() throws {
    let server = try transcript().server(in: .unmasking)
    let bytes = try forged(server, flagAt: 8 + 6 * 8 + 5, is: 0, becomes: 1)
    #expect(refusal(of: bytes) == .notRestorable(.invalidField("answer")))
  }

  @Test("a width of values that the lanes do not have", arguments: [UInt8(0), 1, 17, 19, 63, 64])
  func valueBits(found: UInt8) throws {
    let server = try transcript().server(in: .advertiseKeys)
    var content = Array(ForgedState.content(of: server.stored()))
    // Behind label, version, phase, session id, threat model and four counts.
    let position = 29 + 1 + 1 + 32 + 1 + 4 * 8
    try #require(content[position] == 18)
    content[position] = found
    // Some widths cannot be asked for; asking for the others gives lanes of another width.
    let field = (2...62).contains(found) ? "value bits" : "session parameters"
    #expect(
      refusal(of: ForgedState.sealed(content)) == .notRestorable(.invalidField(field)))
  }
}
