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
  /// Complexity: O(size); masked words are copied twice.
  ///
  /// - Throws: `WireError` naming the sender, for a message that no receiver would take: a masked
  ///   input without words or of more than 2 GiB, a list of more than 2^20 entries.
  public func serialized() throws(WireError) -> [UInt8] {
    let fields = FieldWriter(sender: sender)
    var envelope = ProtoClientMessage()
    envelope.version = WireFormat.version
    envelope.session = Data(session.bytes)
    envelope.sender = sender.rawValue
    envelope.body = try fields.body(of: self)
    envelope.checksum = Data(MessageChecksum(of: self).bytes)
    return try fields.bytes(of: envelope)
  }
}

extension FieldWriter {
  fileprivate func body(
    of message: ClientMessage
  ) throws(WireError) -> ProtoClientMessage.OneOf_Body {
    switch message {
    case .keyAdvertisement(let message): .keyAdvertisement(keys(of: message))
    case .shareDistribution(let message): .shareDistribution(try body(of: message))
    case .maskedInput(let message): .maskedInput(try body(of: message))
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

  private func body(of message: MaskedInput) throws(WireError) -> ProtoMaskedInput {
    let (field, found) = ("masked_input.words", message.words.count)
    guard found > 0 else { throw error(.missingField(field)) }
    guard found <= WireFormat.maximumWordCount else {
      throw error(.tooLarge(field: field, found: found, atMost: WireFormat.maximumWordCount))
    }
    var body = ProtoMaskedInput()
    body.words = MaskedWords.bytes(of: message.words)
    return body
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
