#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import SecAgg
internal import SwiftProtobuf

/// Converts typed fields into those of protobuf messages. It rejects the few values that every
/// receiver would reject, so that the sender gets the error.
struct FieldWriter {
  /// The client that sends the message; `nil` for the server.
  let sender: ClientID?

  func error(_ reason: WireError.Reason) -> WireError {
    WireError(sender: sender, reason: reason)
  }

  func bytes(of message: some SwiftProtobuf.Message) throws(WireError) -> [UInt8] {
    do {
      return try message.serializedBytes()
    } catch {
      // A message without required fields fails for only one reason: it exceeds protobuf's limit.
      // The library does not report the size, so the error has the smallest possible one.
      let limit = WireFormat.maximumByteCount
      throw self.error(.tooLarge(field: "message", found: limit + 1, atMost: limit))
    }
  }

  func count(_ count: Int, _ field: String) throws(WireError) -> UInt32 {
    guard count != 0 else { throw error(.missingField(field)) }
    guard let value = UInt32(exactly: count) else {
      throw error(.invalidValue(field: field, problem: "\(count) is not a number of clients"))
    }
    return value
  }

  func check(entryCount: Int, _ field: String) throws(WireError) {
    guard entryCount <= WireFormat.maximumEntryCount else {
      throw error(
        .tooLarge(field: field, found: entryCount, atMost: WireFormat.maximumEntryCount))
    }
  }

  func ids(_ ids: [ClientID], _ field: String) throws(WireError) -> [UInt32] {
    try check(entryCount: ids.count, field)
    return ids.map(\.rawValue)
  }

  func addressedShares(
    _ entries: [AddressedShares], _ field: String
  ) throws(WireError) -> [ProtoAddressedShares] {
    try check(entryCount: entries.count, field)
    return entries.map { entry in
      .with {
        $0.peer = entry.peer.rawValue
        $0.sealed = Data(entry.shares.bytes)
      }
    }
  }

  func keys(of advertisement: KeyAdvertisement) -> ProtoKeyAdvertisement {
    .with {
      $0.sealingKey = Data(advertisement.sealingKey.bytes)
      $0.maskKey = Data(advertisement.maskKey.bytes)
      if let signature = advertisement.signature { $0.signature = Data(signature.bytes) }
    }
  }
}
