#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
public import SecAgg
internal import SwiftProtobuf

extension ClientMessage {
  /// The message in bytes, as `Protos/secagg/v1/client_messages.proto` lays it out, in version 1.
  ///
  /// Complexity: O(size); masked words are copied once.
  ///
  /// - Throws: `WireError` naming the sender, for a message that no receiver would take: a masked
  ///   input without words or of more than 2 GiB, a list of more than 2^20 entries.
  public func serialized() throws(WireError) -> [UInt8] {
    let parts = try serializedParts()
    return unsafe [UInt8](unsafeUninitializedCapacity: parts.byteCount) { buffer, count in
      unsafe parts.copy(to: UnsafeMutableRawBufferPointer(buffer))
      count = parts.byteCount
    }
  }

  /// The same in parts, the words where they are.
  ///
  /// - Throws: `WireError`, as `serialized()`.
  package func serializedParts() throws(WireError) -> MessageParts {
    let fields = FieldWriter(sender: sender)
    var envelope = ProtoClientMessage()
    envelope.version = WireFormat.version
    envelope.session = Data(session.bytes)
    envelope.sender = sender.rawValue
    let checksum = Data(MessageChecksum(of: self).bytes)
    if case .maskedInput(let message) = self {
      try fields.check(wordCount: message.words.count)
      // Fields are written in the order of their numbers, and the checksum has the last.
      return MaskedWords.parts(
        before: try fields.bytes(of: envelope), words: message.words,
        behind: try fields.bytes(of: ProtoClientMessage.with { $0.checksum = checksum }))
    }
    envelope.body = try fields.body(of: self)
    envelope.checksum = checksum
    return MessageParts(before: try fields.bytes(of: envelope))
  }
}

/// A serialized message in three pieces: bytes, the masked words where they are, and bytes.
package struct MessageParts: Sendable {
  var before: [UInt8]
  /// In the machine's byte order.
  var words: [UInt64] = []
  var behind: [UInt8] = []

  /// The length of the message.
  package var byteCount: Int {
    before.count + MaskedWords.byteCountOfWord * words.count + behind.count
  }

  /// Writes the message to memory that has exactly its length.
  @unsafe package func copy(to buffer: UnsafeMutableRawBufferPointer) {
    var rest = unsafe buffer
    func append(_ piece: UnsafeRawBufferPointer) {
      unsafe rest.copyMemory(from: piece)
      unsafe rest = UnsafeMutableRawBufferPointer(rebasing: rest.dropFirst(piece.count))
    }
    unsafe before.withUnsafeBytes { unsafe append($0) }
    #if _endian(big)
      let words = words.map(\.littleEndian)
    #endif
    unsafe words.withUnsafeBytes { unsafe append($0) }
    unsafe behind.withUnsafeBytes { unsafe append($0) }
  }
}

extension FieldWriter {
  fileprivate func body(
    of message: ClientMessage
  ) throws(WireError) -> ProtoClientMessage.OneOf_Body? {
    switch message {
    case .keyAdvertisement(let message): .keyAdvertisement(keys(of: message))
    case .shareDistribution(let message): .shareDistribution(try body(of: message))
    case .maskedInput: nil
    case .contributorEndorsement(let message):
      .contributorEndorsement(.with { $0.signature = Data(message.signature.bytes) })
    case .unmaskingResponse(let message): .unmaskingResponse(try body(of: message))
    }
  }

  private func body(of message: ShareDistribution) throws(WireError) -> ProtoShareDistribution {
    var body = ProtoShareDistribution()
    body.selfMaskCommitment = Data(message.selfMaskCommitment.bytes)
    body.shares = try addressedShares(message.shares, "share_distribution.shares")
    return body
  }

  fileprivate func check(wordCount: Int) throws(WireError) {
    let field = "masked_input.words"
    guard wordCount > 0 else { throw error(.missingField(field)) }
    guard wordCount <= WireFormat.maximumWordCount else {
      throw error(.tooLarge(field: field, found: wordCount, atMost: WireFormat.maximumWordCount))
    }
  }

  private func body(of message: UnmaskingResponse) throws(WireError) -> ProtoUnmaskingResponse {
    try check(entryCount: message.shares.count, "unmasking_response.shares")
    var body = ProtoUnmaskingResponse()
    body.shares = message.shares.map { revealed in
      .with {
        $0.subject = revealed.subject.rawValue
        $0.kind = ProtoSecretKind(revealed.kind)
        $0.share = Data(revealed.share.bytes)
      }
    }
    body.unopened = try ids(message.unopened, "unmasking_response.unopened")
    return body
  }
}
