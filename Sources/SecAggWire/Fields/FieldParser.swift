#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import SecAgg
internal import SwiftProtobuf

/// Turns the fields of protobuf messages into validated types, and names the client that is to
/// blame when one cannot be.
struct FieldParser {
  /// The client that sent the message; `nil` for the server.
  let sender: ClientID?

  func error(_ reason: WireError.Reason) -> WireError {
    WireError(sender: sender, reason: reason)
  }

  /// Decodes the server's envelope after a look at its outline. What its fields hold is not looked
  /// at.
  func serverEnvelope(from bytes: [UInt8]) throws(WireError) -> ProtoServerMessage {
    _ = try outline(of: bytes, as: .serverMessage)
    return try message(from: bytes)
  }

  /// Decodes a client's envelope likewise.
  ///
  /// - Returns: the envelope and, if it has masked words, their place in the bytes; the envelope
  ///   comes without its body then.
  func clientEnvelope(
    from bytes: [UInt8]
  ) throws(WireError) -> (envelope: ProtoClientMessage, maskedWords: Range<Int>?) {
    let outline = try outline(of: bytes, as: .clientMessage)
    guard let place = outline.loneEntry(of: MaskedWords.body) else {
      return (try message(from: bytes), nil)
    }
    let rest = bytes[..<place.body.lowerBound] + bytes[place.body.upperBound...]
    return (try message(from: Array(rest)), place.content)
  }

  /// Decodes parameters likewise. They have a few hundred bytes, so that fields that are there many
  /// times cost nothing.
  func sessionParameters(from bytes: [UInt8]) throws(WireError) -> ProtoSessionParameters {
    try check(messageByteCount: bytes.count, atMost: WireFormat.maximumParametersByteCount)
    _ = try MessageOutline(of: bytes, as: .sessionParameters, isEnvelope: false, from: sender)
    return try message(from: bytes)
  }

  private func outline(
    of bytes: [UInt8], as schema: MessageSchema
  ) throws(WireError) -> MessageOutline {
    try check(messageByteCount: bytes.count, atMost: WireFormat.maximumByteCount)
    return try MessageOutline(of: bytes, as: schema, isEnvelope: true, from: sender)
  }

  /// Decodes a message whose outline is in order: its version is ours, and it has known fields only.
  private func message<Message: SwiftProtobuf.Message>(
    from bytes: [UInt8]
  ) throws(WireError) -> Message {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = WireFormat.nestingDepth
    do {
      return try Message(serializedBytes: bytes, options: options)
    } catch {
      // What protobuf found wrong says nothing that a sender could use.
      throw self.error(.malformed)
    }
  }

  private func check(messageByteCount: Int, atMost limit: Int) throws(WireError) {
    guard messageByteCount <= limit else {
      throw error(.tooLarge(field: "message", found: messageByteCount, atMost: limit))
    }
  }

  /// The body of an envelope or a nested message, which must be there.
  func present<Value>(_ value: Value?, _ field: String) throws(WireError) -> Value {
    guard let value else { throw error(.missingField(field)) }
    return value
  }

  /// A number that is never zero.
  func positive(_ number: UInt32, _ field: String) throws(WireError) -> Int {
    Int(try positive(UInt64(number), field))
  }

  /// The same, of a number that need not fit an integer.
  func positive(_ number: UInt64, _ field: String) throws(WireError) -> UInt64 {
    guard number > 0 else { throw error(.missingField(field)) }
    return number
  }

  func clientID(_ number: UInt32, _ field: String) throws(WireError) -> ClientID {
    try present(ClientID(number), field)
  }

  func clientIDs(_ numbers: [UInt32], _ field: String) throws(WireError) -> [ClientID] {
    try check(entryCount: numbers.count, field)
    return try numbers.map { number throws(WireError) in try clientID(number, field) }
  }

  func check(entryCount: Int, _ field: String) throws(WireError) {
    guard entryCount <= WireFormat.maximumEntryCount else {
      throw error(
        .tooLarge(field: field, found: entryCount, atMost: WireFormat.maximumEntryCount))
    }
  }

  func check(byteCount: Int, of field: String, is expected: Int) throws(WireError) {
    guard byteCount > 0 else { throw error(.missingField(field)) }
    guard byteCount == expected else {
      throw error(.wrongLength(field: field, found: byteCount, expected: expected))
    }
  }

  func digest(_ bytes: Data, _ field: String) throws(WireError) -> Digest {
    try check(byteCount: bytes.count, of: field, is: Digest.byteCount)
    return try present(Digest(bytes: bytes), field)
  }

  func publicKey(_ bytes: Data, _ field: String) throws(WireError) -> PublicKey {
    try check(byteCount: bytes.count, of: field, is: Digest.byteCount)
    do {
      return try PublicKey(bytes: bytes)
    } catch {
      throw self.error(.invalidValue(field: field, problem: "\(error)"))
    }
  }

  func secretShare(_ bytes: Data, _ field: String) throws(WireError) -> SecretShare {
    try check(byteCount: bytes.count, of: field, is: SecretShare.byteCount)
    do {
      return try SecretShare(Array(bytes).span)
    } catch {
      throw self.error(.invalidValue(field: field, problem: "\(error)"))
    }
  }

  /// Shares that only their receiver can look into; here they have a size and nothing else.
  func addressedShares(
    _ entries: [ProtoAddressedShares], _ field: String
  ) throws(WireError) -> [AddressedShares] {
    try check(entryCount: entries.count, field)
    let (peer, sealed) = (field + ".peer", field + ".sealed")
    return try entries.map { entry throws(WireError) in
      try check(byteCount: entry.sealed.count, of: sealed, is: SealedShares.byteCount)
      return AddressedShares(
        peer: try clientID(entry.peer, peer),
        shares: try present(SealedShares(bytes: Array(entry.sealed)), sealed))
    }
  }

  /// The two keys that `client` advertised.
  func keyAdvertisement(
    _ keys: ProtoKeyAdvertisement, of client: ClientID, session: Digest, _ field: String
  ) throws(WireError) -> KeyAdvertisement {
    return KeyAdvertisement(
      session: session, sender: client,
      sealingKey: try publicKey(keys.sealingKey, field + ".sealing_key"),
      maskKey: try publicKey(keys.maskKey, field + ".mask_key"),
      // Whether there must be one is for the session's threat model to say.
      signature: keys.signature.isEmpty ? nil : try signature(keys.signature, field + ".signature"))
  }

  func signature(_ bytes: Data, _ field: String) throws(WireError) -> Signature {
    try check(byteCount: bytes.count, of: field, is: Signature.byteCount)
    return try present(try? Signature(bytes: Array(bytes)), field)
  }

  /// The siblings of a way through the roster's tree; at least one.
  func path(_ bytes: Data, _ field: String) throws(WireError) -> [Digest] {
    guard !bytes.isEmpty else { throw error(.missingField(field)) }
    guard bytes.count % Digest.byteCount == 0, bytes.count <= WireFormat.maximumPathByteCount
    else {
      throw error(
        .invalidValue(
          field: field,
          problem: "\(bytes.count) bytes are no path of at most 20 digests of 32 bytes"))
    }
    let bytes = Array(bytes)
    return stride(from: 0, to: bytes.count, by: Digest.byteCount).compactMap { start in
      Digest(bytes: bytes[start..<start + Digest.byteCount])
    }
  }

  func check(_ found: Data, isChecksum expected: MessageChecksum) throws(WireError) {
    try check(byteCount: found.count, of: "checksum", is: MessageChecksum.byteCount)
    guard found.elementsEqual(expected.bytes) else { throw error(.checksumMismatch) }
  }
}
