import SecAgg
import Testing

/// A server that delivers other envelopes than were sent for a client: they do not open, the
/// client reveals nothing of them and says so.
@Suite("Misrouted shares")
struct MisroutedSharesTests {
  private enum Misrouting: CaseIterable {
    /// The sender's envelope for somebody else.
    case redirected
    /// The recipient's own envelope for the sender.
    case reflected
    /// The sender's envelope for the recipient, of another session of the same clients.
    case replayed
    /// What another neighbour sent to the recipient, under the sender's name.
    case swapped
    /// One bit of the envelope changed.
    case damaged
    /// The envelope itself, for comparison.
    case none
  }

  private func envelope(
    from sender: ClientID, to receiver: ClientID, in transcript: Transcript
  ) throws -> SealedShares {
    guard case .shareDistribution(let distribution) = transcript.message(.shareKeys, of: sender)
    else { throw ServerError.stranger(sender) }
    return try #require(distribution.shares.first { $0.peer == receiver }).shares
  }

  @Test("do not open", arguments: Misrouting.allCases)
  private func misrouted(misrouting: Misrouting) throws {
    var session = try SimulatedSession(
      parameters: testParameters(cohortSize: 6, threshold: 2), seed: 41)
    let other = try Transcript(
      parameters: testParameters(cohortSize: 6, threshold: 2), seed: 41)
    let (receiver, sender, third) = (try client(2), try client(4), try client(5))
    var sent: [ClientID: ShareDistribution] = [:]
    session.onTheWay = { message in
      if case .shareDistribution(let distribution) = message {
        sent[message.sender] = distribution
      }
      return message
    }
    for round in [ProtocolRound.advertiseKeys, .shareKeys] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    func envelope(from: ClientID, to: ClientID) throws -> SealedShares {
      try #require(sent[from]?.shares.first { $0.peer == to }).shares
    }
    var bytes = try envelope(from: sender, to: receiver).bytes
    bytes[bytes.count / 2] ^= 1
    let shares: SealedShares =
      switch misrouting {
      case .redirected: try envelope(from: sender, to: third)
      case .reflected: try envelope(from: receiver, to: sender)
      case .replayed: try self.envelope(from: sender, to: receiver, in: other)
      case .swapped: try envelope(from: third, to: receiver)
      case .damaged: try #require(SealedShares(bytes: bytes))
      case .none: try envelope(from: sender, to: receiver)
      }
    let victim = try #require(session.clients.first { $0.id == receiver })
    guard case .shareDelivery(let honest) = try session.server.message(for: receiver) else {
      Issue.record("no delivery")
      return
    }
    let delivery = ShareDelivery(
      session: honest.session, recipient: receiver,
      shares: honest.shares.map {
        $0.peer == sender ? AddressedShares(peer: sender, shares: shares) : $0
      })
    let input = try victim.answer(.shareDelivery(delivery))
    try session.server.receive(input, from: receiver)
    try session.collect(.maskedInput, leaving: [:])
    try session.server.closeRound()
    let request = try session.server.message(for: receiver)
    guard case .unmaskingResponse(let answer) = try victim.answer(request) else {
      Issue.record("no answer")
      return
    }
    let unopened = misrouting == .none ? [] : [sender]
    #expect(answer.unopened == unopened)
    #expect(answer.shares.count == 5 - unopened.count)
    #expect(answer.shares.contains { $0.subject == sender } == unopened.isEmpty)
    // The sum does not suffer: four others hold the sender's shares.
    try session.server.receive(.unmaskingResponse(answer), from: receiver)
    try session.collect(.unmasking, leaving: [:])
    let aggregate = try session.server.unmask()
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: ClientID.all(cohortSize: 6)))
    #expect(
      aggregate.faults
        == unopened.map {
          ShareFault(holder: receiver, dealer: $0, kind: .selfMask, finding: .unopened)
        })
  }
}
