import SecAgg
import SecAggWire
import Testing

/// A share delivery that leaves out its last entry.
enum DeliveryWithoutLast {
  static func bytes(of message: [UInt8]) throws -> [UInt8] {
    guard case .shareDelivery(let delivery) = try ServerMessage(serialized: message) else {
      throw NotThisMessage()
    }
    return try ServerMessage.shareDelivery(
      ShareDelivery(
        session: delivery.session, recipient: delivery.recipient,
        shares: Array(delivery.shares.dropLast()))
    ).serialized()
  }
}

/// A share delivery of its first entry only.
enum DeliveryWithFirstOnly {
  static func bytes(of message: [UInt8]) throws -> [UInt8] {
    guard case .shareDelivery(let delivery) = try ServerMessage(serialized: message) else {
      throw NotThisMessage()
    }
    return try ServerMessage.shareDelivery(
      ShareDelivery(
        session: delivery.session, recipient: delivery.recipient,
        shares: Array(delivery.shares.prefix(1)))
    ).serialized()
  }
}

/// A share distribution whose first sealed shares are damaged.
enum DistributionWithDamagedShare {
  static func bytes(of message: [UInt8], from sender: UInt32) throws -> [UInt8] {
    guard let id = ClientID(sender),
      case .shareDistribution(let distribution) = try ClientMessage(serialized: message, from: id)
    else { throw NotThisMessage() }
    var shares = distribution.shares
    var bytes = shares[0].shares.bytes
    bytes[50] ^= 1
    shares[0] = AddressedShares(
      peer: shares[0].peer, shares: try #require(SealedShares(bytes: bytes)))
    return try ClientMessage.shareDistribution(
      ShareDistribution(
        session: distribution.session, sender: id,
        selfMaskCommitment: distribution.selfMaskCommitment, shares: shares)
    ).serialized()
  }
}

/// A share distribution with a commitment that the dealer's self mask does not fulfil.
enum DistributionOfWrongSecret {
  static func bytes(of message: [UInt8], from sender: UInt32) throws -> [UInt8] {
    guard let id = ClientID(sender),
      case .shareDistribution(let distribution) = try ClientMessage(serialized: message, from: id)
    else { throw NotThisMessage() }
    var commitment = distribution.selfMaskCommitment.bytes
    commitment[0] ^= 1
    return try ClientMessage.shareDistribution(
      ShareDistribution(
        session: distribution.session, sender: id,
        selfMaskCommitment: try #require(Digest(bytes: commitment)), shares: distribution.shares)
    ).serialized()
  }
}

/// An answer of round 4 whose shares are all wrong.
enum AnswerWithWrongShares {
  static func bytes(of message: [UInt8], from sender: UInt32) throws -> [UInt8] {
    guard let id = ClientID(sender),
      case .unmaskingResponse(let answer) = try ClientMessage(serialized: message, from: id)
    else { throw NotThisMessage() }
    let shares = try answer.shares.map { revealed in
      var bytes = revealed.share.bytes
      bytes[0] ^= 1
      return RevealedShare(
        subject: revealed.subject, kind: revealed.kind, share: try SecretShare(bytes: bytes))
    }
    return try ClientMessage.unmaskingResponse(
      UnmaskingResponse(
        session: answer.session, sender: id, shares: shares, unopened: answer.unopened)
    ).serialized()
  }
}

struct NotThisMessage: Error {}
