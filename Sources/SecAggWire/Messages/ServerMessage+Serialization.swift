#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
public import SecAgg
internal import SwiftProtobuf

extension ServerMessage {
  /// The message in bytes, as `Protos/secagg/v1/server_messages.proto` lays it out, in version 1.
  ///
  /// Complexity: O(size).
  ///
  /// - Throws: `WireError` for a message that no receiver would take: a list of more than 2^20
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
      // The session travels once, in the envelope; a neighbour's own would silently become it.
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
