import SecAgg
import SecAggWire
import Testing

@Suite("Wire: fields")
struct WireFieldTests {
  /// Expects that the client message of a round, edited, is refused for `reason`.
  private func expect(
    _ reason: WireError.Reason, editing field: WireField,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ edit: (ProtobufFields.Value) -> ProtobufFields.Value?
  ) throws {
    let message = try SampleMessages.fromClient(in: field.round)
    let found = ProtobufFields.editing(try message.serialized(), at: field.path, edit)
    let edited = try #require(found, sourceLocation: sourceLocation)
    #expect(
      throws: WireError(sender: message.sender, reason: reason), sourceLocation: sourceLocation
    ) {
      try ClientMessage(serialized: edited, from: message.sender)
    }
  }

  /// Expects that the server message that opens a round, edited, is refused for `reason`.
  private func expectOfServer(
    _ reason: WireError.Reason, editing field: WireField,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ edit: (ProtobufFields.Value) -> ProtobufFields.Value?
  ) throws {
    let bytes = try SampleMessages.fromServer(opening: field.round).serialized()
    let found = ProtobufFields.editing(bytes, at: field.path, edit)
    let edited = try #require(found, sourceLocation: sourceLocation)
    #expect(throws: WireError(sender: nil, reason: reason), sourceLocation: sourceLocation) {
      try ServerMessage(serialized: edited)
    }
  }

  private func lengths(otherThan expected: Int) -> [Int] {
    [1, expected - 1, expected + 1, 2 * expected, 10_000]
  }

  @Test("a client's field of fixed size has that size", arguments: WireField.fixedSizeOfClient)
  func fixedSizeOfClient(field: WireField) throws {
    for found in lengths(otherThan: field.byteCount) {
      let reason = WireError.Reason.wrongLength(
        field: field.name, found: found, expected: field.byteCount)
      try expect(reason, editing: field) { _ in .bytes(Array(repeating: 9, count: found)) }
    }
    try expect(.missingField(field.name), editing: field) { _ in .bytes([]) }
    try expect(.missingField(field.name), editing: field) { _ in nil }
  }

  @Test("a server's field of fixed size has that size", arguments: WireField.fixedSizeOfServer)
  func fixedSizeOfServer(field: WireField) throws {
    for found in lengths(otherThan: field.byteCount) {
      let reason = WireError.Reason.wrongLength(
        field: field.name, found: found, expected: field.byteCount)
      try expectOfServer(reason, editing: field) { _ in .bytes(Array(repeating: 9, count: found)) }
    }
    try expectOfServer(.missingField(field.name), editing: field) { _ in .bytes([]) }
    try expectOfServer(.missingField(field.name), editing: field) { _ in nil }
  }

  @Test("a client's ids and enumerations are not zero", arguments: WireField.numbersOfClient)
  func numbersOfClient(field: WireField) throws {
    try expect(.missingField(field.name), editing: field) { _ in .varint(0) }
    try expect(.missingField(field.name), editing: field) { _ in nil }
  }

  @Test("a server's ids and counts are not zero", arguments: WireField.numbersOfServer)
  func numbersOfServer(field: WireField) throws {
    try expectOfServer(.missingField(field.name), editing: field) { _ in .varint(0) }
    try expectOfServer(.missingField(field.name), editing: field) { _ in nil }
  }

  @Test("an id in a list is not zero")
  func idsInLists() throws {
    let contributors = WireField(
      round: .unmasking, path: [14, 2], name: "unmasking_request.contributors")
    try expectOfServer(.missingField(contributors.name), editing: contributors) { _ in
      .bytes([1, 0, 3])
    }
    // Nothing failed to open in the sample, so the list has to be put there.
    let message = try SampleMessages.fromClient(in: .unmasking)
    let bytes = try #require(
      ProtobufFields.appending(2, .bytes([0]), to: try message.serialized(), at: [14]))
    #expect(
      throws: WireError(
        sender: message.sender, reason: .missingField("unmasking_response.unopened"))
    ) {
      try ClientMessage(serialized: bytes, from: message.sender)
    }
  }

  @Test("a secret kind is a known one", arguments: [3, 200, UInt64(Int32.max)])
  func unknownSecretKind(number: UInt64) throws {
    let kind = WireField(
      round: .unmasking, path: [14, 1, 2], name: "unmasking_response.shares.kind")
    try expect(
      .invalidValue(field: kind.name, problem: "there is no secret kind \(number)"), editing: kind
    ) { _ in .varint(number) }
  }

  @Test("a version is 1", arguments: [0, 2, UInt64(UInt32.max)])
  func version(found: UInt64) throws {
    let reason = WireError.Reason.unsupportedVersion(found: UInt32(truncatingIfNeeded: found))
    for round in ProtocolRound.rounds(in: .semiHonest) {
      try expect(reason, editing: WireField(round: round, path: [1], name: "version")) { _ in
        .varint(found)
      }
    }
    for round in SampleMessages.roundsOpened {
      try expectOfServer(reason, editing: WireField(round: round, path: [1], name: "version")) {
        _ in .varint(found)
      }
    }
  }

  @Test("a message has a body")
  func missingBody() throws {
    for round in ProtocolRound.rounds(in: .semiHonest) {
      let body = WireField(round: round, path: [10 + Int(round.rawValue)], name: "body")
      try expect(.missingField("body"), editing: body) { _ in nil }
    }
    for round in SampleMessages.roundsOpened {
      let body = WireField(round: round, path: [10 + Int(round.rawValue)], name: "body")
      try expectOfServer(.missingField("body"), editing: body) { _ in nil }
    }
  }

  @Test("a neighbour has an advertisement")
  func missingAdvertisement() throws {
    let name = "roster_announcement.neighbours.advertisement"
    try expectOfServer(
      .missingField(name), editing: WireField(round: .shareKeys, path: [11, 3, 2], name: name)
    ) { _ in nil }
  }

  @Test(
    "a client message has known fields only, at every depth",
    arguments: WireField.nestedMessagesOfClient)
  func unknownFieldsOfClient(nested: WireField) throws {
    let message = try SampleMessages.fromClient(in: nested.round)
    for value in [ProtobufFields.Value.varint(1), .bytes([]), .bytes([1, 2, 3])] {
      let extended = try #require(
        ProtobufFields.appending(99, value, to: try message.serialized(), at: nested.path))
      let reason = WireError.Reason.unknownFields(message: "secagg.v1.\(nested.name)")
      #expect(throws: WireError(sender: message.sender, reason: reason)) {
        try ClientMessage(serialized: extended, from: message.sender)
      }
    }
  }

  @Test(
    "a server message has known fields only, at every depth",
    arguments: WireField.nestedMessagesOfServer)
  func unknownFieldsOfServer(nested: WireField) throws {
    let bytes = try SampleMessages.fromServer(opening: nested.round).serialized()
    for value in [ProtobufFields.Value.varint(1), .bytes([]), .bytes([1, 2, 3])] {
      let extended = try #require(
        ProtobufFields.appending(99, value, to: bytes, at: nested.path))
      let reason = WireError.Reason.unknownFields(message: "secagg.v1.\(nested.name)")
      #expect(throws: WireError(sender: nil, reason: reason)) {
        try ServerMessage(serialized: extended)
      }
    }
  }

  @Test("a masked input is a whole number of words, and not none", arguments: [1, 7, 9, 12, 4_095])
  func maskedInputLength(byteCount: Int) throws {
    let words = WireField(round: .maskedInput, path: [12, 1], name: "masked_input.words")
    try expect(
      .invalidValue(
        field: words.name, problem: "\(byteCount) bytes are no whole number of 8-byte words"),
      editing: words
    ) { _ in .bytes(Array(repeating: 1, count: byteCount)) }
    try expect(.missingField(words.name), editing: words) { _ in .bytes([]) }
  }

  @Test("a masked input of another length is not the one of the checksum")
  func maskedInputOfOtherLength() throws {
    let words = WireField(round: .maskedInput, path: [12, 1], name: "masked_input.words")
    try expect(.checksumMismatch, editing: words) { value in
      guard case .bytes(let bytes) = value else { return nil }
      return .bytes(bytes + Array(repeating: 0, count: 8))
    }
  }

  @Test("a revealed share is reduced", arguments: 0..<5)
  func shareNotReduced(word: Int) throws {
    let share = WireField(
      round: .unmasking, path: [14, 1, 3], name: "unmasking_response.shares.share")
    // The modulus itself, 2^61 - 1, in place of one of the five words.
    let modulus: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]
    try expect(
      .invalidValue(field: share.name, problem: "\(SecretShareError.notReduced(word: word))"),
      editing: share
    ) { value in
      guard case .bytes(var bytes) = value else { return nil }
      bytes.replaceSubrange(8 * word..<8 * word + 8, with: modulus)
      return .bytes(bytes)
    }
  }

  @Test("a public key is canonical and of large order")
  func badPublicKeys() throws {
    let zero = [UInt8](repeating: 0, count: 32)
    // 2^255 - 19, the prime itself, is 0 once more; with the top bit set a key has a twin.
    let prime: [UInt8] = [0xed] + Array(repeating: 0xff, count: 30) + [0x7f]
    let topBit: [UInt8] = [9] + Array(repeating: 0, count: 30) + [0x80]
    let bad: [([UInt8], PublicKeyError)] = [
      (zero, .lowOrder), ([1] + zero.dropFirst(), .lowOrder), (prime, .notCanonical),
      (topBit, .notCanonical), (Array(repeating: 0xff, count: 32), .notCanonical),
    ]
    for (key, error) in bad {
      for field in WireField.fixedSizeOfClient where field.name.hasSuffix("_key") {
        try expect(.invalidValue(field: field.name, problem: "\(error)"), editing: field) { _ in
          .bytes(key)
        }
      }
      for field in WireField.fixedSizeOfServer where field.name.hasSuffix("_key") {
        try expectOfServer(.invalidValue(field: field.name, problem: "\(error)"), editing: field) {
          _ in .bytes(key)
        }
      }
    }
  }

  @Test(
    "a message that names another sender is refused",
    arguments: ProtocolRound.rounds(in: .semiHonest))
  func otherSender(round: ProtocolRound) throws {
    let message = try SampleMessages.fromClient(in: round)
    let sender = try #require(ClientID(message.sender.rawValue + 1))
    #expect(throws: WireError(sender: sender, reason: .senderMismatch(claimed: message.sender))) {
      try ClientMessage(serialized: message.serialized(), from: sender)
    }
  }

  @Test("the checksum covers the id of the sender, of the recipient and of the session")
  func checksumCoversTheEnvelope() throws {
    let message = try SampleMessages.fromClient(in: .advertiseKeys)
    let sender = try #require(ClientID(77))
    let edited = try #require(
      ProtobufFields.editing(try message.serialized(), at: [3]) { _ in .varint(77) })
    #expect(throws: WireError(sender: sender, reason: .checksumMismatch)) {
      try ClientMessage(serialized: edited, from: sender)
    }
    let session = ProtobufFields.Value.bytes(Array(repeating: 5, count: 32))
    for round in ProtocolRound.rounds(in: .semiHonest) {
      let field = WireField(round: round, path: [2], name: "session")
      try expect(.checksumMismatch, editing: field) { _ in session }
    }
    for round in SampleMessages.roundsOpened {
      try expectOfServer(
        .checksumMismatch, editing: WireField(round: round, path: [3], name: "recipient")
      ) { _ in .varint(77) }
      try expectOfServer(
        .checksumMismatch, editing: WireField(round: round, path: [2], name: "session")
      ) { _ in session }
    }
  }

  @Test("what no receiver would take is not serialised")
  func unserialisable() throws {
    let sample = try SampleMessages.fromClient(in: .advertiseKeys)
    let (session, id) = (sample.session, sample.sender)
    let empty = ClientMessage.maskedInput(MaskedInput(session: session, sender: id, words: []))
    #expect(throws: WireError(sender: id, reason: .missingField("masked_input.words"))) {
      try empty.serialized()
    }
    for (count, isZero) in [(0, true), (-1, false), (1 << 32, false), (.min, false)] {
      let announcement = ServerMessage.rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: id, rosterSize: count, commitment: session, neighbours: []))
      let request = ServerMessage.unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: id, contributorCount: count, contributors: []))
      for (message, field) in [
        (announcement, "roster_announcement.roster_size"),
        (request, "unmasking_request.contributor_count"),
      ] {
        let reason = WireError.Reason.invalidValue(
          field: field, problem: "\(count) is not a number of clients")
        #expect(
          throws: WireError(sender: nil, reason: isZero ? .missingField(field) : reason)
        ) { try message.serialized() }
      }
    }
  }

  @Test("a neighbour's advertisement of another session is not serialised as one of this session")
  func neighbourOfOtherSession() throws {
    guard case .keyAdvertisement(let own) = try SampleMessages.fromClient(in: .advertiseKeys) else {
      return
    }
    let other = try #require(Digest(bytes: Array(repeating: 3, count: 32)))
    let message = ServerMessage.rosterAnnouncement(
      RosterAnnouncement(
        session: other, recipient: own.sender, rosterSize: 3, commitment: other, neighbours: [own]))
    let error = #expect(throws: WireError.self) { try message.serialized() }
    guard case .invalidValue(field: "roster_announcement.neighbours", _) = error?.reason else {
      Issue.record("refused for another reason: \(error.debugDescription)")
      return
    }
  }

  @Test("a list longer than the largest cohort is refused, coming and going")
  func longList() throws {
    let sample = try SampleMessages.fromServer(opening: .unmasking)
    guard case .unmaskingRequest(let request) = sample else { return }
    let limit = 1 << 20
    let field = WireField(
      round: .unmasking, path: [14, 2], name: "unmasking_request.contributors")
    let reason = WireError.Reason.tooLarge(field: field.name, found: limit + 1, atMost: limit)
    try expectOfServer(reason, editing: field) { _ in
      .bytes(Array(repeating: 1, count: limit + 1))
    }
    let long = ServerMessage.unmaskingRequest(
      UnmaskingRequest(
        session: request.session, recipient: request.recipient, contributorCount: 3,
        contributors: Array(repeating: request.recipient, count: limit + 1)))
    #expect(throws: WireError(sender: nil, reason: reason)) { try long.serialized() }
  }

  @Test("an error says whose message it is about, or that it is the server's")
  func descriptions() throws {
    let id = try #require(ClientID(12))
    let digest = try #require(Digest(bytes: Array(repeating: 1, count: 32)))
    let reasons: [WireError.Reason] = [
      .malformed, .tooLarge(field: "message", found: 2, atMost: 1), .unsupportedVersion(found: 9),
      .unknownFields(message: "secagg.v1.MaskedInput"), .missingField("body"),
      .repeatedField(number: 12), .wrongLength(field: "session", found: 31, expected: 32),
      .invalidValue(field: "sender", problem: "odd"), .senderMismatch(claimed: id),
      .checksumMismatch, .digestMismatch(stated: digest, computed: digest),
    ]
    for reason in reasons {
      #expect(
        "\(WireError(sender: id, reason: reason))".hasPrefix("message of client 12 refused: "))
      #expect("\(WireError(sender: nil, reason: reason))".contains("of the server"))
      #expect("\(reason)".hasPrefix("expected ") && "\(reason)".contains("; "))
    }
    #expect(Set(reasons.map(\.description)).count == reasons.count)
  }
}
