import FLMath
import SecAgg

/// Changes what a message says while it stays well formed, so that the change gets past parser and
/// checksum and reaches the protocol's own checks. The same for the same seed.
struct MeaningfulMutator {
  private var generator: SimulationGenerator
  private let cohortSize: Int

  init(seed: UInt64, cohortSize: Int) {
    generator = SimulationGenerator(seed: seed)
    self.cohortSize = cohortSize
  }

  mutating func number(below bound: Int) -> Int {
    Int(generator.next() % UInt64(bound))
  }

  /// An id, mostly of the cohort or just outside.
  mutating func id() -> ClientID? {
    number(below: 8) == 0
      ? ClientID(UInt32(truncatingIfNeeded: generator.next()))
      : ClientID(UInt32(number(below: cohortSize + 2)))
  }

  private mutating func digest(_ original: Digest) -> Digest {
    var bytes = original.bytes
    bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
    return Digest(bytes: bytes) ?? original
  }

  /// Drops, repeats, swaps or replaces entries.
  private mutating func list<Element>(
    _ original: [Element], replacing: (inout MeaningfulMutator, Element) -> Element
  ) -> [Element] {
    var list = original
    guard !list.isEmpty else { return list }
    let index = number(below: list.count)
    switch number(below: 5) {
    case 0: list.remove(at: index)
    case 1: list.insert(list[index], at: number(below: list.count + 1))
    case 2: list.swapAt(index, number(below: list.count))
    case 3: list.removeAll()
    default: list[index] = replacing(&self, list[index])
    }
    return list
  }

  private mutating func signature(_ original: Signature) -> Signature {
    var bytes = original.bytes
    bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
    return (try? Signature(bytes: bytes)) ?? original
  }

  private mutating func addressed(_ original: AddressedShares) -> AddressedShares {
    if number(below: 2) == 0, let peer = id() {
      return AddressedShares(peer: peer, shares: original.shares)
    }
    var bytes = original.shares.bytes
    bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
    return AddressedShares(
      peer: original.peer, shares: SealedShares(bytes: bytes) ?? original.shares)
  }

  private mutating func revealed(_ original: RevealedShare) -> RevealedShare {
    switch number(below: 3) {
    case 0:
      return RevealedShare(
        subject: id() ?? original.subject, kind: original.kind, share: original.share)
    case 1:
      let kind: SecretKind = original.kind == .selfMask ? .maskKey : .selfMask
      return RevealedShare(subject: original.subject, kind: kind, share: original.share)
    default:
      var bytes = original.share.bytes
      bytes[8 * number(below: 5)] ^= 1 << UInt8(number(below: 8))
      let share = (try? SecretShare(bytes: bytes)) ?? original.share
      return RevealedShare(subject: original.subject, kind: original.kind, share: share)
    }
  }

  private mutating func words(_ original: [UInt64]) -> [UInt64] {
    var words = list(original) { mutator, _ in mutator.generator.next() }
    if number(below: 4) == 0 { words += [generator.next()] }
    return words
  }

  /// Another message of the same kind.
  mutating func mutate(_ message: ClientMessage) -> ClientMessage {
    let changesHeader = number(below: 6) == 0
    let session = changesHeader ? digest(message.session) : message.session
    let sender = number(below: 6) == 0 ? id() ?? message.sender : message.sender
    switch message {
    case .keyAdvertisement(let body):
      let isSwapped = number(below: 2) == 0
      return .keyAdvertisement(
        KeyAdvertisement(
          session: session, sender: sender,
          sealingKey: isSwapped ? body.maskKey : body.sealingKey, maskKey: body.maskKey))
    case .shareDistribution(let body):
      return .shareDistribution(
        ShareDistribution(
          session: session, sender: sender,
          selfMaskCommitment: number(below: 3) == 0
            ? digest(body.selfMaskCommitment) : body.selfMaskCommitment,
          shares: list(body.shares) { $0.addressed($1) }))
    case .maskedInput(let body):
      return .maskedInput(MaskedInput(session: session, sender: sender, words: words(body.words)))
    case .contributorEndorsement(let body):
      return .contributorEndorsement(
        ContributorEndorsement(
          session: session, sender: sender, signature: signature(body.signature)))
    case .unmaskingResponse(let body):
      var unopened = body.unopened
      if number(below: 3) == 0, let id = id() { unopened.append(id) }
      return .unmaskingResponse(
        UnmaskingResponse(
          session: session, sender: sender, shares: list(body.shares) { $0.revealed($1) },
          unopened: unopened))
    }
  }

  private mutating func count(_ original: Int) -> Int {
    switch number(below: 6) {
    case 0: Int(truncatingIfNeeded: generator.next())
    case 1: number(below: 2 * cohortSize)
    default: original
    }
  }

  /// Another message of the same kind.
  mutating func mutate(_ message: ServerMessage) -> ServerMessage {
    let session = number(below: 8) == 0 ? digest(message.session) : message.session
    let recipient = number(below: 8) == 0 ? id() ?? message.recipient : message.recipient
    switch message {
    case .rosterAnnouncement(let body):
      return .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: recipient, rosterSize: count(body.rosterSize),
          commitment: number(below: 4) == 0 ? digest(body.commitment) : body.commitment,
          neighbours: list(body.neighbours) { mutator, neighbour in
            KeyAdvertisement(
              session: neighbour.session, sender: mutator.id() ?? neighbour.sender,
              sealingKey: neighbour.maskKey, maskKey: neighbour.sealingKey)
          }))
    case .shareDelivery(let body):
      return .shareDelivery(
        ShareDelivery(
          session: session, recipient: recipient,
          shares: list(body.shares) { $0.addressed($1) }))
    case .contributorAnnouncement(let body):
      var bytes = body.contributors.bytes
      bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
      let set = ContributorSet(rosterSize: body.contributors.rosterSize, bytes: bytes)
      return .contributorAnnouncement(
        ContributorAnnouncement(
          session: session, recipient: recipient, contributors: set ?? body.contributors))
    case .unmaskingRequest(let body):
      return .unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: recipient,
          contributorCount: count(body.contributorCount),
          contributors: list(body.contributors) { mutator, id in mutator.id() ?? id },
          endorsements: list(body.endorsements) { mutator, endorsement in
            Endorsement(
              signer: mutator.id() ?? endorsement.signer,
              signature: mutator.signature(endorsement.signature))
          }))
    }
  }
}
