/// Any message from a client to the server.
public enum ClientMessage: Sendable, Hashable {
  /// Round 0.
  case keyAdvertisement(KeyAdvertisement)
  /// Round 1.
  case shareDistribution(ShareDistribution)
  /// Round 2.
  case maskedInput(MaskedInput)
  /// Round 3.
  case contributorEndorsement(ContributorEndorsement)
  /// Round 4.
  case unmaskingResponse(UnmaskingResponse)

  /// The client that the message says it is from.
  public var sender: ClientID {
    switch self {
    case .keyAdvertisement(let message): message.sender
    case .shareDistribution(let message): message.sender
    case .maskedInput(let message): message.sender
    case .contributorEndorsement(let message): message.sender
    case .unmaskingResponse(let message): message.sender
    }
  }

  /// The session that the message says it belongs to.
  public var session: Digest {
    switch self {
    case .keyAdvertisement(let message): message.session
    case .shareDistribution(let message): message.session
    case .maskedInput(let message): message.session
    case .contributorEndorsement(let message): message.session
    case .unmaskingResponse(let message): message.session
    }
  }

  /// The round in which the server accepts the message.
  public var round: ProtocolRound {
    switch self {
    case .keyAdvertisement: .advertiseKeys
    case .shareDistribution: .shareKeys
    case .maskedInput: .maskedInput
    case .contributorEndorsement: .consistencyCheck
    case .unmaskingResponse: .unmasking
    }
  }
}

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

  /// The round that the message opens.
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
