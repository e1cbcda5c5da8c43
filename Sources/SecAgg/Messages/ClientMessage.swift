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

  /// The round in which the server takes it.
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
