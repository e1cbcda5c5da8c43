#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
public import SecAgg
internal import SwiftProtobuf

extension ClientMessage {
  /// Returns the bytes of the message in version 1 of `Protos/secagg/v1/client_messages.proto`.
  ///
  /// Complexity: O(size); masked words are copied once.
  ///
  /// - Throws: `WireError` naming the sender, for a message that every receiver would reject: a
  ///   masked input without words or of more than 2 GiB, a list of more than 2^20 entries.
  public func serialized() throws(WireError) -> [UInt8] {
    let parts = try serializedParts()
    return unsafe [UInt8](unsafeUninitializedCapacity: parts.byteCount) { buffer, count in
      unsafe parts.copy(to: UnsafeMutableRawBufferPointer(buffer))
      count = parts.byteCount
    }
  }

  /// Returns the same bytes in parts, without a copy of the words.
  ///
  /// - Throws: `WireError`, like `serialized()`.
  package func serializedParts() throws(WireError) -> MessageParts {
    let fields = FieldWriter(sender: sender)
    var envelope = ProtoClientMessage()
    envelope.version = WireFormat.version
    envelope.session = Data(session.bytes)
    envelope.sender = sender.rawValue
    let checksum = Data(MessageChecksum(of: self).bytes)
    if case .maskedInput(let message) = self {
      try fields.check(wordCount: message.words.count)
      // Fields are written in the order of their numbers, and the checksum has the last number.
      return MaskedWords.parts(
        before: try fields.bytes(of: envelope), words: message.words,
        behind: try fields.bytes(of: ProtoClientMessage.with { $0.checksum = checksum }))
    }
    envelope.body = try fields.body(of: self)
    envelope.checksum = checksum
    return MessageParts(before: try fields.bytes(of: envelope))
  }
}

/// A serialized message in three parts: bytes, the masked words without a copy, and bytes.
package struct MessageParts: Sendable {
  var before: [UInt8]
  /// In the machine's byte order.
  var words: [UInt64] = []
  var behind: [UInt8] = []

  /// The length of the message.
  package var byteCount: Int {
    before.count + MaskedWords.byteCountOfWord * words.count + behind.count
  }

  /// Writes the message to memory of exactly its length.
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

extension ClientMessage {
  /// Reads a message of version 1, for the server.
  ///
  /// It checks the size and the range of every field, so the result has only validated types. The
  /// server's state machine checks whether the message fits the session and the round. The fields
  /// may have any order, since protobuf leaves it to the encoder.
  ///
  /// Complexity: O(size); masked words are copied once.
  ///
  /// - Parameters:
  ///   - bytes: one complete message. Reject a message of more bytes than the session's
  ///     `maximumClientMessageByteCount` while it arrives: in this call it is in memory already.
  ///   - sender: the client that the transport authenticated.
  /// - Throws: `WireError` that names `sender`, also if the message names another sender.
  public init(serialized bytes: [UInt8], from sender: ClientID) throws(WireError) {
    let fields = FieldParser(sender: sender)
    let (envelope, maskedWords) = try fields.clientEnvelope(from: bytes)
    let claimed = try fields.clientID(envelope.sender, "sender")
    guard claimed == sender else { throw fields.error(.senderMismatch(claimed: claimed)) }
    let session = try fields.digest(envelope.session, "session")
    if let maskedWords {
      let words = try fields.maskedWords(in: bytes, at: maskedWords)
      self = .maskedInput(MaskedInput(session: session, sender: sender, words: words))
    } else {
      let body = try fields.present(envelope.body, "body")
      self = try fields.message(body, session: session, sender: sender)
    }
    try fields.check(envelope.checksum, isChecksum: MessageChecksum(of: self))
  }
}

extension FieldParser {
  fileprivate func message(
    _ body: ProtoClientMessage.OneOf_Body, session: Digest, sender: ClientID
  ) throws(WireError) -> ClientMessage {
    switch body {
    case .keyAdvertisement(let body):
      .keyAdvertisement(
        try keyAdvertisement(body, of: sender, session: session, "key_advertisement"))
    case .shareDistribution(let body):
      .shareDistribution(try shareDistribution(body, session: session, sender: sender))
    case .maskedInput(let body):
      throw misplacedWords(body)
    case .contributorEndorsement(let body):
      .contributorEndorsement(try endorsement(body, session: session, sender: sender))
    case .unmaskingResponse(let body):
      .unmaskingResponse(try unmaskingResponse(body, session: session, sender: sender))
    }
  }

  private func shareDistribution(
    _ body: ProtoShareDistribution, session: Digest, sender: ClientID
  ) throws(WireError) -> ShareDistribution {
    return ShareDistribution(
      session: session, sender: sender,
      selfMaskCommitment: try digest(
        body.selfMaskCommitment, "share_distribution.self_mask_commitment"),
      shares: try addressedShares(body.shares, "share_distribution.shares"))
  }

  fileprivate func maskedWords(
    in bytes: [UInt8], at range: Range<Int>
  ) throws(WireError) -> [UInt64] {
    let field = "masked_input.words"
    guard !range.isEmpty else { throw error(.missingField(field)) }
    guard range.count % MaskedWords.byteCountOfWord == 0 else {
      throw error(
        .invalidValue(
          field: field, problem: "\(range.count) bytes are no whole number of 8-byte words"))
    }
    return MaskedWords.words(in: bytes, at: range)
  }

  /// Returns the error of a masked input that has no words, or has them twice.
  private func misplacedWords(_ body: ProtoMaskedInput) -> WireError {
    error(body.words.isEmpty ? .missingField("masked_input.words") : .repeatedField(number: 1))
  }

  private func endorsement(
    _ body: ProtoContributorEndorsement, session: Digest, sender: ClientID
  ) throws(WireError) -> ContributorEndorsement {
    return ContributorEndorsement(
      session: session, sender: sender,
      signature: try signature(body.signature, "contributor_endorsement.signature"))
  }

  private func unmaskingResponse(
    _ body: ProtoUnmaskingResponse, session: Digest, sender: ClientID
  ) throws(WireError) -> UnmaskingResponse {
    let field = "unmasking_response.shares"
    try check(entryCount: body.shares.count, field)
    let (subject, kind, share) = (field + ".subject", field + ".kind", field + ".share")
    let shares = try body.shares.map { entry throws(WireError) in
      return RevealedShare(
        subject: try clientID(entry.subject, subject),
        kind: try secretKind(entry.kind, kind),
        share: try secretShare(entry.share, share))
    }
    return UnmaskingResponse(
      session: session, sender: sender, shares: shares,
      unopened: try clientIDs(body.unopened, "unmasking_response.unopened"))
  }
}
