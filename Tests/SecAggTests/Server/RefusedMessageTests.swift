import SecAgg
import Testing

/// A message that does not belong where it turns up is refused with its own error, blames the
/// client whose channel it came through, changes nothing and does not keep the others from their
/// sum.
@Suite("Refused messages")
struct RefusedMessageTests {
  private static let cohortSize = 12

  /// In each round one client leaves: 2 never advertises, 5 never shares, 9 sends no input and 11
  /// no answer.
  private func transcript(_ setting: Setting) throws -> Transcript {
    try Transcript(
      parameters: testParameters(
        threatModel: setting.threatModel, cohortSize: Self.cohortSize, degree: setting.degree,
        threshold: setting.threshold(cohortSize: Self.cohortSize)),
      seed: 1,
      losing: [
        client(2): .advertiseKeys, client(5): .shareKeys, client(9): .maskedInput,
        client(11): .unmasking,
      ])
  }

  private static let settings = [
    Setting(degree: nil, threatModel: .semiHonest), Setting(degree: 6, threatModel: .semiHonest),
    Setting(degree: nil, threatModel: .malicious), Setting(degree: 8, threatModel: .malicious),
  ]

  @Test("of another round", arguments: settings, ServerStage.allCases)
  func wrongRound(setting: Setting, phase: ServerStage) throws {
    guard phase.exists(in: setting.threatModel) else { return }
    let transcript = try transcript(setting)
    for count in [0, 4] {
      var server = try transcript.server(in: phase, afterTaking: count)
      for round in ProtocolRound.allCases where round.rawValue != phase.rawValue {
        for message in transcript.messages[round] ?? [] {
          server.expectRefusal(
            of: message, from: message.sender,
            .wrongRound(from: message.sender, message: round, present: phase.round))
        }
      }
      if phase != .ended { try transcript.expectCompletion(of: server) }
    }
  }

  @Test("sent twice", arguments: settings, ProtocolRound.allCases)
  func duplicate(setting: Setting, round: ProtocolRound) throws {
    guard ProtocolRound.rounds(in: setting.threatModel).contains(round) else { return }
    let transcript = try transcript(setting)
    let phase = try #require(ServerStage(rawValue: round.rawValue))
    let messages = try #require(transcript.messages[round])
    for count in [1, messages.count] {
      var server = try transcript.server(in: phase, afterTaking: count)
      for message in messages.prefix(count) {
        let error = ServerError.duplicate(from: message.sender, round: round)
        server.expectRefusal(of: message, from: message.sender, error)
        let other = try message.withOtherContent()
        try #require(other != message)
        server.expectRefusal(of: other, from: message.sender, error)
      }
      try transcript.expectCompletion(of: server)
    }
  }

  @Test("by a stranger", arguments: settings, ProtocolRound.allCases)
  func stranger(setting: Setting, round: ProtocolRound) throws {
    guard ProtocolRound.rounds(in: setting.threatModel).contains(round) else { return }
    let transcript = try transcript(setting)
    let phase = try #require(ServerStage(rawValue: round.rawValue))
    let outside = try [client(Self.cohortSize + 1), client(Int(UInt32.max))]
    let left = try [(2, ProtocolRound.advertiseKeys), (5, .shareKeys), (9, .maskedInput)]
      .filter { $0.1.rawValue < round.rawValue }.map { try client($0.0) }
    var server = try transcript.server(in: phase, afterTaking: 3)
    for id in outside + left {
      for message in transcript.messages[round] ?? [] {
        server.expectRefusal(of: message.renamed(to: id), from: id, .stranger(id))
      }
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("through another client's channel", arguments: settings, ServerStage.allCases)
  func senderMismatch(setting: Setting, phase: ServerStage) throws {
    guard phase.exists(in: setting.threatModel) else { return }
    let transcript = try transcript(setting)
    var server = try transcript.server(in: phase, afterTaking: 2)
    let stranger = try client(Self.cohortSize + 1)
    for round in ProtocolRound.rounds(in: .semiHonest) {
      let messages = try #require(transcript.messages[round])
      for (message, other) in zip(messages, messages.dropFirst()) {
        for channel in [other.sender, stranger] {
          server.expectRefusal(
            of: message, from: channel,
            .senderMismatch(channel: channel, message: message.sender))
        }
      }
    }
    if phase != .ended { try transcript.expectCompletion(of: server) }
  }

  @Test("of a session that differs in its id alone", arguments: settings, ServerStage.allCases)
  func otherSession(setting: Setting, phase: ServerStage) throws {
    guard phase.exists(in: setting.threatModel) else { return }
    let transcript = try transcript(setting)
    let other = try self.transcript(setting)
    try #require(transcript.parameters.sessionID != other.parameters.sessionID)
    var server = try transcript.server(in: phase, afterTaking: 2)
    for messages in other.messages.values {
      for message in messages {
        server.expectRefusal(
          of: message, from: message.sender, .otherSession(from: message.sender))
      }
    }
    if phase != .ended { try transcript.expectCompletion(of: server) }
  }

  @Test("the message that was lost comes after all, in time", arguments: settings)
  func lateButInTime(setting: Setting) throws {
    let transcript = try transcript(setting)
    var server = try transcript.server(in: .unmasking, afterTaking: 100)
    let late = try #require(transcript.lost[client(11)])
    try server.receive(late, from: late.sender)
    #expect(server.awaited.isEmpty)
    try transcript.expectCompletion(of: server)
  }

  @Test("the message that was lost comes after its round", arguments: settings)
  func tooLate(setting: Setting) throws {
    let transcript = try transcript(setting)
    for (id, message) in transcript.lost {
      guard message.round != .unmasking else { continue }
      let following = try #require(
        ServerStage.allCases.first {
          $0.rawValue > message.round.rawValue && $0.exists(in: setting.threatModel)
        })
      var server = try transcript.server(in: following)
      server.expectRefusal(
        of: message, from: id,
        .wrongRound(from: id, message: message.round, present: following.round))
      try transcript.expectCompletion(of: server)
    }
  }
}
