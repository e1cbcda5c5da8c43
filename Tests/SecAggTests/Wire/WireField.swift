import SecAgg
import Testing

/// A field of a message, by its round, the field numbers that lead to it and the name by which an
/// error calls it.
struct WireField: Sendable, CustomTestStringConvertible {
  let round: ProtocolRound
  let path: [Int]
  let name: String
  var byteCount = 32

  var testDescription: String { name }
}

extension WireField {
  // The path of a field names the body first: 10 + the number of the round.
  static let fixedSizeOfClient = [
    WireField(round: .advertiseKeys, path: [2], name: "session"),
    WireField(round: .advertiseKeys, path: [10, 1], name: "key_advertisement.sealing_key"),
    WireField(round: .advertiseKeys, path: [10, 2], name: "key_advertisement.mask_key"),
    WireField(round: .shareKeys, path: [11, 1], name: "share_distribution.self_mask_commitment"),
    WireField(
      round: .shareKeys, path: [11, 2, 2], name: "share_distribution.shares.sealed", byteCount: 152),
    WireField(
      round: .unmasking, path: [14, 1, 3], name: "unmasking_response.shares.share", byteCount: 40),
    WireField(round: .maskedInput, path: [15], name: "checksum", byteCount: 16),
  ]

  static let fixedSizeOfServer = [
    WireField(round: .shareKeys, path: [2], name: "session"),
    WireField(round: .shareKeys, path: [11, 2], name: "roster_announcement.commitment"),
    WireField(
      round: .shareKeys, path: [11, 3, 2, 1],
      name: "roster_announcement.neighbours.advertisement.sealing_key"),
    WireField(
      round: .shareKeys, path: [11, 3, 2, 2],
      name: "roster_announcement.neighbours.advertisement.mask_key"),
    WireField(
      round: .maskedInput, path: [12, 1, 2], name: "share_delivery.shares.sealed", byteCount: 152),
    WireField(round: .unmasking, path: [15], name: "checksum", byteCount: 16),
  ]

  static let numbersOfClient = [
    WireField(round: .advertiseKeys, path: [3], name: "sender"),
    WireField(round: .shareKeys, path: [11, 2, 1], name: "share_distribution.shares.peer"),
    WireField(round: .unmasking, path: [14, 1, 1], name: "unmasking_response.shares.subject"),
    WireField(round: .unmasking, path: [14, 1, 2], name: "unmasking_response.shares.kind"),
  ]

  static let numbersOfServer = [
    WireField(round: .shareKeys, path: [3], name: "recipient"),
    WireField(round: .shareKeys, path: [11, 1], name: "roster_announcement.roster_size"),
    WireField(round: .shareKeys, path: [11, 3, 1], name: "roster_announcement.neighbours.id"),
    WireField(round: .maskedInput, path: [12, 1, 1], name: "share_delivery.shares.peer"),
    WireField(round: .unmasking, path: [14, 1], name: "unmasking_request.contributor_count"),
  ]

  static let nestedMessagesOfClient = [
    WireField(round: .advertiseKeys, path: [], name: "ClientMessage"),
    WireField(round: .advertiseKeys, path: [10], name: "KeyAdvertisement"),
    WireField(round: .shareKeys, path: [11], name: "ShareDistribution"),
    WireField(round: .shareKeys, path: [11, 2], name: "AddressedShares"),
    WireField(round: .maskedInput, path: [12], name: "MaskedInput"),
    WireField(round: .unmasking, path: [14], name: "UnmaskingResponse"),
    WireField(round: .unmasking, path: [14, 1], name: "RevealedShare"),
  ]

  static let nestedMessagesOfServer = [
    WireField(round: .shareKeys, path: [], name: "ServerMessage"),
    WireField(round: .shareKeys, path: [11], name: "RosterAnnouncement"),
    WireField(round: .shareKeys, path: [11, 3], name: "AdvertisedNeighbour"),
    WireField(round: .shareKeys, path: [11, 3, 2], name: "KeyAdvertisement"),
    WireField(round: .maskedInput, path: [12], name: "ShareDelivery"),
    WireField(round: .maskedInput, path: [12, 1], name: "AddressedShares"),
    WireField(round: .unmasking, path: [14], name: "UnmaskingRequest"),
  ]
}
