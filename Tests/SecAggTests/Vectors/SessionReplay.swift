import FLMath
import SecAggWire
import Testing

@testable import SecAgg

/// Runs the session of a transcript: real clients and a real server, the clients with the secrets
/// of the transcript. Every message passes through its serialised form.
struct SessionReplay {
  let input: SessionVector.Input
  let parameters: SessionParameters
  let identities: PinnedIdentities?
  private let inputContext: Digest?
  private(set) var server: ServerSession
  private(set) var messages: [SessionVector.Message] = []
  private(set) var roster: [ClientID] = []
  private(set) var commitment: Digest?
  private var announcements: [ClientID: RosterAnnouncement] = [:]
  private var distributions: [ClientID: ShareDistribution] = [:]
  private var deliveries: [ClientID: ShareDelivery] = [:]
  private var masked: [ClientID: MaskedInput] = [:]

  init(_ input: SessionVector.Input) throws {
    self.input = input
    parameters = try input.parameters.parameters()
    inputContext = try input.inputContext?.digest
    var keys: [ClientID: IdentityPublicKey] = [:]
    for client in input.clients {
      guard let seed = client.identitySeed else { continue }
      keys[try .of(client.id)] = try IdentityKey(seed: seed.secret).publicKey
    }
    identities = keys.isEmpty ? nil : try PinnedIdentities(keys)
    server = ServerSession(parameters: parameters, identities: identities)
  }

  /// The whole session.
  mutating func run() throws -> UnmaskedAggregate {
    for round in ProtocolRound.rounds(in: parameters.threatModel) { try collect(round) }
    return try server.unmask(inputContext: inputContext)
  }

  /// Collects the messages of one round; the server has closed the one before.
  mutating func collect(_ round: ProtocolRound) throws {
    if round != .advertiseKeys {
      try server.closeRound()
      for message in server.messages { try note(message, opening: round) }
    }
    if round == .shareKeys {
      roster = server.awaited
    }
    for client in input.clients where !client.leaves.isGone(in: round) {
      let id = try ClientID.of(client.id)
      let replayed = try ClientReplay(client, parameters, identities, inputContext)
      let answer = try replayed.answer(
        to: messages.filter { $0.client == client.id && $0.direction == "from server" })
      try note(answer)
      try server.receive(answer, from: id)
    }
  }

  private mutating func note(_ message: ServerMessage, opening round: ProtocolRound) throws {
    switch message {
    case .rosterAnnouncement(let announcement):
      announcements[message.recipient] = announcement
      commitment = announcement.commitment
    case .shareDelivery(let delivery): deliveries[message.recipient] = delivery
    default: break
    }
    messages.append(
      SessionVector.Message(
        round: round.rawValue, direction: "from server", client: message.recipient.rawValue,
        checksum: Hex(MessageChecksum(of: message).bytes), bytes: Hex(try message.serialized())))
  }

  private mutating func note(_ message: ClientMessage) throws {
    switch message {
    case .shareDistribution(let distribution): distributions[message.sender] = distribution
    case .maskedInput(let input): masked[message.sender] = input
    default: break
    }
    messages.append(
      SessionVector.Message(
        round: message.round.rawValue, direction: "to server", client: message.sender.rawValue,
        checksum: Hex(MessageChecksum(of: message).bytes), bytes: Hex(try message.serialized())))
  }

  private var binding: Digest {
    MaskSeeds.binding(session: parameters.digest, inputContext: inputContext)
  }

  /// Every value of one client, computed piece by piece.
  func values(of client: SessionVector.ClientSecrets) throws -> SessionVector.ClientValues {
    let id = try ClientID.of(client.id)
    let session = parameters.digest
    let sealing = try KeyPair(privateKey: client.sealingPrivateKey.secret)
    let maskPrivateKey = Hex(
      MaskSeeds.maskPrivateKey(
        fromSharedSecret: client.maskSecret.secret, owner: id, session: session))
    let mask = try KeyPair(privateKey: maskPrivateKey.secret)
    let selfMaskSeed = Hex(
      MaskSeeds.selfMask(
        fromSharedSecret: client.selfMaskSecret.secret, owner: id, binding: binding))
    let packed = try client.packed(parameters)
    return SessionVector.ClientValues(
      id: client.id,
      identityPublicKey: identities?.identityKey(of: id).map { Hex($0.bytes) },
      sealingPublicKey: Hex(sealing.publicKey.bytes), maskPrivateKey: maskPrivateKey,
      maskPublicKey: Hex(mask.publicKey.bytes),
      neighbours: announcements[id]?.neighbours.map(\.sender.rawValue),
      selfMaskCommitment: Hex(
        MaskSeeds.selfMaskCommitment(
          toSharedSecret: client.selfMaskSecret.secret, owner: id, session: session)),
      selfMaskSeed: selfMaskSeed, shares: try shares(of: client, sealing: sealing),
      packedWords: Hex(words: packed.words), selfMask: Self.mask(selfMaskSeed, parameters),
      pairwiseMasks: try pairwiseMasks(of: id, mask: mask),
      maskedWords: masked[id].map { Hex(words: $0.words) })
  }

  private func shares(
    of client: SessionVector.ClientSecrets, sealing: borrowing KeyPair
  ) throws -> [SessionVector.ShareValues]? {
    let id = try ClientID.of(client.id)
    guard let distribution = distributions[id], let announcement = announcements[id] else {
      return nil
    }
    let threshold = parameters.threshold
    let selfMask = ShamirSharing(
      of: client.selfMaskSecret.secret, coefficients: client.selfMaskCoefficients.secret,
      threshold: threshold)
    let maskKey = ShamirSharing(
      of: client.maskSecret.secret, coefficients: client.maskCoefficients.secret,
      threshold: threshold)
    var values: [SessionVector.ShareValues] = []
    for (index, neighbour) in announcement.neighbours.enumerated() {
      let agreed = try sealing.sharedSecret(with: neighbour.sealingKey)
      let sealed = distribution.shares[index].shares
      var context = ByteWriter()
      context.write(parameters.digest)
      context.write(announcement.commitment)
      context.write(id)
      context.write(neighbour.sender)
      let key = agreed.withBytes {
        Hashing.deriveKey(from: $0, .shareSealing) { $0.write(raw: context.bytes) }
      }
      var words = [UInt64](repeating: 0, count: 10)
      var span = words.mutableSpan
      selfMask.writeShare(for: neighbour.sender, to: &span, at: 0)
      maskKey.writeShare(for: neighbour.sender, to: &span, at: 5)
      let commitments = sealed.bytes.prefix(SealedShares.commitmentsByteCount)
      values.append(
        SessionVector.ShareValues(
          receiver: neighbour.sender.rawValue, agreedSecret: Hex(agreed), sealingKey: Hex(key),
          commitments: Hex(Array(commitments)),
          associatedData: Hex(context.bytes + commitments), nonce: client.nonces[index],
          plaintext: Hex(words: words), sealed: Hex(sealed.bytes)))
    }
    return values
  }

  private func pairwiseMasks(
    of id: ClientID, mask: borrowing KeyPair
  ) throws -> [SessionVector.PairwiseValues]? {
    guard let delivery = deliveries[id], let announcement = announcements[id], masked[id] != nil
    else { return nil }
    var values: [SessionVector.PairwiseValues] = []
    for entry in delivery.shares {
      let neighbour = try #require(announcement.neighbours.first { $0.sender == entry.peer })
      let agreed = try mask.sharedSecret(with: neighbour.maskKey)
      let seed = Hex(
        MaskSeeds.pairwise(
          agreed: agreed, between: id, and: entry.peer, binding: binding,
          roster: announcement.commitment))
      values.append(
        SessionVector.PairwiseValues(
          peer: entry.peer.rawValue, agreedSecret: Hex(agreed), seed: seed,
          sign: Mask.pairwise(of: id, with: entry.peer).direction == .add ? "+" : "-",
          mask: Self.mask(seed, parameters)))
    }
    return values
  }

  private static func mask(_ seed: Hex, _ parameters: SessionParameters) -> Hex {
    Hex(
      words: expandedMask(
        seed, parameters.maskExpander, wordCount: parameters.layout.wordCount))
  }
}

/// The words of a mask from the start of its stream, or from a later word on.
func expandedMask(
  _ seed: Hex, _ expander: MaskExpander, wordCount: Int, from offset: UInt64 = 0
) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: wordCount)
  var span = words.mutableSpan
  expander.apply(.add, seed: seed.bytes.span, to: &span, streamOffset: offset)
  return words
}

extension SessionVector.ClientSecrets {
  func packed(_ parameters: SessionParameters) throws -> PackedVector {
    switch parameters.layout.lanes.kind {
    case .unsigned:
      try PackedVector(elements.map { try #require(UInt64($0)) }, layout: parameters.layout)
    case .signed:
      try PackedVector(
        signed: elements.map { try #require(Int64($0)) }, layout: parameters.layout)
    }
  }
}

/// One client of a transcript, taken from its first round to the present one each time.
struct ClientReplay {
  private let client: SessionVector.ClientSecrets
  private let parameters: SessionParameters
  private let identities: PinnedIdentities?
  private let inputContext: Digest?

  init(
    _ client: SessionVector.ClientSecrets, _ parameters: SessionParameters,
    _ identities: PinnedIdentities?, _ inputContext: Digest? = nil
  ) throws {
    self.inputContext = inputContext
    self.client = client
    self.parameters = parameters
    self.identities = identities
  }

  private func advertising(_ signature: Signature? = nil) throws -> AdvertiseKeysRound {
    try AdvertiseKeysRound(
      context: ClientContext(
        id: .of(client.id), parameters: parameters, policy: .expecting(parameters)),
      sealingPrivateKey: client.sealingPrivateKey.secret, maskSecret: client.maskSecret.secret,
      signature: signature)
  }

  private func signed() throws -> AdvertiseKeysRound {
    guard let seed = client.identitySeed else { return try advertising() }
    let unsigned = try advertising().message
    return try advertising(unsigned.signed(by: IdentityKey(seed: seed.secret)).signature)
  }

  /// What the client sends after the last of the server's messages to it.
  func answer(to messages: [SessionVector.Message]) throws -> ClientMessage {
    let parsed = try messages.map { try ServerMessage(serialized: $0.bytes.bytes) }
    let advertising = try signed()
    guard case .rosterAnnouncement(let announcement)? = parsed.first else {
      return .keyAdvertisement(advertising.message)
    }
    let own = advertising.message
    let roster = try ClientRoster(
      announcement,
      for: ClientContext(id: own.sender, parameters: parameters, policy: .expecting(parameters)),
      own: own, identities: identities)
    let sharing = try advertising.shareKeys(
      with: roster,
      drawing: SharingSecrets(
        selfMaskSecret: client.selfMaskSecret.secret,
        selfMaskCoefficients: client.selfMaskCoefficients.secret,
        maskCoefficients: client.maskCoefficients.secret,
        nonces: try client.nonces.map { try #require(Nonce(bytes: $0.bytes)) }),
      on: .threads(2))
    guard parsed.count > 1, case .shareDelivery(let delivery) = parsed[1] else {
      return .shareDistribution(sharing.message)
    }
    let masking = try sharing.maskInput(
      client.packed(parameters), delivery: delivery, inputContext: inputContext)
    guard parsed.count > 2 else { return .maskedInput(masking.message) }
    if case .unmaskingRequest(let request) = parsed[2] {
      return .unmaskingResponse(try masking.unmask(request))
    }
    guard case .contributorAnnouncement(let announced) = parsed[2],
      let seed = client.identitySeed
    else { throw UnexpectedMessage() }
    let checking = try masking.checkConsistency(
      of: announced, signedBy: IdentityKey(seed: seed.secret))
    guard parsed.count > 3 else { return .contributorEndorsement(checking.message) }
    guard case .unmaskingRequest(let request) = parsed[3] else { throw UnexpectedMessage() }
    return .unmaskingResponse(try checking.unmask(request))
  }

  private struct UnexpectedMessage: Error {}

  /// The client rejects a message and goes on waiting.
  struct StrayMessage: Error {
    let error: ClientError
  }

  /// What the client answers to one more message after those that it has answered.
  ///
  /// - Throws: `StrayMessage` if the message changes nothing; `ClientError` if it ends the client.
  func answer(to earlier: [SessionVector.Message], after bytes: [UInt8]) throws -> ClientMessage {
    let message = try ServerMessage(serialized: bytes)
    let awaited: [ProtocolRound] =
      parameters.threatModel == .malicious
      ? [.shareKeys, .maskedInput, .consistencyCheck, .unmasking]
      : [.shareKeys, .maskedInput, .unmasking]
    let context = try ClientContext(
      id: .of(client.id), parameters: parameters, policy: .expecting(parameters))
    do throws(ClientError) {
      try context.check(session: message.session, recipient: message.recipient)
      let expected = earlier.count < awaited.count ? awaited[earlier.count] : nil
      guard message.round == expected else {
        throw .otherRound(found: message.round, expected: expected)
      }
    } catch {
      throw StrayMessage(error: error)
    }
    return try answer(
      to: earlier + [
        SessionVector.Message(
          round: 0, direction: "from server", client: client.id, checksum: Hex([]),
          bytes: Hex(bytes))
      ])
  }
}
