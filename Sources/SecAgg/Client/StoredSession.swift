/// The key under which an app stores its sessions: 32 secret bytes, for the device's keychain.
public struct StorageKey: ~Copyable, Sendable {
  /// The number of bytes.
  public static let byteCount = 32

  /// The bytes, to be kept.
  public let bytes: SecretBytes

  /// A fresh key.
  public init() {
    bytes = SecureRandom.secretBytes(Self.byteCount)
  }

  /// A key that was kept; `nil` if it does not have 32 bytes.
  public init?(bytes: consuming SecretBytes) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }
}

// XChaCha20-Poly1305 under a key that is derived from the storage key. The bytes are a format version, which is
// readable and bound to the rest, and the sealed state.

extension ClientSession {
  private static let formatVersion: UInt8 = 2

  private enum Kind: UInt8 {
    case advertising = 0
    case sharing = 1
    case masked = 2
    case endorsed = 3
    case finished = 4
    case inputNeeded = 5
    case ended = 6
  }

  /// The session as sealed bytes, from which `init(restoring:under:)` makes it again, also in another process.
  ///
  /// - Warning: store the session after each `handle` and `mask`, in the place of what was stored before, and
  ///   only then send the message. A client that is restored from older bytes could mask a second vector with
  ///   the same masks, or reveal both secrets of a neighbour.
  ///
  /// - Parameters:
  ///   - key: the one to restore with.
  ///   - keepingMessage: whether a masked vector that is to be sent is in the bytes. It makes up nearly all of
  ///     them. Without it, ``message`` is `nil` after restoring until the next reply.
  /// - Complexity: O(neighbours), and O(vector) with the masked vector.
  public func stored(under key: borrowing StorageKey, keepingMessage: Bool = true) -> [UInt8] {
    let content = content(keepingMessage: keepingMessage)
    let sealingKey = Self.sealingKey(from: key)
    let sealed = content.withBytes { content in
      sealingKey.withBytes { sealingKey in
        AuthenticatedEncryption.seal(
          content, key: sealingKey, associatedData: Self.associatedData)
      }
    }
    return [Self.formatVersion] + sealed
  }

  /// Restores a session of the semi-honest model.
  ///
  /// - Throws: `ClientError.notUnsealed`, `.notRestorable`, `.identityNeeded` in the malicious model.
  public init(
    restoring bytes: [UInt8], under key: borrowing StorageKey
  ) throws(ClientError) {
    let stored = try StoredFields(Self.opened(bytes, with: key))
    guard stored.context.parameters.threatModel == .semiHonest else { throw .identityNeeded }
    try self.init(stored, identity: nil, identities: nil)
  }

  /// Restores a session of the malicious model.
  ///
  /// - Parameters:
  ///   - identity: the one that the session was created with. It is not among the stored bytes.
  ///   - identities: likewise.
  /// - Throws: `ClientError.notUnsealed`, `.notRestorable`, `.notInThreatModel` in the semi-honest model.
  public init(
    restoring bytes: [UInt8], under key: borrowing StorageKey,
    signedBy identity: borrowing IdentityKey, identities: any IdentityDirectory
  ) throws(ClientError) {
    let stored = try StoredFields(Self.opened(bytes, with: key))
    let threatModel = stored.context.parameters.threatModel
    guard threatModel == .malicious else { throw .notInThreatModel(threatModel) }
    try self.init(stored, identity: identity.copy(), identities: identities)
  }

  private init(
    _ stored: consuming StoredFields, identity: consuming IdentityKey?,
    identities: (any IdentityDirectory)?
  ) throws(ClientError) {
    let state = try Self.state(of: stored)
    self.init(
      opening: stored.opening, context: stored.context, state: state, answered: stored.answered,
      identity: identity, identities: identities)
  }

  private static func opened(
    _ bytes: [UInt8], with key: borrowing StorageKey
  ) throws(ClientError) -> SecretBytes {
    guard bytes.first == formatVersion else {
      throw .notRestorable(.notThisKind(expected: "a stored client of this version"))
    }
    let sealingKey = sealingKey(from: key)
    let opened = sealingKey.withBytes { sealingKey -> SecretBytes? in
      AuthenticatedEncryption.open(
        bytes.dropFirst(), key: sealingKey, associatedData: associatedData)
    }
    guard let opened else { throw .notUnsealed }
    return opened
  }

  private static func sealingKey(from key: borrowing StorageKey) -> SecretBytes {
    key.bytes.withBytes { Hashing.deriveKey(from: $0, .sealedClient) { _ in } }
  }

  private static var associatedData: [UInt8] {
    var writer = ByteWriter(label: .sealedClient)
    writer.write(formatVersion)
    return writer.bytes
  }

  private func content(keepingMessage: Bool) -> SecretBytes {
    var writer = SecretWriter()
    switch state {
    case .advertising(let round):
      write(.advertising, to: &writer)
      writer.write(secret: round.stored())
    case .sharing(let round):
      write(.sharing, to: &writer)
      writer.write(secret: round.stored())
    case .inputNeeded(let masking):
      write(.inputNeeded, to: &writer)
      let shares = masking.delivery.shares
      writer.write { $0.write(shares) }
      writer.write(secret: masking.round.stored())
    case .masked(let round):
      write(.masked, to: &writer)
      writer.write(secret: round.stored(keepingMessage: keepingMessage))
    case .endorsed(let round):
      write(.endorsed, to: &writer)
      writer.write(secret: round.stored())
    case .finished(let response):
      write(.finished, to: &writer)
      writer.write { $0.write(response) }
    case .ended:
      write(.ended, to: &writer)
    }
    return writer.finish()
  }

  private func write(_ kind: Kind, to writer: inout SecretWriter) {
    let (context, opening, answered) = (context, opening, answered)
    writer.write {
      context.write(to: &$0)
      if case .keyAdvertisement(let advertisement) = opening {
        $0.write(advertisement.sealingKey)
        $0.write(advertisement.maskKey)
        if let signature = advertisement.signature { $0.write(raw: signature.bytes) }
      }
      $0.write(lengthPrefixed: answered?.bytes ?? [])
      $0.write(kind.rawValue)
    }
  }

  /// What is stored of a session beside its round.
  private struct StoredFields: ~Copyable {
    let context: ClientContext
    let opening: ClientMessage
    let answered: MessageChecksum?
    let kind: Kind
    let delivery: ShareDelivery?
    let response: UnmaskingResponse?
    let round: SecretBytes

    init(_ bytes: borrowing SecretBytes) throws(ClientError) {
      do {
        self = try bytes.withBytes { (span) throws(StoredStateError) -> StoredFields in
          try Checksum.verified(span) { (content) throws(StoredStateError) -> StoredFields in
            try ByteReader.reading(content) { (reader) throws(StoredStateError) -> StoredFields in
              try StoredFields(from: &reader)
            }
          }
        }
      } catch {
        throw .notRestorable(error)
      }
    }

    private init(from reader: inout ByteReader) throws(StoredStateError) {
      let context = try ClientContext(from: &reader)
      let isSigned = context.parameters.threatModel == .malicious
      let advertisement = KeyAdvertisement(
        session: context.session, sender: context.id, sealingKey: try reader.publicKey(),
        maskKey: try reader.publicKey(), signature: isSigned ? try reader.signature() : nil)
      let checksum = try reader.lengthPrefixed()
      let answered = MessageChecksum(bytes: checksum)
      guard (answered == nil) == checksum.isEmpty else { throw .invalidField("checksum") }
      guard let kind = Kind(rawValue: try reader.byte()) else { throw .invalidField("state") }
      let delivery =
        kind == .inputNeeded
        ? ShareDelivery(
          session: context.session, recipient: context.id, shares: try reader.addressedShares())
        : nil
      let response = kind == .finished ? try reader.unmaskingResponse(of: context) : nil
      round = try reader.secret(reader.remaining)
      self.context = context
      self.opening = .keyAdvertisement(advertisement)
      self.answered = answered
      self.kind = kind
      self.delivery = delivery
      self.response = response
    }
  }

  private static func state(of stored: borrowing StoredFields) throws(ClientError) -> State {
    switch stored.kind {
    case .advertising: return .advertising(try AdvertiseKeysRound(restoring: stored.round))
    case .sharing: return .sharing(try ShareKeysRound(restoring: stored.round))
    case .inputNeeded:
      guard let delivery = stored.delivery else { return .ended }
      return .inputNeeded(
        Masking(round: try ShareKeysRound(restoring: stored.round), delivery: delivery))
    case .masked: return .masked(try MaskedInputRound(restoring: stored.round))
    case .endorsed: return .endorsed(try ConsistencyCheckRound(restoring: stored.round))
    case .finished: return stored.response.map { .finished($0) } ?? .ended
    case .ended: return .ended
    }
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ response: UnmaskingResponse) {
    write(count: response.shares.count)
    for revealed in response.shares {
      write(revealed.subject)
      write(revealed.kind.rawValue)
      write(revealed.share)
    }
    write(ids: response.unopened)
  }
}

extension ByteReader {
  fileprivate mutating func unmaskingResponse(
    of client: ClientContext
  ) throws(StoredStateError) -> UnmaskingResponse {
    var shares: [RevealedShare] = []
    for _ in 0..<(try listCount(entrySize: 5 + SecretShare.byteCount)) {
      let subject = try clientID()
      guard let kind = SecretKind(rawValue: try byte()),
        let share = try? SecretShare(bytes: raw(SecretShare.byteCount))
      else { throw .invalidField("share") }
      shares.append(RevealedShare(subject: subject, kind: kind, share: share))
    }
    return UnmaskingResponse(
      session: client.session, sender: client.id, shares: shares, unopened: try clientIDs())
  }
}
