/// Any message from a client to the server.
public enum ClientMessage: Sendable, Hashable {
  /// Round 0.
  case keyAdvertisement(KeyAdvertisement)
  /// Round 1.
  case shareDistribution(ShareDistribution)
  /// Round 2.
  case maskedInput(MaskedInput)
  /// Round 4.
  case unmaskingResponse(UnmaskingResponse)

  /// The client that the message says it is from.
  public var sender: ClientID {
    switch self {
    case .keyAdvertisement(let message): message.sender
    case .shareDistribution(let message): message.sender
    case .maskedInput(let message): message.sender
    case .unmaskingResponse(let message): message.sender
    }
  }

  /// The session that the message says it belongs to.
  public var session: Digest {
    switch self {
    case .keyAdvertisement(let message): message.session
    case .shareDistribution(let message): message.session
    case .maskedInput(let message): message.session
    case .unmaskingResponse(let message): message.session
    }
  }

  /// The round in which the server takes it.
  public var round: ProtocolRound {
    switch self {
    case .keyAdvertisement: .advertiseKeys
    case .shareDistribution: .shareKeys
    case .maskedInput: .maskedInput
    case .unmaskingResponse: .unmasking
    }
  }
}

/// The rounds of the protocol, numbered as in Bonawitz et al. 2017, figure 4.
public enum ProtocolRound: UInt8, Sendable, Hashable, CaseIterable {
  /// Clients advertise public keys.
  case advertiseKeys = 0
  /// Clients share their secrets among their neighbours.
  case shareKeys = 1
  /// Clients send their masked inputs.
  case maskedInput = 2
  /// Contributors reveal the shares that take the masks off the sum.
  case unmasking = 4
}

extension ProtocolRound: CustomStringConvertible {
  /// The name of the round.
  public var description: String {
    switch self {
    case .advertiseKeys: "advertise keys"
    case .shareKeys: "share keys"
    case .maskedInput: "masked input"
    case .unmasking: "unmasking"
    }
  }
}

/// Any message from the server to one client.
public enum ServerMessage: Sendable, Hashable {
  /// Opens round 1.
  case rosterAnnouncement(RosterAnnouncement)
  /// Opens round 2.
  case shareDelivery(ShareDelivery)
  /// Opens round 4.
  case unmaskingRequest(UnmaskingRequest)
}
