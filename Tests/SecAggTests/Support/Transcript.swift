import SecAgg
import Testing

/// All that honest clients sent in one session. Since a server is nothing but the messages that it
/// took, a test can bring any number of servers to any point of the same session.
struct Transcript {
  let parameters: SessionParameters
  /// What reached the server, in id order.
  let messages: [ProtocolRound: [ClientMessage]]
  /// Real messages that never reached it: their senders left with them.
  let lost: [ClientID: ClientMessage]
  let neighbours: [ClientID: [ClientID]]
  let sharers: [ClientID]
  let contributors: [ClientID]
  /// The plaintext sum over the contributors.
  let sums: [UInt64]

  /// Records a session in which some clients' messages are lost and `change` may alter others.
  init(
    parameters: SessionParameters, seed: UInt64, losing: [ClientID: ProtocolRound] = [:],
    dealingOtherPolynomials dealers: [ClientID] = [],
    changing change: @escaping (ClientMessage) throws -> ClientMessage = { $0 }
  ) throws {
    var session = try SimulatedSession(parameters: parameters, seed: seed)
    for client in session.clients where dealers.contains(client.id) {
      // The first holder of two gets a share of the first polynomial, the other of the second.
      client.dealsOtherPolynomials = { $0.rawValue % 2 == 0 }
    }
    var taken: [ProtocolRound: [ClientMessage]] = [:]
    var lost: [ClientID: ClientMessage] = [:]
    session.onTheWay = { message in
      if losing[message.sender] == message.round {
        lost[message.sender] = message
        return nil
      }
      guard let changed = try? change(message) else { return nil }
      taken[message.round, default: []].append(changed)
      return changed
    }
    var neighbours: [ClientID: [ClientID]] = [:]
    for round in ProtocolRound.rounds(in: parameters.threatModel) {
      try session.collect(round, leaving: [:])
      if round != .unmasking { try session.server.closeRound() }
      if round == .advertiseKeys {
        for id in session.server.awaited {
          neighbours[id] = try session.server.neighbours(of: id)
        }
      }
    }
    try #require(session.refusals.isEmpty && session.clientErrors.isEmpty)
    self.parameters = parameters
    self.lost = lost
    self.neighbours = neighbours
    messages = taken
    sharers = (taken[.shareKeys] ?? []).map(\.sender)
    contributors = (taken[.maskedInput] ?? []).map(\.sender)
    sums = session.plaintextSum(of: contributors)
  }

  func message(_ round: ProtocolRound, of id: ClientID) -> ClientMessage? {
    messages[round]?.first { $0.sender == id }
  }

  var answers: [UnmaskingResponse] {
    (messages[.unmasking] ?? []).compactMap { message in
      if case .unmaskingResponse(let answer) = message { answer } else { nil }
    }
  }

  /// A server that took all messages of the rounds before `phase` and the first `count` of `phase`.
  func server(in phase: ServerStage, afterTaking count: Int = 0) throws -> ServerSession {
    var server = ServerSession(
      parameters: parameters, identities: TestIdentities.directory)
    for round in ProtocolRound.rounds(in: parameters.threatModel)
    where round.rawValue < phase.rawValue {
      for message in messages[round] ?? [] { try server.receive(message, from: message.sender) }
      if round == .unmasking { _ = try server.unmask() } else { try server.closeRound() }
    }
    let present = ProtocolRound(rawValue: phase.rawValue).flatMap { messages[$0] } ?? []
    for message in present.prefix(count) { try server.receive(message, from: message.sender) }
    return server
  }

  /// Gives a server all messages that it has not yet taken, and unmasks.
  func finish(_ server: inout ServerSession) throws -> UnmaskedAggregate {
    while let round = ProtocolRound(rawValue: server.stage.rawValue) {
      let awaited = Set(server.awaited)
      for message in messages[round] ?? [] where awaited.contains(message.sender) {
        try server.receive(message, from: message.sender)
      }
      guard round != .unmasking else { break }
      try server.closeRound()
    }
    return try server.unmask()
  }

  /// Finishes the session and checks that it gives the sum of the contributors.
  func expectCompletion(
    of server: ServerSession, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var server = server
    let aggregate = try finish(&server)
    #expect(aggregate.sums.unsigned == sums, comment, sourceLocation: sourceLocation)
    #expect(aggregate.contributors == contributors, comment, sourceLocation: sourceLocation)
    #expect(server.stage == .ended, sourceLocation: sourceLocation)
  }
}

extension ServerSession {
  /// The neighbours that the server announces to a client in round 1.
  func neighbours(of id: ClientID) throws -> [ClientID] {
    guard case .rosterAnnouncement(let announcement) = try message(for: id) else { return [] }
    return announcement.neighbours.map(\.sender)
  }

  /// Checks that a message is refused with exactly `error`, which blames whoever the channel
  /// belongs to, and that the server is what it was before.
  mutating func expectRefusal(
    of message: ClientMessage, from sender: ClientID, _ error: ServerError,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = stored()
    do {
      try receive(message, from: sender)
      Issue.record("accepted, expected \(error)", sourceLocation: sourceLocation)
    } catch let found {
      #expect(found == error, sourceLocation: sourceLocation)
      #expect(found.culprit == sender, sourceLocation: sourceLocation)
    }
    let isUnchanged = stored() == before
    #expect(isUnchanged, sourceLocation: sourceLocation)
  }

  /// Checks that `unmask()` fails with exactly `error`, and that the server is what it was before.
  mutating func expectNoSum(
    _ error: ServerError, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = stored()
    do {
      _ = try unmask()
      Issue.record("a sum was released, expected \(error)", sourceLocation: sourceLocation)
    } catch let found {
      #expect(found == error, comment, sourceLocation: sourceLocation)
      #expect(found.culprit == nil, sourceLocation: sourceLocation)
    }
    let isUnchanged = stored() == before
    #expect(isUnchanged, comment, sourceLocation: sourceLocation)
  }
}
