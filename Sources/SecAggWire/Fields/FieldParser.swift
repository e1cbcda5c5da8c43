#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import SecAgg
internal import SwiftProtobuf

/// Converts the fields of protobuf messages into validated types. Its errors name the client that
/// sent the message.
struct FieldParser {
  /// The client that sent the message; `nil` for the server.
  let sender: ClientID?

  func error(_ reason: WireError.Reason) -> WireError {
    WireError(sender: sender, reason: reason)
  }

  /// Decodes the server's envelope after a check of its outline. It does not validate the content
  /// of fields.
  func serverEnvelope(from bytes: [UInt8]) throws(WireError) -> ProtoServerMessage {
    _ = try outline(of: bytes, as: .serverMessage)
    return try message(from: bytes)
  }

  /// Decodes a client's envelope in the same way.
  ///
  /// - Returns: the envelope and, if it has masked words, their place in the bytes. The envelope
  ///   then has no body.
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

  /// Decodes parameters in the same way. They have a few hundred bytes, so repeated fields cost
  /// little.
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
      // Protobuf's error has no information that would help a sender.
      throw self.error(.malformed)
    }
  }

  private func check(messageByteCount: Int, atMost limit: Int) throws(WireError) {
    guard messageByteCount <= limit else {
      throw error(.tooLarge(field: "message", found: messageByteCount, atMost: limit))
    }
  }

  /// Returns the body of an envelope or a nested message, which must be present.
  func present<Value>(_ value: Value?, _ field: String) throws(WireError) -> Value {
    guard let value else { throw error(.missingField(field)) }
    return value
  }

  /// Returns a number that must not be zero.
  func positive(_ number: UInt32, _ field: String) throws(WireError) -> Int {
    Int(try positive(UInt64(number), field))
  }

  /// Returns a number that must not be zero, and that may exceed `Int`.
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

  /// Returns sealed shares. Only their receiver can open them, so this checks only their size.
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

  /// Returns the two keys that `client` advertised.
  func keyAdvertisement(
    _ keys: ProtoKeyAdvertisement, of client: ClientID, session: Digest, _ field: String
  ) throws(WireError) -> KeyAdvertisement {
    return KeyAdvertisement(
      session: session, sender: client,
      sealingKey: try publicKey(keys.sealingKey, field + ".sealing_key"),
      maskKey: try publicKey(keys.maskKey, field + ".mask_key"),
      // The session's threat model decides whether there must be a signature.
      signature: keys.signature.isEmpty ? nil : try signature(keys.signature, field + ".signature"))
  }

  func signature(_ bytes: Data, _ field: String) throws(WireError) -> Signature {
    try check(byteCount: bytes.count, of: field, is: Signature.byteCount)
    return try present(try? Signature(bytes: Array(bytes)), field)
  }

  /// Returns the siblings on a path through the roster's tree; at least one.
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
