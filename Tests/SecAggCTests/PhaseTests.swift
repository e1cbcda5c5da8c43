import CSecAggABI
import Testing

/// Calls that belong to another round, and messages that belong elsewhere: nothing changes.
@Suite("Rounds")
struct PhaseTests {
  /// Calls each function that advances a client, with the message that it would take.
  private func advances(
    _ session: TestSession, _ client: TestClient, messages: [Int: [UInt8]]
  ) -> [Int: Int] {
    messages.mapValues { _ in 0 }.reduce(into: [:]) { statuses, entry in
      statuses[entry.key] =
        client.take(
          messages[entry.key] ?? [], opening: entry.key, averaging: session.averaging,
          directory: session.directory
        ).status
    }
  }

  @Test(
    "at a client every call out of turn is refused and the client goes on",
    arguments: [Setting.semiHonest, .malicious])
  func client(setting: Setting) throws {
    // A first session gives messages of the right kinds. To the client under test, which is in another
    // session, they are strays.
    let other = try TestSession(setting, seed: 8)
    var messages: [Int: [UInt8]] = [:]
    for round in setting.rounds {
      if round != SECAGG_ADVERTISE_KEYS { messages[round] = try other.message(for: 2) }
      try other.collect(round)
      if round != SECAGG_UNMASKING { try other.closeRound() }
    }
    let session = try TestSession(setting, seed: 9)
    for (index, round) in setting.rounds.enumerated() {
      let client = session.clients[1]
      try session.collect(round)
      let next = index + 1 < setting.rounds.count ? setting.rounds[index + 1] : nil
      let before = try client.message()
      let outOfTurn = messages.filter { $0.key != next }
      for (round, status) in advances(session, client, messages: outOfTurn) {
        #expect([SECAGG_WRONG_PHASE, SECAGG_MESSAGE_REFUSED].contains(status), "\(round)")
      }
      if !setting.isMalicious {
        #expect(
          Answer {
            secagg_client_endorse(client.handle.value, before, before.count, $0)
          }.status == SECAGG_WRONG_PHASE)
      }
      #expect(try client.message() == before)
      #expect(try client.round() == round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    _ = try session.unmask()
  }

  @Test(
    "a client refuses damaged messages and ones of another kind, and goes on",
    arguments: Setting.all)
  func messages(setting: Setting) throws {
    let session = try TestSession(setting)
    var previous: [UInt8]?
    for (index, round) in setting.rounds.enumerated() {
      for client in session.clients.prefix(1) where round != SECAGG_ADVERTISE_KEYS {
        let message = try session.message(for: client.id)
        var refused = [[], [0], Array(message.dropLast()), try client.message()]
        if let previous { refused.append(previous) }
        for index in stride(from: 0, to: message.count, by: 37) {
          var damaged = message
          damaged[index] ^= 1
          refused.append(damaged)
        }
        for bytes in refused {
          let answer = client.take(
            bytes, opening: round, averaging: session.averaging, directory: session.directory)
          #expect(answer.status == SECAGG_MESSAGE_REFUSED, "\(answer)")
          #expect(answer.culprit == 0)
        }
        #expect(try client.round() == setting.rounds[index - 1])
        previous = message
      }
      try session.collect(round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    _ = try session.unmask()
  }

  @Test("stray and repeated messages change nothing at a client", arguments: Setting.all)
  func strays(setting: Setting) throws {
    let session = try TestSession(setting)
    let other = try TestSession(setting, seed: 2)
    let client = session.clients[0]
    func taking(_ message: [UInt8], opening round: Int) -> Int {
      client.take(
        message, opening: round, averaging: session.averaging, directory: session.directory
      ).status
    }
    var previous: (round: Int, message: [UInt8])?
    for round in setting.rounds {
      if round != SECAGG_ADVERTISE_KEYS {
        let before = (try client.message(), try client.round())
        let ofAnother = try session.message(for: 2)
        #expect(taking(ofAnother, opening: round) == SECAGG_MESSAGE_REFUSED)
        let ofOtherSession = try other.message(for: 1)
        #expect(taking(ofOtherSession, opening: round) == SECAGG_MESSAGE_REFUSED)
        if let previous {
          #expect(taking(previous.message, opening: previous.round) == SECAGG_WRONG_PHASE)
        }
        #expect(try (client.message(), client.round()) == before)
        previous = (round, try session.message(for: 1))
      }
      try session.collect(round)
      try other.collect(round)
      if let previous {
        let answered = try client.message()
        #expect(taking(previous.message, opening: previous.round) == SECAGG_WRONG_PHASE)
        #expect(try client.message() == answered)
        #expect(try client.round() == round)
      }
      if round != SECAGG_UNMASKING {
        try session.closeRound()
        try other.closeRound()
      }
    }
    _ = try session.unmask()
  }

  @Test("a client that has rejected the session has ended", arguments: Setting.all)
  func ended(setting: Setting) throws {
    // A delivery of one entry is below the threshold.
    let session = try TestSession(setting)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    let own = try session.message(for: 1)
    func take(_ message: [UInt8]) -> Int {
      client.take(
        message, opening: SECAGG_MASKED_INPUT, averaging: session.averaging,
        directory: session.directory
      ).status
    }
    #expect(try take(DeliveryWithFirstOnly.bytes(of: own)) == SECAGG_SESSION_REFUSED)
    #expect(try client.round() == SECAGG_ENDED)
    #expect(take(own) == SECAGG_WRONG_PHASE)
    #expect(client.handle.end() == SECAGG_OK)
  }

  @Test("at a server", arguments: [Setting.semiHonest, .malicious])
  func server(setting: Setting) throws {
    let session = try TestSession(setting)
    var out: OpaquePointer?
    func status(_ call: (UnsafeMutablePointer<secagg_failure>) -> secagg_status) -> Int {
      Answer(call).status
    }
    let server = { session.server.value }
    #expect(status { secagg_server_message(server(), 1, &out, $0) } == SECAGG_WRONG_PHASE)
    #expect(status { secagg_server_close_round(server(), $0) } == SECAGG_TOO_FEW_CLIENTS)
    for round in setting.rounds {
      #expect(try session.phase() == round)
      if round != SECAGG_UNMASKING {
        #expect(status { secagg_server_unmask(server(), 1, &out, $0) } == SECAGG_WRONG_PHASE)
      } else {
        #expect(
          status { secagg_server_unmask(server(), 1, &out, $0) } == SECAGG_MORE_ANSWERS_NEEDED)
        #expect(status { secagg_server_close_round(server(), $0) } == SECAGG_WRONG_PHASE)
      }
      #expect(try session.received().isEmpty)
      try session.collect(round, leaving: [4: SECAGG_SHARE_KEYS])
      #expect(try session.received().count >= 11)
      if round == SECAGG_MASKED_INPUT {
        #expect(status { secagg_server_message(server(), 4, &out, $0) } == SECAGG_NO_MESSAGE)
      }
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    #expect(try session.awaited().isEmpty)
    _ = try session.unmask()
    #expect(status { secagg_server_unmask(server(), 1, &out, $0) } == SECAGG_WRONG_PHASE)
    #expect(status { secagg_server_message(server(), 1, &out, $0) } == SECAGG_WRONG_PHASE)
    #expect(try session.phase() == SECAGG_ENDED)
  }

  @Test("a server names who has sent what it refuses, and goes on", arguments: Setting.all)
  func refusals(setting: Setting) throws {
    let session = try TestSession(setting)
    for round in setting.rounds {
      try session.collect(round)
      let message = try session.clients[2].message()
      let cases: [(UInt32, [UInt8])] = [
        (3, message), (5, message), (3, Array(message.dropLast())), (12, []), (9999, message),
      ]
      for (sender, bytes) in cases {
        let answer = session.receive(bytes, from: sender)
        #expect(answer.status == SECAGG_MESSAGE_REFUSED)
        #expect(answer.culprit == sender)
      }
      #expect(session.receive(message, from: 0).status == SECAGG_INVALID_ARGUMENT)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    _ = try session.unmask()
  }
}
