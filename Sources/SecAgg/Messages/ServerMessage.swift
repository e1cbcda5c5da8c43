/// Any message from the server to one client.
public enum ServerMessage: Sendable, Hashable {
  /// Opens round 1.
  case rosterAnnouncement(RosterAnnouncement)
  /// Opens round 2.
  case shareDelivery(ShareDelivery)
  /// Opens round 3.
  case contributorAnnouncement(ContributorAnnouncement)
  /// Opens round 4.
  case unmaskingRequest(UnmaskingRequest)

  /// The client that the message is for.
  public var recipient: ClientID {
    switch self {
    case .rosterAnnouncement(let message): message.recipient
    case .shareDelivery(let message): message.recipient
    case .contributorAnnouncement(let message): message.recipient
    case .unmaskingRequest(let message): message.recipient
    }
  }

  /// The round that it opens.
  public var round: ProtocolRound {
    switch self {
    case .rosterAnnouncement: .shareKeys
    case .shareDelivery: .maskedInput
    case .contributorAnnouncement: .consistencyCheck
    case .unmaskingRequest: .unmasking
    }
  }

  /// The session that the message belongs to.
  public var session: Digest {
    switch self {
    case .rosterAnnouncement(let message): message.session
    case .shareDelivery(let message): message.session
    case .contributorAnnouncement(let message): message.session
    case .unmaskingRequest(let message): message.session
    }
  }
}
