#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
public import SecAgg
internal import SwiftProtobuf

extension ServerMessage {
  /// Returns the bytes of the message in version 1 of `Protos/secagg/v1/server_messages.proto`.
  ///
  /// Complexity: O(size).
  ///
  /// - Throws: `WireError` for a message that every receiver would reject: a list of more than 2^20
  ///   entries, a number of clients that is not positive or beyond 32 bits, a neighbour's
  ///   advertisement of another session. None of them can come from `ServerSession`.
  public func serialized() throws(WireError) -> [UInt8] {
    let fields = FieldWriter(sender: nil)
    var envelope = ProtoServerMessage()
    envelope.version = WireFormat.version
    envelope.session = Data(session.bytes)
    envelope.recipient = recipient.rawValue
    envelope.body = try fields.body(of: self)
    envelope.checksum = Data(MessageChecksum(of: self).bytes)
    return try fields.bytes(of: envelope)
  }
}

extension FieldWriter {
  fileprivate func body(
    of message: ServerMessage
  ) throws(WireError) -> ProtoServerMessage.OneOf_Body {
    switch message {
    case .rosterAnnouncement(let message): .rosterAnnouncement(try body(of: message))
    case .shareDelivery(let message): .shareDelivery(try body(of: message))
    case .contributorAnnouncement(let message):
      .contributorAnnouncement(try body(of: message))
    case .unmaskingRequest(let message): .unmaskingRequest(try body(of: message))
    }
  }

  private func body(of message: RosterAnnouncement) throws(WireError) -> ProtoRosterAnnouncement {
    try check(entryCount: message.neighbours.count, "roster_announcement.neighbours")
    var body = ProtoRosterAnnouncement()
    body.rosterSize = try count(message.rosterSize, "roster_announcement.roster_size")
    body.commitment = Data(message.commitment.bytes)
    body.neighbours = try message.neighbours.map { neighbour throws(WireError) in
      // Only the envelope has the session, so a neighbour's other session would be lost silently.
      guard neighbour.session == message.session else {
        throw error(
          .invalidValue(
            field: "roster_announcement.neighbours",
            problem: "\(neighbour.sender) advertised keys in session \(neighbour.session)"))
      }
      return .with {
        $0.id = neighbour.sender.rawValue
        $0.advertisement = keys(of: neighbour)
      }
    }
    if let membership = message.membership {
      guard membership.neighbourPaths.count == body.neighbours.count else {
        throw error(.missingField("roster_announcement.neighbours.path"))
      }
      body.rosterIds = Data(membership.ids.bytes)
      body.ownPath = Data(membership.ownPath.flatMap(\.bytes))
      for (index, path) in membership.neighbourPaths.enumerated() {
        body.neighbours[index].path = Data(path.flatMap(\.bytes))
      }
    }
    return body
  }

  private func body(
    of message: ContributorAnnouncement
  ) throws(WireError) -> ProtoContributorAnnouncement {
    var body = ProtoContributorAnnouncement()
    body.rosterSize = try count(
      message.contributors.rosterSize, "contributor_announcement.roster_size")
    body.contributors = Data(message.contributors.bytes)
    return body
  }

  private func body(of message: ShareDelivery) throws(WireError) -> ProtoShareDelivery {
    var body = ProtoShareDelivery()
    body.shares = try addressedShares(message.shares, "share_delivery.shares")
    return body
  }

  private func body(of message: UnmaskingRequest) throws(WireError) -> ProtoUnmaskingRequest {
    var body = ProtoUnmaskingRequest()
    body.contributorCount = try count(
      message.contributorCount, "unmasking_request.contributor_count")
    body.contributors = try ids(message.contributors, "unmasking_request.contributors")
    try check(entryCount: message.endorsements.count, "unmasking_request.endorsements")
    body.endorsements = message.endorsements.map { endorsement in
      .with {
        $0.signer = endorsement.signer.rawValue
        $0.signature = Data(endorsement.signature.bytes)
      }
    }
    return body
  }
}

extension ServerMessage {
  /// Reads a message of version 1, for a client.
  ///
  /// It checks the size and the range of every field, so the result has only validated types. The
  /// client's round checks whether the message is for this client, session and round. The fields
  /// may have any order, since protobuf leaves it to the encoder.
  ///
  /// Complexity: O(size).
  ///
  /// - Parameter bytes: one complete message. Reject a message of more bytes than the session's
  ///   `maximumServerMessageByteCount` while it arrives: in this call it is in memory already.
  /// - Throws: `WireError` without a sender, since the message is from the server.
  public init(serialized bytes: [UInt8]) throws(WireError) {
    let fields = FieldParser(sender: nil)
    let envelope = try fields.serverEnvelope(from: bytes)
    let recipient = try fields.clientID(envelope.recipient, "recipient")
    let session = try fields.digest(envelope.session, "session")
    let body = try fields.present(envelope.body, "body")
    self = try fields.message(body, session: session, recipient: recipient)
    try fields.check(envelope.checksum, isChecksum: MessageChecksum(of: self))
  }
}

extension FieldParser {
  fileprivate func message(
    _ body: ProtoServerMessage.OneOf_Body, session: Digest, recipient: ClientID
  ) throws(WireError) -> ServerMessage {
    switch body {
    case .rosterAnnouncement(let body):
      .rosterAnnouncement(try rosterAnnouncement(body, session: session, recipient: recipient))
    case .shareDelivery(let body):
      .shareDelivery(try shareDelivery(body, session: session, recipient: recipient))
    case .contributorAnnouncement(let body):
      .contributorAnnouncement(
        try contributorAnnouncement(body, session: session, recipient: recipient))
    case .unmaskingRequest(let body):
      .unmaskingRequest(try unmaskingRequest(body, session: session, recipient: recipient))
    }
  }

  private func rosterAnnouncement(
    _ body: ProtoRosterAnnouncement, session: Digest, recipient: ClientID
  ) throws(WireError) -> RosterAnnouncement {
    let field = "roster_announcement.neighbours"
    try check(entryCount: body.neighbours.count, field)
    let (id, advertisement) = (field + ".id", field + ".advertisement")
    let neighbours = try body.neighbours.map { neighbour throws(WireError) in
      guard neighbour.hasAdvertisement else { throw error(.missingField(advertisement)) }
      return try keyAdvertisement(
        neighbour.advertisement, of: clientID(neighbour.id, id), session: session,
        advertisement)
    }
    return RosterAnnouncement(
      session: session, recipient: recipient,
      rosterSize: try positive(body.rosterSize, "roster_announcement.roster_size"),
      commitment: try digest(body.commitment, "roster_announcement.commitment"),
      neighbours: neighbours, membership: try membership(in: body))
  }

  /// Returns the ids of the roster and the paths of the recipient and its neighbours. The message
  /// must have all of them or none.
  private func membership(
    in body: ProtoRosterAnnouncement
  ) throws(WireError) -> RosterMembership? {
    let field = "roster_announcement.roster_ids"
    guard !body.rosterIds.isEmpty else {
      guard body.ownPath.isEmpty, body.neighbours.allSatisfy({ $0.path.isEmpty }) else {
        throw error(.missingField(field))
      }
      return nil
    }
    guard let ids = RosterIDs(bytes: Array(body.rosterIds)) else {
      throw error(
        .invalidValue(
          field: field,
          problem: "a set of ids has at most \(RosterIDs.maximumByteCount) bytes, the last not 0"))
    }
    return RosterMembership(
      ids: ids, ownPath: try path(body.ownPath, "roster_announcement.own_path"),
      neighbourPaths: try body.neighbours.map { neighbour throws(WireError) in
        try path(neighbour.path, "roster_announcement.neighbours.path")
      })
  }

  private func shareDelivery(
    _ body: ProtoShareDelivery, session: Digest, recipient: ClientID
  ) throws(WireError) -> ShareDelivery {
    return ShareDelivery(
      session: session, recipient: recipient,
      shares: try addressedShares(body.shares, "share_delivery.shares"))
  }

  private func contributorAnnouncement(
    _ body: ProtoContributorAnnouncement, session: Digest, recipient: ClientID
  ) throws(WireError) -> ContributorAnnouncement {
    let field = "contributor_announcement.contributors"
    let size = try positive(body.rosterSize, "contributor_announcement.roster_size")
    try check(byteCount: body.contributors.count, of: field, is: size / 8 + (size % 8 > 0 ? 1 : 0))
    guard let set = ContributorSet(rosterSize: size, bytes: Array(body.contributors)) else {
      throw error(.invalidValue(field: field, problem: "bits beyond the roster are set"))
    }
    return ContributorAnnouncement(session: session, recipient: recipient, contributors: set)
  }

  private func unmaskingRequest(
    _ body: ProtoUnmaskingRequest, session: Digest, recipient: ClientID
  ) throws(WireError) -> UnmaskingRequest {
    return UnmaskingRequest(
      session: session, recipient: recipient,
      contributorCount: try positive(body.contributorCount, "unmasking_request.contributor_count"),
      contributors: try clientIDs(body.contributors, "unmasking_request.contributors"),
      endorsements: try endorsements(body.endorsements))
  }

  private func endorsements(
    _ entries: [ProtoEndorsement]
  ) throws(WireError) -> [Endorsement] {
    let field = "unmasking_request.endorsements"
    try check(entryCount: entries.count, field)
    let (signer, signed) = (field + ".signer", field + ".signature")
    return try entries.map { entry throws(WireError) in
      return Endorsement(
        signer: try clientID(entry.signer, signer),
        signature: try signature(entry.signature, signed))
    }
  }
}
