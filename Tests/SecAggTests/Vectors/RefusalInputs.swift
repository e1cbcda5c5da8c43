import SecAggWire
import Testing

@testable import SecAgg

/// Messages that must be refused, made of those of the transcripts.
enum RefusalVectors {
  static let bytes = VectorFile<RefusedBytesVector>(
    name: "refused-bytes",
    about: "Bytes that no receiver takes for a message, and the reason."
  ) {
    let all = try transcript("session-malicious-sparse").messages
    func first(_ round: UInt8, _ direction: String) -> SessionVector.Message? {
      all.first { $0.round == round && $0.direction == direction }
    }
    var inputs: [RefusedBytesVector.Input] = []
    func add(
      _ about: String, _ message: SessionVector.Message, _ change: ([UInt8]) -> [UInt8]?
    ) throws {
      inputs.append(
        .init(
          about: about, direction: message.direction, client: message.client,
          bytes: Hex(try #require(change(message.bytes.bytes)))))
    }
    let advertisement = try #require(first(0, "to server"))
    let masked = try #require(first(2, "to server"))
    let answer = try #require(first(4, "to server"))
    let roster = try #require(first(1, "from server"))
    let announced = try #require(first(3, "from server"))
    let request = try #require(first(4, "from server"))
    try add("nothing", advertisement) { _ in [] }
    try add("cut short", advertisement) { Array($0.dropLast()) }
    try add("version 2", advertisement) {
      ProtobufFields.editing($0, at: [1]) { _ in .varint(2) }
    }
    try add("no version", advertisement) { ProtobufFields.editing($0, at: [1]) { _ in nil } }
    try add("an unknown field in the envelope", advertisement) {
      ProtobufFields.appending(16, .varint(1), to: $0, at: [])
    }
    try add("an unknown field in the body", advertisement) {
      ProtobufFields.appending(9, .varint(1), to: $0, at: [10])
    }
    // Tags of field 2^29, which protobuf does not have: also where an unknown group is passed over.
    let tooLarge = ProtobufFields.varint(1 << 32) + [1]
    try add("a field number of 2^29", advertisement) { $0 + tooLarge }
    try add("a group", advertisement) {
      $0 + ProtobufFields.varint(100 << 3 | 3) + [8, 1] + ProtobufFields.varint(100 << 3 | 4)
    }
    try add("a field number of 2^29 in a group", advertisement) {
      $0 + ProtobufFields.varint(100 << 3 | 3) + tooLarge + ProtobufFields.varint(100 << 3 | 4)
    }
    try add("no sender", advertisement) { ProtobufFields.editing($0, at: [3]) { _ in nil } }
    try add("another sender", advertisement) {
      ProtobufFields.editing($0, at: [3]) { _ in .varint(12) }
    }
    try add("a session of 31 bytes", advertisement) {
      ProtobufFields.editing($0, at: [2]) { _ in .bytes([UInt8](repeating: 1, count: 31)) }
    }
    try add("no body", advertisement) { ProtobufFields.editing($0, at: [10]) { _ in nil } }
    try add("two bodies", advertisement) {
      ProtobufFields.appending(10, .bytes([]), to: $0, at: [])
    }
    try add("a sealing key of low order", advertisement) {
      ProtobufFields.editing($0, at: [10, 1]) { _ in
        .bytes([1] + [UInt8](repeating: 0, count: 31))
      }
    }
    try add("another mask key than that of the checksum", advertisement) {
      ProtobufFields.editing($0, at: [10, 2]) { _ in
        .bytes([9] + [UInt8](repeating: 0, count: 31))
      }
    }
    try add("a flipped bit in the masked words", masked) {
      ProtobufFields.editing($0, at: [12, 1]) { value in
        guard case .bytes(var bytes) = value else { return nil }
        bytes[0] ^= 1
        return .bytes(bytes)
      }
    }
    try add("masked words of 9 bytes", masked) {
      ProtobufFields.editing($0, at: [12, 1]) { _ in .bytes([UInt8](repeating: 1, count: 9)) }
    }
    try add("a share that is not reduced", answer) {
      ProtobufFields.editing($0, at: [14, 1, 3]) { _ in
        .bytes([UInt8](repeating: 0xff, count: 40))
      }
    }
    try add("a secret kind 3", answer) {
      ProtobufFields.editing($0, at: [14, 1, 2]) { _ in .varint(3) }
    }
    try add("no checksum", answer) { ProtobufFields.editing($0, at: [15]) { _ in nil } }
    try add("a neighbour without its path", roster) {
      ProtobufFields.editing($0, at: [11, 3, 3]) { _ in nil }
    }
    try add("no path for the recipient", roster) {
      ProtobufFields.editing($0, at: [11, 5]) { _ in nil }
    }
    try add("a path of 33 bytes", roster) {
      ProtobufFields.editing($0, at: [11, 5]) { _ in .bytes([UInt8](repeating: 1, count: 33)) }
    }
    try add("paths without the ids of the roster", roster) {
      ProtobufFields.editing($0, at: [11, 4]) { _ in nil }
    }
    try add("ids of the roster that end in a byte of zero", roster) {
      ProtobufFields.editing($0, at: [11, 4]) { _ in .bytes([0xff, 0]) }
    }
    try add("contributors beyond the roster", announced) {
      ProtobufFields.editing($0, at: [13, 2]) { _ in .bytes([0xff, 0xff]) }
    }
    try add("a contributor of id 0", request) {
      ProtobufFields.editing($0, at: [14, 2]) { _ in .bytes([0]) }
    }
    try inputs += parameters()
    return inputs
  }

  /// Messages with parameters that nobody takes.
  private static func parameters() throws -> [RefusedBytesVector.Input] {
    let bytes = try transcript("session-malicious-sparse").parametersMessage.bytes
    let changes: [(String, Int, ProtobufFields.Value?)] = [
      ("no digest", 15, nil), ("another digest", 15, .bytes([UInt8](repeating: 7, count: 32))),
      ("a threat model 3", 3, .varint(3)), ("no cohort size", 4, nil),
      ("an odd degree", 5, .varint(7)), ("a threshold of half of the degree", 6, .varint(4)),
      ("no elements", 7, nil), ("2^32 + 1 elements", 7, .varint(1 << 32 + 1)),
      ("a value bit less than the lanes leave", 8, .varint(27)),
      ("a minimum above the maximum", 10, .varint(15)), ("a mask cipher 3", 11, .varint(3)),
      ("a context of 31 bytes", 12, .bytes([UInt8](repeating: 1, count: 31))),
      ("no lane kind", 13, nil),
    ]
    return try changes.map { about, field, value in
      let changed = ProtobufFields.editing(bytes, at: [field]) { _ in value }
      return .init(
        about: about, direction: "parameters", client: 0, bytes: Hex(try #require(changed)))
    }
  }

  private static func transcript(_ name: String) throws -> SessionVector {
    try #require(SessionVectors.all.first { $0.name == name }?.read().first)
  }

  static let messages = VectorFile<RefusedMessageVector>(
    name: "refused-messages",
    about: "Well-formed messages that are refused at one point of a transcript, and the error."
  ) {
    var inputs: [RefusedMessageVector.Input] = []
    for name in ["session-semi-honest", "session-malicious-sparse"] {
      inputs += try toServer(name) + fromServer(name)
    }
    return inputs
  }

  private static func toServer(_ name: String) throws -> [RefusedMessageVector.Input] {
    let all = try transcript(name).messages
    var inputs: [RefusedMessageVector.Input] = []
    func add(
      _ about: String, round: UInt8, _ change: (ClientMessage) throws -> ClientMessage
    ) throws {
      let index = try #require(all.lastIndex { $0.round == round && $0.direction == "to server" })
      let message = all[index]
      let changed = try change(
        ClientMessage(serialized: message.bytes.bytes, from: .of(message.client)))
      inputs.append(
        .init(
          about: about, transcript: name, after: index, direction: "to server",
          client: message.client, bytes: Hex(try changed.serialized())))
    }
    try add("keys of another session", round: 0) { message in
      guard case .keyAdvertisement(let keys) = message else { return message }
      return .keyAdvertisement(
        .init(
          session: try Hex.fixed("another session").digest, sender: keys.sender,
          sealingKey: keys.sealingKey, maskKey: keys.maskKey, signature: keys.signature))
    }
    try add("one key for both purposes", round: 0) { message in
      guard case .keyAdvertisement(let keys) = message else { return message }
      return .keyAdvertisement(
        .init(
          session: keys.session, sender: keys.sender, sealingKey: keys.maskKey,
          maskKey: keys.maskKey, signature: keys.signature))
    }
    try add("a signature where there must be none, or of another", round: 0) { message in
      guard case .keyAdvertisement(let keys) = message else { return message }
      return .keyAdvertisement(
        .init(
          session: keys.session, sender: keys.sender, sealingKey: keys.sealingKey,
          maskKey: keys.maskKey,
          signature: try Signature(bytes: Hex.fixed("no signature", count: 64).bytes)))
    }
    try add("shares for all neighbours but one", round: 1) { message in
      guard case .shareDistribution(let shares) = message else { return message }
      return .shareDistribution(
        .init(
          session: shares.session, sender: shares.sender,
          selfMaskCommitment: shares.selfMaskCommitment, shares: shares.shares.dropLast()))
    }
    try add("a masked input that is a word too long", round: 2) { message in
      guard case .maskedInput(let input) = message else { return message }
      return .maskedInput(
        .init(session: input.session, sender: input.sender, words: input.words + [0]))
    }
    try add("an answer with the other secret of one neighbour", round: 4) { message in
      guard case .unmaskingResponse(let answer) = message, let first = answer.shares.first else {
        return message
      }
      let other = RevealedShare(
        subject: first.subject, kind: first.kind == .selfMask ? .maskKey : .selfMask,
        share: first.share)
      return .unmaskingResponse(
        .init(
          session: answer.session, sender: answer.sender,
          shares: [other] + answer.shares.dropFirst(), unopened: answer.unopened))
    }
    try add("an answer without one neighbour", round: 4) { message in
      guard case .unmaskingResponse(let answer) = message else { return message }
      return .unmaskingResponse(
        .init(
          session: answer.session, sender: answer.sender,
          shares: Array(answer.shares.dropFirst()), unopened: answer.unopened))
    }
    // The same message once more, and one of a round that is not open.
    let last = try #require(all.lastIndex { $0.round == 1 && $0.direction == "to server" })
    for (about, index) in [("the same shares again", last), ("keys when shares are due", 0)] {
      inputs.append(
        .init(
          about: about, transcript: name, after: last + 1, direction: "to server",
          client: all[index].client, bytes: all[index].bytes))
    }
    return inputs
  }

  private static func fromServer(_ name: String) throws -> [RefusedMessageVector.Input] {
    let transcript = try transcript(name)
    let all = transcript.messages
    let asked = try #require(transcript.input.clients.last).id
    var inputs = strays(name, all, asked)
    func add(
      _ about: String, round: UInt8, _ change: (ServerMessage) throws -> ServerMessage?
    ) throws {
      let index = try #require(
        all.firstIndex {
          $0.round == round && $0.direction == "from server" && $0.client == asked
        })
      guard let changed = try change(ServerMessage(serialized: all[index].bytes.bytes)) else {
        return
      }
      inputs.append(
        .init(
          about: about, transcript: name, after: index, direction: "from server", client: asked,
          bytes: Hex(try changed.serialized())))
    }
    func announcement(
      _ change: @escaping (RosterAnnouncement) throws -> RosterAnnouncement?
    ) -> (ServerMessage) throws -> ServerMessage? {
      { message in
        guard case .rosterAnnouncement(let announcement) = message else { return nil }
        return try change(announcement).map { .rosterAnnouncement($0) }
      }
    }
    try add(
      "a roster for another client", round: 1,
      announcement {
        .init(
          session: $0.session, recipient: try .of(2), rosterSize: $0.rosterSize,
          commitment: $0.commitment, neighbours: $0.neighbours, membership: $0.membership)
      })
    try add(
      "a roster with a neighbour too few", round: 1,
      announcement { announcement in
        let membership = announcement.membership.map {
          RosterMembership(
            ids: $0.ids, ownPath: $0.ownPath, neighbourPaths: $0.neighbourPaths.dropLast())
        }
        return .init(
          session: announcement.session, recipient: announcement.recipient,
          rosterSize: announcement.rosterSize, commitment: announcement.commitment,
          neighbours: announcement.neighbours.dropLast(), membership: membership)
      })
    try add(
      "a roster of 2", round: 1,
      announcement {
        .init(
          session: $0.session, recipient: $0.recipient, rosterSize: 2, commitment: $0.commitment,
          neighbours: $0.neighbours, membership: $0.membership)
      })
    try add(
      "a commitment to another roster", round: 1,
      announcement {
        guard $0.membership != nil else { return nil }
        return .init(
          session: $0.session, recipient: $0.recipient, rosterSize: $0.rosterSize,
          commitment: try Hex.fixed("another roster").digest, neighbours: $0.neighbours,
          membership: $0.membership)
      })
    try add("shares of too few neighbours", round: 2) { message in
      guard case .shareDelivery(let delivery) = message else { return nil }
      return .shareDelivery(
        .init(
          session: delivery.session, recipient: delivery.recipient,
          shares: Array(delivery.shares.prefix(1))))
    }
    try add("shares of a stranger", round: 2) { message in
      guard case .shareDelivery(let delivery) = message, let first = delivery.shares.first else {
        return nil
      }
      return .shareDelivery(
        .init(
          session: delivery.session, recipient: delivery.recipient,
          shares: [AddressedShares(peer: delivery.recipient, shares: first.shares)]))
    }
    try add("other contributors than before, or too few", round: 4) { message in
      guard case .unmaskingRequest(let request) = message else { return nil }
      return .unmaskingRequest(
        .init(
          session: request.session, recipient: request.recipient, contributorCount: 2,
          contributors: request.contributors, endorsements: request.endorsements))
    }
    try add("no contributors", round: 4) { message in
      guard case .unmaskingRequest(let request) = message else { return nil }
      return .unmaskingRequest(
        .init(
          session: request.session, recipient: request.recipient,
          contributorCount: request.contributorCount, contributors: [],
          endorsements: request.endorsements))
    }
    try add("contributors without the client itself", round: 4) { message in
      guard case .unmaskingRequest(let request) = message else { return nil }
      return .unmaskingRequest(
        .init(
          session: request.session, recipient: request.recipient,
          contributorCount: request.contributorCount,
          contributors: request.contributors.filter { $0 != request.recipient },
          endorsements: request.endorsements))
    }
    try add("too few endorsements", round: 4) { message in
      guard case .unmaskingRequest(let request) = message, let first = request.endorsements.first
      else { return nil }
      return .unmaskingRequest(
        .init(
          session: request.session, recipient: request.recipient,
          contributorCount: request.contributorCount, contributors: request.contributors,
          endorsements: [first, first]))
    }
    return inputs
  }

  /// Messages that a client of a transcript gets again, too early, or that are for another client or session.
  private static func strays(
    _ name: String, _ all: [SessionVector.Message], _ asked: UInt32
  ) -> [RefusedMessageVector.Input] {
    let own = all.indices.filter {
      all[$0].direction == "from server" && all[$0].client == asked
    }
    var inputs: [RefusedMessageVector.Input] = []
    func add(_ about: String, after index: Int, _ message: SessionVector.Message) {
      inputs.append(
        .init(
          about: about, transcript: name, after: index, direction: "from server", client: asked,
          bytes: message.bytes))
    }
    for (place, index) in own.enumerated() {
      // When the next message is due, the one before comes again; and the last comes too early.
      if place > 0 { add("a message again", after: index, all[own[place - 1]]) }
      if place < own.count - 1, let last = own.last {
        add("the last message too early", after: index, all[last])
      }
      if let other = all.first(where: {
        $0.direction == "from server" && $0.round == all[index].round && $0.client != asked
      }) {
        add("the message of another client", after: index, other)
      }
    }
    if let last = own.last { add("the request again", after: last + 1, all[last]) }
    return inputs
  }
}
