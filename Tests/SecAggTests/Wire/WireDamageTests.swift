import SecAgg
import SecAggWire
import Testing

/// What became of damaged bytes of a client's or the server's message.
private enum Outcome: Equatable {
  case refused(by: WireError)
  case sameMessage
  case anotherMessage
}

private func outcome(of bytes: [UInt8], sentAs message: ClientMessage) -> Outcome {
  do throws(WireError) {
    let parsed = try ClientMessage(serialized: bytes, from: message.sender)
    return parsed == message ? .sameMessage : .anotherMessage
  } catch {
    return .refused(by: error)
  }
}

private func outcome(of bytes: [UInt8], sentAs message: ServerMessage) -> Outcome {
  do throws(WireError) {
    return try ServerMessage(serialized: bytes) == message ? .sameMessage : .anotherMessage
  } catch {
    return .refused(by: error)
  }
}

/// Expects a refusal that names `sender`.
private func expectRefusal(
  _ outcome: Outcome, naming sender: ClientID?, _ comment: Comment,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard case .refused(let error) = outcome else {
    Issue.record("\(outcome), not refused: \(comment)", sourceLocation: sourceLocation)
    return
  }
  #expect(error.sender == sender, comment, sourceLocation: sourceLocation)
}

@Suite("Wire: damage")
struct WireDamageTests {
  @Test(
    "a client message cut short anywhere is refused",
    arguments: ProtocolRound.rounds(in: .semiHonest))
  func truncatedClientMessage(round: ProtocolRound) throws {
    let message = try SampleMessages.fromClient(in: round)
    let bytes = try message.serialized()
    for count in bytes.indices {
      expectRefusal(
        outcome(of: Array(bytes.prefix(count)), sentAs: message), naming: message.sender,
        "\(count) of \(bytes.count) bytes")
    }
  }

  @Test("a server message cut short anywhere is refused", arguments: SampleMessages.roundsOpened)
  func truncatedServerMessage(round: ProtocolRound) throws {
    let message = try SampleMessages.fromServer(opening: round)
    let bytes = try message.serialized()
    for count in bytes.indices {
      expectRefusal(
        outcome(of: Array(bytes.prefix(count)), sentAs: message), naming: nil,
        "\(count) of \(bytes.count) bytes")
    }
  }

  @Test("a message with any byte behind it is refused")
  func extended() throws {
    for byte in UInt8.min...UInt8.max {
      for round in ProtocolRound.rounds(in: .semiHonest) {
        let message = try SampleMessages.fromClient(in: round)
        expectRefusal(
          outcome(of: try message.serialized() + [byte], sentAs: message), naming: message.sender,
          "\(byte) behind the message of \(round)")
      }
      for round in SampleMessages.roundsOpened {
        let message = try SampleMessages.fromServer(opening: round)
        expectRefusal(
          outcome(of: try message.serialized() + [byte], sentAs: message), naming: nil,
          "\(byte) behind the message that opens \(round)")
      }
    }
  }

  /// The checksum covers what a message means. A flipped bit could at most change how the same
  /// meaning is encoded, and not even that happens: none of all flips goes through.
  @Test(
    "a client message with any bit flipped is refused",
    arguments: ProtocolRound.rounds(in: .semiHonest))
  func flippedClientMessage(round: ProtocolRound) throws {
    let message = try SampleMessages.fromClient(in: round)
    let bytes = try message.serialized()
    var unnoticed = 0
    for bit in 0..<8 * bytes.count {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = outcome(of: flipped, sentAs: message)
      if result == .sameMessage {
        unnoticed += 1
      } else {
        expectRefusal(result, naming: message.sender, "bit \(bit)")
      }
    }
    #expect(unnoticed == 0)
  }

  @Test("a server message with any bit flipped is refused", arguments: SampleMessages.roundsOpened)
  func flippedServerMessage(round: ProtocolRound) throws {
    let message = try SampleMessages.fromServer(opening: round)
    let bytes = try message.serialized()
    var unnoticed = 0
    for bit in 0..<8 * bytes.count {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = outcome(of: flipped, sentAs: message)
      if result == .sameMessage {
        unnoticed += 1
      } else {
        expectRefusal(result, naming: nil, "bit \(bit)")
      }
    }
    #expect(unnoticed == 0)
  }

  /// A doubled field may be the same message: protobuf takes the last of two. Another message must
  /// never come out, unless a splice took all of the other one.
  @Test("mutated client messages are refused or unchanged", arguments: [1, 2, 3] as [UInt64])
  func mutatedClientMessages(seed: UInt64) throws {
    let messages = try SampleMessages.all().fromClients
    let serialized = try messages.map { message throws(WireError) in try message.serialized() }
    var mutator = MessageMutator(seed: seed)
    for round in 0..<2_000 {
      let index = round % messages.count
      let other = (index * 7 + round) % messages.count
      let mutated = mutator.mutate(serialized[index], other: serialized[other])
      switch outcome(of: mutated.bytes, sentAs: messages[index]) {
      case .refused(let error): #expect(error.sender == messages[index].sender, "\(mutated)")
      case .sameMessage: break
      case .anotherMessage:
        #expect(
          mutated.mutation == .splice
            && outcome(of: mutated.bytes, sentAs: messages[other]) == .sameMessage, "\(mutated)")
      }
    }
  }

  @Test("mutated server messages are refused or unchanged", arguments: [4, 5, 6] as [UInt64])
  func mutatedServerMessages(seed: UInt64) throws {
    let messages = try SampleMessages.all().fromServer
    let serialized = try messages.map { message throws(WireError) in try message.serialized() }
    var mutator = MessageMutator(seed: seed)
    for round in 0..<2_000 {
      let index = round % messages.count
      let other = (index * 7 + round) % messages.count
      let mutated = mutator.mutate(serialized[index], other: serialized[other])
      switch outcome(of: mutated.bytes, sentAs: messages[index]) {
      case .refused(let error): #expect(error.sender == nil, "\(mutated)")
      case .sameMessage: break
      case .anotherMessage:
        #expect(
          mutated.mutation == .splice
            && outcome(of: mutated.bytes, sentAs: messages[other]) == .sameMessage, "\(mutated)")
      }
    }
  }

  @Test("the same seed gives the same mutations")
  func mutationsRepeat() throws {
    let bytes = try SampleMessages.fromClient(in: .shareKeys).serialized()
    var (one, two) = (MessageMutator(seed: 9), MessageMutator(seed: 9))
    for _ in 0..<100 {
      #expect(one.mutate(bytes, other: bytes).bytes == two.mutate(bytes, other: bytes).bytes)
    }
  }

  @Test("every mutation takes empty messages too", arguments: Mutation.allCases)
  func mutationsOfNothing(mutation: Mutation) {
    var mutator = MessageMutator(seed: 10)
    for other in [[], [1, 2, 3]] as [[UInt8]] {
      for _ in 0..<20 {
        #expect(mutator.mutate([], other: other, by: mutation).bytes.count <= 16)
      }
    }
  }

  @Test("random bytes are refused")
  func garbage() throws {
    let seed: UInt64 = 11
    var mutator = MessageMutator(seed: seed)
    let sender = try #require(ClientID(3))
    for count in Array(0..<300) + [1_000, 10_000, 100_000] {
      let bytes = mutator.garbage(count: count)
      let error = #expect(throws: WireError.self, "seed \(seed), \(count) bytes") {
        try ClientMessage(serialized: bytes, from: sender)
      }
      #expect(error?.sender == sender)
      #expect(throws: WireError.self, "seed \(seed), \(count) bytes") {
        try ServerMessage(serialized: bytes)
      }
      #expect(throws: WireError.self, "seed \(seed), \(count) bytes") {
        try SessionParameters(serialized: bytes)
      }
    }
  }

  @Test("nested groups and claims of huge lengths cost neither stack nor memory")
  func hostileLengths() throws {
    let sender = try #require(ClientID(3))
    let largest: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
    let hostile: [[UInt8]] = [
      // The start of an unknown group, over and over, alone and inside a body.
      Array(repeating: 0x23, count: 100_000),
      [0x08, 1, 0x62] + ProtobufFields.varint(100_000) + Array(repeating: 0x23, count: 100_000),
      // A body, and inside one a field, of nearly 2^63 bytes.
      [0x08, 1, 0x62] + largest,
      [0x08, 1, 0x62, 0x0a, 0x0a] + largest,
      // A packed list of as many.
      [0x08, 1, 0x72, 0x0a, 0x12] + largest,
      // A varint that does not end.
      Array(repeating: 0xff, count: 100_000),
    ]
    for bytes in hostile {
      #expect(throws: WireError(sender: sender, reason: .malformed)) {
        try ClientMessage(serialized: bytes, from: sender)
      }
      #expect(throws: WireError(sender: nil, reason: .malformed)) {
        try ServerMessage(serialized: bytes)
      }
      #expect(throws: WireError.self) { try SessionParameters(serialized: bytes) }
    }
  }

  @Test("a hundred thousand empty list entries are refused before they are decoded")
  func emptyEntries() throws {
    let sender = try #require(ClientID(3))
    let count = 100_000
    // Field 2 of a share distribution and field 1 of a share delivery, both of them empty.
    for (body, entry) in [(11, 0x12), (12, 0x0a)] as [(Int, UInt8)] {
      var envelope = ProtobufFields()
      envelope.fields = [
        (1, .varint(1)), (body, .bytes(Array(repeatElement([entry, 0], count: count).joined()))),
      ]
      let bytes = envelope.bytes
      let limit = 8 + bytes.count / 32
      let reason = WireError.Reason.tooLarge(field: "body", found: limit + 1, atMost: limit)
      #expect(throws: WireError(sender: sender, reason: reason)) {
        try ClientMessage(serialized: bytes, from: sender)
      }
      #expect(throws: WireError(sender: nil, reason: reason)) {
        try ServerMessage(serialized: bytes)
      }
    }
  }

  /// Protobuf would merge them, in time that grows with the square of their number.
  @Test("a body in fifty thousand pieces is refused")
  func bodyInPieces() throws {
    let sender = try #require(ClientID(3))
    let bytes = Array(repeatElement([0x5a, 0x02, 0x12, 0x00] as [UInt8], count: 50_000).joined())
    let reason = WireError.Reason.repeatedField(number: 11)
    #expect(throws: WireError(sender: sender, reason: reason)) {
      try ClientMessage(serialized: bytes, from: sender)
    }
    #expect(throws: WireError(sender: nil, reason: reason)) {
      try ServerMessage(serialized: bytes)
    }
  }

  /// Protobuf would keep the last, masked words would be taken whatever stood beside them, and the
  /// checksum is only of what was kept.
  @Test("a second body of another round is refused, before the first or behind it")
  func secondBody() throws {
    let samples = try SampleMessages.all()
    for message in samples.fromClients {
      let bytes = try message.serialized()
      for other in 10...14 where other != 10 + Int(message.round.rawValue) {
        for (changed, second) in try withBody(other, beside: bytes) {
          #expect(
            throws: WireError(sender: message.sender, reason: .repeatedField(number: second))
          ) { try ClientMessage(serialized: changed, from: message.sender) }
        }
      }
    }
    for message in samples.fromServer {
      let bytes = try message.serialized()
      let own = try #require(ProtobufFields(bytes)).fields.first { (10...14).contains($0.number) }
      for other in 11...14 where other != own?.number {
        for (changed, second) in try withBody(other, beside: bytes) {
          #expect(throws: WireError(sender: nil, reason: .repeatedField(number: second))) {
            try ServerMessage(serialized: changed)
          }
        }
      }
    }
  }

  /// The message with an empty body before its own and behind it, and which is the second.
  private func withBody(
    _ number: Int, beside bytes: [UInt8]
  ) throws -> [(bytes: [UInt8], second: Int)] {
    let fields = try #require(ProtobufFields(bytes))
    let place = try #require(fields.fields.firstIndex { (10...14).contains($0.number) })
    var (before, behind) = (fields, fields)
    before.fields.insert((number, .bytes([])), at: place)
    behind.fields.insert((number, .bytes([])), at: place + 1)
    return [(before.bytes, fields.fields[place].number), (behind.bytes, number)]
  }

  @Test("two messages in a row are refused, even twice the same")
  func concatenated() throws {
    for message in try SampleMessages.all().fromClients {
      let bytes = try message.serialized()
      expectRefusal(
        outcome(of: bytes + bytes, sentAs: message), naming: message.sender, "\(message.round)")
    }
  }
}
