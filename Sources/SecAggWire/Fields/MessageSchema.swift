internal import SwiftProtobuf

/// The fields of a protobuf message of SecAgg: their numbers and wire types.
///
/// The outline of a message is read with it, before protobuf decodes anything.
struct MessageSchema: Sendable {
  enum Field: Sendable {
    /// A number or an enumeration: a varint.
    case number
    /// A byte string.
    case bytes
    /// A list of numbers, packed or not. The associated value is its name in errors.
    case numbers(String)
    /// A nested message. The field may be repeated.
    case message(MessageSchema)
  }

  /// The name in the `.proto` files.
  let name: String

  /// The fields by number. No number is larger than 15.
  private let fields: [Field?]

  init(_ type: any SwiftProtobuf.Message.Type, _ fields: [Int: Field]) {
    name = type.protoMessageName
    self.fields = (0...Self.largestNumber).map { fields[$0] }
  }

  static let largestNumber = 15

  /// The field of a number; `nil` for a number that is not in the `.proto` files.
  subscript(number: UInt64) -> Field? {
    number < UInt64(fields.count) ? fields[Int(number)] : nil
  }
}

extension MessageSchema {
  static let sessionParameters = MessageSchema(
    ProtoSessionParameters.self,
    [
      1: .number, 2: .bytes, 3: .number, 4: .number, 5: .number, 6: .number, 7: .number,
      8: .number, 9: .number, 10: .number, 11: .number, 12: .bytes, 13: .number, 15: .bytes,
    ])

  static let clientMessage = MessageSchema(
    ProtoClientMessage.self,
    [
      1: .number, 2: .bytes, 3: .number, 10: .message(keyAdvertisement),
      11: .message(shareDistribution), 12: .message(maskedInput),
      13: .message(contributorEndorsement), 14: .message(unmaskingResponse), 15: .bytes,
    ])

  static let serverMessage = MessageSchema(
    ProtoServerMessage.self,
    [
      1: .number, 2: .bytes, 3: .number, 11: .message(rosterAnnouncement),
      12: .message(shareDelivery), 13: .message(contributorAnnouncement),
      14: .message(unmaskingRequest), 15: .bytes,
    ])

  private static let keyAdvertisement = MessageSchema(
    ProtoKeyAdvertisement.self, [1: .bytes, 2: .bytes, 3: .bytes])

  private static let addressedShares = MessageSchema(
    ProtoAddressedShares.self, [1: .number, 2: .bytes])

  private static let shareDistribution = MessageSchema(
    ProtoShareDistribution.self, [1: .bytes, 2: .message(addressedShares)])

  private static let maskedInput = MessageSchema(ProtoMaskedInput.self, [1: .bytes])

  private static let contributorEndorsement = MessageSchema(
    ProtoContributorEndorsement.self, [1: .bytes])

  private static let revealedShare = MessageSchema(
    ProtoRevealedShare.self, [1: .number, 2: .number, 3: .bytes])

  private static let unmaskingResponse = MessageSchema(
    ProtoUnmaskingResponse.self,
    [1: .message(revealedShare), 2: .numbers("unmasking_response.unopened")])

  private static let advertisedNeighbour = MessageSchema(
    ProtoAdvertisedNeighbour.self, [1: .number, 2: .message(keyAdvertisement), 3: .bytes])

  private static let rosterAnnouncement = MessageSchema(
    ProtoRosterAnnouncement.self,
    [1: .number, 2: .bytes, 3: .message(advertisedNeighbour), 4: .bytes, 5: .bytes])

  private static let shareDelivery = MessageSchema(
    ProtoShareDelivery.self, [1: .message(addressedShares)])

  private static let contributorAnnouncement = MessageSchema(
    ProtoContributorAnnouncement.self, [1: .number, 2: .bytes])

  private static let endorsement = MessageSchema(
    ProtoEndorsement.self, [1: .number, 2: .bytes])

  private static let unmaskingRequest = MessageSchema(
    ProtoUnmaskingRequest.self,
    [1: .number, 2: .numbers("unmasking_request.contributors"), 3: .message(endorsement)])
}
