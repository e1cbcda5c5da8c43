/// 16 bytes that travel with every message, so that a damaged message is rejected and never summed.
/// Without it, a flipped bit of a masked vector would give a wrong sum that nobody notices.
///
/// It is BLAKE2b-256, cut to 16 bytes, over all fields of a message. Masked words are many, so
/// their XXH64 takes their place: a hash that runs at memory speed. The checksum misses one
/// accidental change in 2^64. It does not authenticate: an attacker that can change a message can
/// also compute its checksum.
package struct MessageChecksum: Sendable, Hashable {
  /// The number of bytes.
  package static let byteCount = 16

  /// The 16 bytes.
  package let bytes: [UInt8]

  /// A checksum that was stored; `nil` unless there are 16 bytes.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  private init(_ write: (inout ByteWriter) -> Void) {
    bytes = Array(Hashing.digest(.messageChecksum, write).bytes.prefix(Self.byteCount))
  }
}

extension MessageChecksum {
  /// The checksum of a client's message.
  package init(of message: ClientMessage) {
    self.init { writer in
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
        writer.write(XXHash64.digest(of: message.words.span))
      case .contributorEndorsement(let message):
        writer.write(raw: message.signature.bytes)
      case .unmaskingResponse(let message):
        writer.write(count: message.shares.count)
        writer.reserve(message.shares.count * (5 + SecretShare.byteCount))
        for revealed in message.shares {
          writer.write(revealed.subject)
          writer.write(revealed.kind.rawValue)
          writer.write(revealed.share)
        }
        writer.write(ids: message.unopened)
      }
    }
  }

  /// The checksum of a server's message.
  package init(of message: ServerMessage) {
    self.init { writer in
      writer.write(string: "server")
      switch message {
      case .rosterAnnouncement(let message):
        writer.write(ProtocolRound.shareKeys.rawValue)
        writer.write(message.session)
        writer.write(message.recipient)
        writer.write(count: message.rosterSize)
        writer.write(message.commitment)
        writer.write(count: message.neighbours.count)
        writer.reserve(message.neighbours.count * (4 + 2 * Digest.byteCount))
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
    write(advertisement.sealingKey)
    write(advertisement.maskKey)
    if let signature = advertisement.signature { write(raw: signature.bytes) }
  }

  fileprivate mutating func write(path: [Digest]) {
    write(count: path.count)
    for digest in path { write(digest) }
  }

  mutating func write(_ shares: [AddressedShares]) {
    write(count: shares.count)
    reserve(shares.count * (4 + SealedShares.byteCount))
    for entry in shares {
      write(entry.peer)
      write(raw: entry.shares.bytes)
    }
  }
}
