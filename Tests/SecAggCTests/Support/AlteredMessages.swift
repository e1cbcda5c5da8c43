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

struct NotThisMessage: Error {}
