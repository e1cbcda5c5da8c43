/// The stored form of a round: a label, the round, the client's context, the round's own fields, a checksum.
/// It holds the client's secrets; ``ClientSession/stored(under:keepingMessage:)`` seals it.
enum StoredRound {
  private static let formatVersion: UInt8 = 2

  static func writer(_ round: ProtocolRound, _ context: ClientContext) -> SecretWriter {
    var writer = SecretWriter()
    writer.write {
      $0.write(string: DomainLabel.clientState.rawValue)
      $0.write(formatVersion)
      $0.write(round.rawValue)
      context.write(to: &$0)
    }
    return writer
  }

  static func restore<Round: ~Copyable>(
    _ bytes: borrowing SecretBytes, _ round: ProtocolRound,
    _ body: (inout ByteReader, ClientContext) throws(StoredStateError) -> Round
  ) throws(ClientError) -> Round {
    do {
      return try bytes.withBytes { (span) throws(StoredStateError) -> Round in
        try Checksum.verified(span) { (content) throws(StoredStateError) -> Round in
          try ByteReader.reading(content) { (reader) throws(StoredStateError) -> Round in
            let label = try reader.string()
            let version = try reader.byte()
            let storedRound = try reader.byte()
            guard label == DomainLabel.clientState.rawValue, version == formatVersion,
              storedRound == round.rawValue
            else { throw .notThisKind(expected: "a client stored in round \"\(round)\"") }
            return try body(&reader, try ClientContext(from: &reader))
          }
        }
      }
    } catch {
      throw .notRestorable(error)
    }
  }
}

extension AdvertiseKeysRound {
  package func stored() -> SecretBytes {
    var writer = StoredRound.writer(.advertiseKeys, context)
    let signature = message.signature
    sealingKeys.write(to: &writer)
    writer.write(secret: maskSecret)
    if let signature { writer.write { $0.write(raw: signature.bytes) } }
    return writer.finish()
  }

  package init(restoring bytes: borrowing SecretBytes) throws(ClientError) {
    self = try StoredRound.restore(bytes, .advertiseKeys) {
      (reader, context) throws(StoredStateError) in
      let sealingPrivateKey = try reader.secret(Digest.byteCount)
      let maskSecret = try reader.secret(ShamirSharing.secretByteCount)
      let isSigned = context.parameters.threatModel == .malicious
      let signature = isSigned ? try reader.signature() : nil
      do {
        return try AdvertiseKeysRound(
          context: context, sealingPrivateKey: sealingPrivateKey, maskSecret: maskSecret,
          signature: signature)
      } catch {
        throw .invalidField("key pair")
      }
    }
  }
}

extension ShareKeysRound {
  package func stored() -> SecretBytes {
    var writer = StoredRound.writer(.shareKeys, context)
    let (roster, message) = (roster, message)
    writer.write {
      roster.write(to: &$0)
      $0.write(message.selfMaskCommitment)
      for entry in message.shares { $0.write(raw: entry.shares.bytes) }
    }
    agreedSealingSecrets.write(to: &writer)
    maskKeys.write(to: &writer)
    writer.write(secret: selfMaskSecret)
    return writer.finish()
  }

  package init(restoring bytes: borrowing SecretBytes) throws(ClientError) {
    self = try StoredRound.restore(bytes, .shareKeys) {
      (reader, context) throws(StoredStateError) in
      let roster = try ClientRoster(from: &reader, client: context)
      let commitment = try reader.digest()
      var shares: [AddressedShares] = []
      for neighbour in roster.neighbours {
        guard let sealed = SealedShares(bytes: try reader.raw(SealedShares.byteCount)) else {
          throw .invalidField("sealed shares")
        }
        shares.append(AddressedShares(peer: neighbour.sender, shares: sealed))
      }
      let agreed = try SecretTable(from: &reader, rowCount: roster.neighbours.count)
      let maskPrivateKey = try reader.secret(Digest.byteCount)
      let selfMaskSecret = try reader.secret(ShamirSharing.secretByteCount)
      guard let maskKeys = try? KeyPair(privateKey: maskPrivateKey) else {
        throw .invalidField("key pair")
      }
      return ShareKeysRound(
        context: context, roster: roster, agreedSealingSecrets: agreed, maskKeys: maskKeys,
        selfMaskSecret: selfMaskSecret,
        message: ShareDistribution(
          session: context.session, sender: context.id, selfMaskCommitment: commitment,
          shares: shares))
    }
  }
}

extension MaskedInputRound {
  /// - Parameter keepingMessage: whether the bytes hold the masked vector, which is nearly all of them. It is
  ///   not needed any more once it was sent, and `isSent` is true of the client that is restored.
  package func stored(keepingMessage: Bool = true) -> SecretBytes {
    var writer = StoredRound.writer(.maskedInput, context)
    let (roster, message) = (roster, message)
    writer.write {
      roster.write(to: &$0)
      $0.write(words: keepingMessage ? message.words : [])
    }
    shares.write(to: &writer)
    return writer.finish()
  }

  /// Whether the client was stored without its message.
  package var isSent: Bool { message.words.isEmpty }

  package init(restoring bytes: borrowing SecretBytes) throws(ClientError) {
    self = try StoredRound.restore(bytes, .maskedInput) {
      (reader, context) throws(StoredStateError) in
      let roster = try ClientRoster(from: &reader, client: context)
      let words = try reader.words()
      guard words.isEmpty || words.count == context.parameters.layout.wordCount else {
        throw .invalidField("masked input")
      }
      return MaskedInputRound(
        context: context, roster: roster, shares: try HeldShares(from: &reader),
        message: MaskedInput(session: context.session, sender: context.id, words: words))
    }
  }
}

extension ConsistencyCheckRound {
  package func stored() -> SecretBytes {
    var writer = StoredRound.writer(.consistencyCheck, context)
    let (roster, contributors) = (roster, contributors)
    let (visible, signature) = (visible, message.signature)
    writer.write {
      roster.write(to: &$0)
      $0.write(lengthPrefixed: contributors.bytes)
      $0.write(ids: visible.list)
      $0.write(raw: signature.bytes)
    }
    shares.write(to: &writer)
    return writer.finish()
  }

  package init(restoring bytes: borrowing SecretBytes) throws(ClientError) {
    self = try StoredRound.restore(bytes, .consistencyCheck) {
      (reader, context) throws(StoredStateError) in
      let roster = try ClientRoster(from: &reader, client: context)
      guard
        let contributors = ContributorSet(
          rosterSize: roster.size, bytes: try reader.lengthPrefixed())
      else { throw .invalidField("contributors") }
      let list = try reader.clientIDs()
      let signature = try reader.signature()
      let shares = try HeldShares(from: &reader)
      guard
        let visible = try? VisibleContributors(
          list, claimedCount: contributors.count, to: context, in: roster,
          sharers: shares.owners)
      else { throw .invalidField("contributors") }
      return ConsistencyCheckRound(
        context: context, roster: roster, shares: shares, contributors: contributors,
        visible: visible,
        message: ContributorEndorsement(
          session: context.session, sender: context.id, signature: signature))
    }
  }
}

extension ClientContext {
  func write(to writer: inout ByteWriter) {
    writer.write(id)
    parameters.write(to: &writer)
    policy.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    let id = try reader.clientID()
    let parameters = try SessionParameters(from: &reader)
    let policy = try ClientPolicy(from: &reader)
    do {
      try self.init(id: id, parameters: parameters, policy: policy)
    } catch {
      throw .invalidField("client")
    }
  }
}

extension ClientRoster {
  func write(to writer: inout ByteWriter) {
    writer.write(count: size)
    writer.write(commitment)
    writer.write(count: neighbours.count)
    for neighbour in neighbours {
      writer.write(neighbour.sender)
      writer.write(neighbour.sealingKey)
      writer.write(neighbour.maskKey)
    }
    verified?.write(to: &writer)
  }

  init(from reader: inout ByteReader, client: ClientContext) throws(StoredStateError) {
    size = try reader.count("roster size", atMost: SessionParameters.maximumCohortSize)
    commitment = try reader.digest()
    var neighbours: [KeyAdvertisement] = []
    for _ in 0..<(try reader.listCount(entrySize: 68)) {
      neighbours.append(
        KeyAdvertisement(
          session: client.session, sender: try reader.clientID(),
          sealingKey: try reader.publicKey(),
          maskKey: try reader.publicKey()))
    }
    self.neighbours = neighbours
    verified =
      client.parameters.threatModel == .malicious
      ? try VerifiedRoster(from: &reader, neighbourCount: neighbours.count) : nil
  }
}

extension VerifiedRoster {
  func write(to writer: inout ByteWriter) {
    writer.write(count: position)
    for position in neighbourPositions { writer.write(count: position) }
    writer.write(count: endorsers.count)
    for endorser in endorsers {
      writer.write(endorser.id)
      writer.write(count: endorser.position)
      writer.write(raw: endorser.key.bytes)
    }
  }

  init(from reader: inout ByteReader, neighbourCount: Int) throws(StoredStateError) {
    let limit = SessionParameters.maximumCohortSize
    position = try reader.count("position", atMost: limit)
    var positions: [Int] = []
    for _ in 0..<neighbourCount { positions.append(try reader.count("position", atMost: limit)) }
    neighbourPositions = positions
    var endorsers: [Endorser] = []
    for _ in 0..<(try reader.listCount(entrySize: 4 + 8 + Digest.byteCount)) {
      endorsers.append(
        Endorser(
          id: try reader.clientID(), position: try reader.count("position", atMost: limit),
          key: try reader.identityKey()))
    }
    self.endorsers = endorsers
  }
}

extension HeldShares {
  func write(to writer: inout SecretWriter) {
    let entries = entries
    writer.write { $0.write(entries) }
    agreedSealingSecrets.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    let entries = try reader.addressedShares()
    agreedSealingSecrets = try SecretTable(from: &reader, rowCount: entries.count)
    self.entries = entries
  }
}

extension ByteReader {
  mutating func addressedShares() throws(StoredStateError) -> [AddressedShares] {
    var entries: [AddressedShares] = []
    for _ in 0..<(try listCount(entrySize: 4 + SealedShares.byteCount)) {
      let peer = try clientID()
      guard let sealed = SealedShares(bytes: try raw(SealedShares.byteCount)) else {
        throw .invalidField("sealed shares")
      }
      entries.append(AddressedShares(peer: peer, shares: sealed))
    }
    return entries
  }
}
