import FLMath
import SecAgg
import SecAggWire
import Testing

@Suite("Wire: round trips")
struct WireRoundTripTests {
  @Test("every client message of a session comes back as it was")
  func clientMessages() throws {
    let messages = try SampleMessages.all().fromClients
    #expect(Set(messages.map(\.round)) == Set(ProtocolRound.rounds(in: .semiHonest)))
    for message in messages {
      let bytes = try message.serialized()
      #expect(try ClientMessage(serialized: bytes, from: message.sender) == message)
    }
  }

  @Test("every server message of a session comes back as it was")
  func serverMessages() throws {
    let messages = try SampleMessages.all().fromServer
    #expect(Set(messages.map(\.opens)) == Set(SampleMessages.roundsOpened))
    for message in messages {
      #expect(try ServerMessage(serialized: message.serialized()) == message)
    }
  }

  @Test("the sample session reveals shares of both kinds")
  func bothKinds() throws {
    guard case .unmaskingResponse(let response) = try SampleMessages.fromClient(in: .unmasking)
    else {
      Issue.record("not an unmasking response")
      return
    }
    #expect(Set(response.shares.map(\.kind)) == Set(SecretKind.allCases))
  }

  @Test("neighbours whose shares did not open come back")
  func unopened() throws {
    let sample = try SampleMessages.fromClient(in: .unmasking)
    let message = ClientMessage.unmaskingResponse(
      UnmaskingResponse(
        session: sample.session, sender: sample.sender, shares: [],
        unopened: try [1, 300, UInt32.max].map { try #require(ClientID($0)) }))
    #expect(try ClientMessage(serialized: message.serialized(), from: sample.sender) == message)
  }

  @Test("empty lists come back; whether they may be empty is for the receiver's round to say")
  func emptyLists() throws {
    let session = try SampleMessages.all().parameters.digest
    let id = try #require(ClientID(7))
    let fromClient: [ClientMessage] = [
      .shareDistribution(
        ShareDistribution(session: session, sender: id, selfMaskCommitment: session, shares: [])),
      .unmaskingResponse(
        UnmaskingResponse(session: session, sender: id, shares: [], unopened: [])),
    ]
    for message in fromClient {
      #expect(try ClientMessage(serialized: message.serialized(), from: id) == message)
    }
    let fromServer: [ServerMessage] = [
      .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: id, rosterSize: 1, commitment: session, neighbours: [])),
      .shareDelivery(ShareDelivery(session: session, recipient: id, shares: [])),
      .unmaskingRequest(
        UnmaskingRequest(session: session, recipient: id, contributorCount: 1, contributors: [])),
    ]
    for message in fromServer {
      #expect(try ServerMessage(serialized: message.serialized()) == message)
    }
  }

  @Test(
    "masked words come back bit for bit",
    arguments: [[0], [.max], [1, 0x0102_0304_0506_0708, 1 << 63], Array(0..<10_000)] as [[UInt64]])
  func maskedWords(words: [UInt64]) throws {
    let sample = try SampleMessages.fromClient(in: .maskedInput)
    let message = ClientMessage.maskedInput(
      MaskedInput(session: sample.session, sender: sample.sender, words: words))
    #expect(try ClientMessage(serialized: message.serialized(), from: sample.sender) == message)
  }

  @Test("lists of a thousand entries come back")
  func longLists() throws {
    let session = try SampleMessages.all().parameters.digest
    let ids = ClientID.all(cohortSize: 1_000)
    let sealed = try #require(
      SealedShares(bytes: Array(repeating: 8, count: SealedShares.byteCount)))
    let share = try SecretShare(bytes: Array(repeating: 8, count: SecretShare.byteCount))
    let addressed = ids.map { AddressedShares(peer: $0, shares: sealed) }
    let revealed = ids.map { RevealedShare(subject: $0, kind: .selfMask, share: share) }
    let key = try PublicKey(bytes: Array(repeating: 8, count: 32))
    let fromClient: [ClientMessage] = [
      .shareDistribution(
        ShareDistribution(
          session: session, sender: ids[0], selfMaskCommitment: session, shares: addressed)),
      .unmaskingResponse(
        UnmaskingResponse(session: session, sender: ids[0], shares: revealed, unopened: ids)),
    ]
    for message in fromClient {
      #expect(try ClientMessage(serialized: message.serialized(), from: ids[0]) == message)
    }
    let fromServer: [ServerMessage] = [
      .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: ids[0], rosterSize: 1_000, commitment: session,
          neighbours: ids.map {
            KeyAdvertisement(session: session, sender: $0, sealingKey: key, maskKey: key)
          })),
      .shareDelivery(ShareDelivery(session: session, recipient: ids[0], shares: addressed)),
      .unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: ids[0], contributorCount: 1_000, contributors: ids)),
    ]
    for message in fromServer {
      #expect(try ServerMessage(serialized: message.serialized()) == message)
    }
  }

  @Test("bytes that are no message are stray at a client and rejected by name at a server")
  func noMessage() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 2)
    let lone = try LoneClient(number: 2, parameters: parameters)
    var session = try ClientSession(id: lone.id, parameters: parameters, policy: lone.policy)
    let roster = ServerMessage.rosterAnnouncement(
      lone.announcement(neighbours: try lone.advertisements(of: [1, 3, 4, 6])))
    var damaged = try roster.serialized()
    damaged[damaged.count / 2] ^= 1
    for bytes in [damaged, [], [1, 2, 3]] {
      guard case .stray(.malformed) = try session.handle(bytes) else {
        Issue.record("taken")
        continue
      }
    }
    guard case .reply(.shareDistribution) = try session.handle(roster.serialized()) else {
      Issue.record("no answer")
      return
    }
    var server = ServerSession(parameters: parameters)
    do {
      try server.receive([1, 2, 3], from: lone.id)
      Issue.record("taken")
    } catch {
      #expect(error.culprit == lone.id)
    }
    try server.receive(session.opening.serialized(), from: lone.id)
    #expect(server.received == [lone.id])
  }

  @Test("a session in which only bytes pass between client and server gives the plaintext sum")
  func sessionOverBytes() throws {
    let parameters = try SessionParameters(
      serialized: SampleMessages.all().parameters.serialized())
    let session = try SimulatedSession(parameters: parameters, seed: SampleMessages.seed)
    var server = session.server
    for round in ProtocolRound.rounds(in: .semiHonest) {
      if round != .advertiseKeys { try server.closeRound() }
      for client in session.clients {
        let answer: ClientMessage
        if round == .advertiseKeys {
          answer = client.opening
        } else {
          let bytes = try server.message(for: client.id).serialized()
          answer = try client.answer(ServerMessage(serialized: bytes))
        }
        let bytes = try answer.serialized()
        try server.receive(ClientMessage(serialized: bytes, from: client.id), from: client.id)
      }
    }
    let aggregate = try server.unmask()
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: session.clients.map(\.id)))
  }

  @Test("fields in another order are the same message, as protobuf has it")
  func fieldOrder() throws {
    for message in try SampleMessages.all().fromClients {
      var fields = try #require(try ProtobufFields(message.serialized()))
      fields.fields.reverse()
      #expect(try ClientMessage(serialized: fields.bytes, from: message.sender) == message)
    }
  }
}
