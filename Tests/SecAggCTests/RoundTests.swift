import CSecAggABI
import Testing

/// Calls that belong to another round, and messages that belong elsewhere: nothing changes.
@Suite("Rounds")
struct RoundTests {
  /// The messages for a client in a whole session, in order.
  private func messages(for id: UInt32, in session: TestSession) throws -> [[UInt8]] {
    var messages: [[UInt8]] = []
    for round in session.setting.rounds {
      if round != SECAGG_ADVERTISE_KEYS { messages.append(try session.message(for: id)) }
      try session.collect(round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    return messages
  }

  @Test("stray messages change nothing at a client", arguments: Setting.all)
  func strays(setting: Setting) throws {
    // To the client under test, the messages of another session are strays, in every round.
    let other = try messages(for: 2, in: TestSession(setting, seed: 8))
    let session = try TestSession(setting, seed: 9)
    let client = session.clients[1]
    var answered: [[UInt8]] = []
    for round in setting.rounds {
      var strays = other + answered.dropLast()
      strays += [[], [0], try client.message()]
      if round != SECAGG_ADVERTISE_KEYS {
        let message = try session.message(for: 2)
        strays += [try session.message(for: 1), message.dropLast(), message + [0]]
        for index in stride(from: 0, to: message.count, by: 37) {
          var damaged = message
          damaged[index] ^= 1
          strays.append(damaged)
        }
        answered.append(message)
      }
      let before = try (client.message(), client.awaited())
      for stray in strays {
        #expect(try client.response(to: stray) == SECAGG_STRAY)
        let after = try (client.message(), client.awaited())
        #expect(after == before)
      }
      try session.collect(round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    for message in answered.dropLast() {
      #expect(try client.response(to: message) == SECAGG_STRAY, "the client is finished")
    }
    _ = try session.aggregate()
  }

  @Test("a repeated message has the same response and the identical reply", arguments: Setting.all)
  func repeated(setting: Setting) throws {
    let session = try TestSession(setting)
    let client = session.clients[0]
    for round in setting.rounds {
      if round != SECAGG_ADVERTISE_KEYS {
        let message = try session.message(for: 1)
        let isInput = round == SECAGG_MASKED_INPUT
        let response = isInput ? SECAGG_INPUT_NEEDED : SECAGG_REPLY
        #expect(try client.response(to: message) == response)
        #expect(try client.response(to: message) == response)
        if isInput {
          #expect(try client.awaited() == SECAGG_INPUT)
          #expect(client.mask(session.fedAvg).status == SECAGG_OK)
        }
        let reply = try client.message()
        #expect(try client.response(to: message) == SECAGG_REPLY)
        #expect(try client.message() == reply)
      }
      try session.collect(round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    _ = try session.aggregate()
  }

  @Test("a client masks when it needs its input only", arguments: [Setting.semiHonest, .malicious])
  func masking(setting: Setting) throws {
    let session = try TestSession(setting)
    let client = session.clients[0]
    for round in setting.rounds {
      let before = try (client.message(), client.awaited())
      #expect(client.mask(session.fedAvg).status == SECAGG_WRONG_ROUND)
      let after = try (client.message(), client.awaited())
      #expect(after == before)
      try session.collect(round)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    #expect(client.mask(session.fedAvg).status == SECAGG_WRONG_ROUND)
    _ = try session.aggregate()
  }

  @Test("a client that has rejected the session has ended", arguments: Setting.all)
  func ended(setting: Setting) throws {
    // A delivery of one entry is below the threshold.
    let session = try TestSession(setting)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    let own = try session.message(for: 1)
    let rejected = try client.handle(DeliveryWithFirstOnly.bytes(of: own))
    #expect(rejected.answer.status == SECAGG_SESSION_REFUSED)
    #expect(rejected.response == nil)
    #expect(try client.awaited() == SECAGG_ENDED)
    #expect(try client.response(to: own) == SECAGG_STRAY)
    #expect(client.mask(session.fedAvg).status == SECAGG_WRONG_ROUND)
    var out: OpaquePointer?
    expect(SECAGG_WRONG_ROUND) { secagg_client_message(client.handle.value, &out, $0) }
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
    #expect(status { secagg_server_message(server(), 1, &out, $0) } == SECAGG_WRONG_ROUND)
    session.expectNoAggregate(SECAGG_TOO_FEW_CLIENTS)
    for round in setting.rounds {
      #expect(try session.round() == round)
      session.expectNoAggregate(
        round == SECAGG_UNMASKING ? SECAGG_MORE_ANSWERS_NEEDED : SECAGG_TOO_FEW_CLIENTS)
      #expect(try session.received().isEmpty)
      try session.collect(round, leaving: [4: SECAGG_SHARE_KEYS])
      #expect(try session.received().count >= 11)
      if round == SECAGG_MASKED_INPUT {
        #expect(status { secagg_server_message(server(), 4, &out, $0) } == SECAGG_NO_MESSAGE)
      }
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    #expect(try session.awaited().isEmpty)
    _ = try session.aggregate()
    session.expectNoAggregate(SECAGG_WRONG_ROUND)
    #expect(status { secagg_server_message(server(), 1, &out, $0) } == SECAGG_WRONG_ROUND)
    #expect(try session.round() == SECAGG_ENDED)
  }

  @Test(
    "a server names the sender of a message that it rejects, and goes on", arguments: Setting.all)
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
    _ = try session.aggregate()
  }
}
