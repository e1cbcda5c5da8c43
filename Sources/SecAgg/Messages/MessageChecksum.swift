internal import CSodium

/// 16 bytes that travel with every message, so that one damaged on its way is refused and never
/// summed: a flipped bit of a masked vector would otherwise be a wrong sum that nobody notices.
///
/// It is Poly1305 (RFC 8439, section 2.5) over the message's masked words, empty for most, under a
/// key that is BLAKE2b-256 of all its other fields. It finds every accident but one in 2^75, and more in
/// short messages. It is no authentication: whoever can change a message can compute it anew.
package struct MessageChecksum: Sendable, Hashable {
  /// The number of bytes.
  package static let byteCount = 16

  /// The 16 bytes.
  package let bytes: [UInt8]

  private init(words: [UInt64], _ write: (inout ByteWriter) -> Void) {
    Sodium.prepare()
    let key = Hashing.digest(.messageChecksum, write).bytes
    var tag = [UInt8](repeating: 0, count: Self.byteCount)
    var tagSpan = tag.mutableSpan
    #if _endian(big)
      let words = words.map(\.littleEndian)
    #endif
    unsafe words.withUnsafeBytes { buffer in
      let data = unsafe buffer.bindMemory(to: UInt8.self).span
      unsafe data.withPointer { data in
        unsafe tagSpan.withMutablePointer { tag in
          _ = unsafe crypto_onetimeauth(tag, data, UInt64(8 * words.count), key)
        }
      }
    }
    bytes = tag
  }
}

extension MessageChecksum {
  /// The checksum of a client's message.
  package init(of message: ClientMessage) {
    var words: [UInt64] = []
    if case .maskedInput(let input) = message { words = input.words }
    self.init(words: words) { writer in
      writer.write(string: "client")
      writer.write(message.round.rawValue)
      writer.write(message.session)
      writer.write(message.sender)
      switch message {
      case .keyAdvertisement(let message): writer.write(keysOf: message)
      case .shareDistribution(let message):
        writer.write(message.selfMaskCommitment)
        writer.write(message.shares)
      case .maskedInput(let message):
        writer.write(count: message.words.count)
      case .contributorEndorsement(let message):
        writer.write(raw: message.signature.bytes)
      case .unmaskingResponse(let message):
        writer.write(count: message.shares.count)
        for revealed in message.shares {
          writer.write(revealed.subject)
          writer.write(revealed.kind.rawValue)
          writer.write(raw: revealed.share.bytes)
        }
        writer.write(ids: message.unopened)
      }
    }
  }

  /// The checksum of a server's message.
  package init(of message: ServerMessage) {
    self.init(words: []) { writer in
      writer.write(string: "server")
      switch message {
      case .rosterAnnouncement(let message):
        writer.write(ProtocolRound.shareKeys.rawValue)
        writer.write(message.session)
        writer.write(message.recipient)
        writer.write(count: message.rosterSize)
        writer.write(message.commitment)
        writer.write(count: message.neighbours.count)
        for neighbour in message.neighbours {
          writer.write(neighbour.sender)
          writer.write(keysOf: neighbour)
        }
        if let membership = message.membership {
          writer.write(lengthPrefixed: membership.ids.bytes)
          writer.write(path: membership.ownPath)
          for path in membership.neighbourPaths { writer.write(path: path) }
        }
      case .shareDelivery(let message):
        writer.write(ProtocolRound.maskedInput.rawValue)
        writer.write(message.session)
        writer.write(message.recipient)
        writer.write(message.shares)
      case .contributorAnnouncement(let message):
        writer.write(ProtocolRound.consistencyCheck.rawValue)
        writer.write(message.session)
        writer.write(message.recipient)
        writer.write(count: message.contributors.rosterSize)
        writer.write(lengthPrefixed: message.contributors.bytes)
      case .unmaskingRequest(let message):
        writer.write(ProtocolRound.unmasking.rawValue)
        writer.write(message.session)
        writer.write(message.recipient)
        writer.write(count: message.contributorCount)
        writer.write(ids: message.contributors)
        for endorsement in message.endorsements {
          writer.write(endorsement.signer)
          writer.write(raw: endorsement.signature.bytes)
        }
      }
    }
  }
}

extension ByteWriter {
  fileprivate mutating func write(keysOf advertisement: KeyAdvertisement) {
    write(raw: advertisement.sealingKey.bytes)
    write(raw: advertisement.maskKey.bytes)
    if let signature = advertisement.signature { write(raw: signature.bytes) }
  }

  fileprivate mutating func write(path: [Digest]) {
    write(count: path.count)
    for digest in path { write(digest) }
  }

  fileprivate mutating func write(_ shares: [AddressedShares]) {
    write(count: shares.count)
    for entry in shares {
      write(entry.peer)
      write(raw: entry.shares.bytes)
    }
  }
}
