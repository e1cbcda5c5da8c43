@testable import SecAgg

/// All shares that an adversary got hold of, and what it makes of them.
struct Loot {
  private let stage: Stage
  private var shares: [Key: CollectedShares] = [:]

  private struct Key: Hashable {
    let subject: ClientID
    let kind: SecretKind
  }

  /// The shares that clients revealed, and both of every honest client that the traitors hold.
  init(_ answers: [UnmaskingResponse], of stage: Stage) throws {
    self.stage = stage
    for answer in answers {
      for revealed in answer.shares {
        add(revealed.share, of: revealed.subject, revealed.kind, from: answer.sender)
      }
    }
    for traitor in stage.traitors where !traitor.isGhost {
      for owner in stage.honest {
        guard let sealed = stage.distributions[owner]?.shares(for: traitor.id),
          let advertisement = stage.advertisements[owner]
        else { continue }
        let both = try traitor.shares(in: sealed, from: advertisement, roster: stage.commitment)
        for (kind, share) in both { add(share, of: owner, kind, from: traitor.id) }
      }
    }
  }

  private mutating func add(
    _ share: SecretShare, of subject: ClientID, _ kind: SecretKind, from holder: ClientID
  ) {
    shares[Key(subject: subject, kind: kind), default: CollectedShares()]
      .append(share, from: holder)
  }

  /// The number of shares of a secret.
  func count(_ kind: SecretKind, of subject: ClientID) -> Int {
    shares[Key(subject: subject, kind: kind)]?.holders.count ?? 0
  }

  /// The honest clients of which the adversary knows both secrets.
  var exposed: [ClientID] {
    stage.honest.filter { id in
      SecretKind.allCases.allSatisfy { count($0, of: id) >= stage.parameters.threshold }
    }
  }

  private func secret(_ kind: SecretKind, of subject: ClientID) -> SecretBytes? {
    let threshold = stage.parameters.threshold
    guard let collected = shares[Key(subject: subject, kind: kind)],
      collected.holders.count >= threshold
    else { return nil }
    return LagrangeInterpolation(holders: Array(collected.holders.prefix(threshold)))
      .secret(from: Array(collected.shares.prefix(threshold)))
  }

  /// The mask keys of a client whose secret is known.
  func maskKeys(of subject: ClientID) -> KeyPair? {
    guard let secret = secret(.maskKey, of: subject) else { return nil }
    return try? KeyPair(
      privateKey: MaskSeeds.maskPrivateKey(
        fromSharedSecret: secret, owner: subject, session: stage.parameters.digest))
  }

  /// What two clients agreed on for their mask, if the adversary knows the private key of either.
  private func agreedMaskSecret(of one: ClientID, and other: ClientID) throws -> SecretBytes? {
    guard let first = stage.advertisements[one], let second = stage.advertisements[other] else {
      return nil
    }
    if let traitor = stage.traitors.first(where: { $0.id == other }) {
      return try traitor.agreedMaskSecret(with: first)
    }
    if let keys = maskKeys(of: other) { return try keys.sharedSecret(with: first.maskKey) }
    if let keys = maskKeys(of: one) { return try keys.sharedSecret(with: second.maskKey) }
    return nil
  }

  private func binding(of id: ClientID) -> Digest {
    MaskSeeds.binding(
      session: stage.parameters.digest, inputContext: stage.inputContexts[id])
  }

  /// The sum of the vectors of these honest clients, if the shares are enough to take off every mask
  /// that does not cancel among them.
  func sum(of members: Set<ClientID>) throws -> [UInt64]? {
    var sum = MaskedSum(wordCount: stage.parameters.layout.wordCount)
    for id in members.sorted() {
      let neighbours = (stage.neighbours[id] ?? []).filter {
        !members.contains($0) && !stage.withheld.contains([$0, id])
      }
      guard let words = stage.words[id], let secret = secret(.selfMask, of: id) else { return nil }
      sum.add(words)
      let binding = binding(of: id)
      let own = MaskSeeds.selfMask(fromSharedSecret: secret, owner: id, binding: binding)
      var masks = [(MaskExpander.Direction.subtract, own.copied())]
      for neighbour in neighbours {
        guard let agreed = try agreedMaskSecret(of: id, and: neighbour) else { return nil }
        let seed = MaskSeeds.pairwise(
          agreed: agreed, between: id, and: neighbour, binding: binding, roster: stage.commitment)
        masks.append((Mask.pairwise(of: id, with: neighbour).direction.opposite, seed.copied()))
      }
      sum = MaskedSum(words: MaskCombination.testing(masks).applied(to: sum.words))
    }
    return stage.parameters.layout.unpack(sum.words)
  }

  /// The words of one client's input without the masks that it shares with others, if they are
  /// known. Its self mask is still on them.
  func wordsWithoutPairwiseMasks(of id: ClientID) throws -> [UInt64]? {
    guard let words = stage.words[id], let neighbours = stage.neighbours[id] else { return nil }
    var masks: [(MaskExpander.Direction, [UInt8])] = []
    for neighbour in neighbours {
      guard let agreed = try agreedMaskSecret(of: id, and: neighbour) else { return nil }
      let seed = MaskSeeds.pairwise(
        agreed: agreed, between: id, and: neighbour, binding: binding(of: id),
        roster: stage.commitment)
      masks.append((Mask.pairwise(of: id, with: neighbour).direction.opposite, seed.copied()))
    }
    return MaskCombination.testing(masks).applied(to: words)
  }

  /// All sets of honest clients whose sum the adversary can compute.
  func readableSets() throws -> [Set<ClientID>] {
    try (1..<(1 << stage.honest.count)).compactMap { bits in
      let members = Set(
        stage.honest.indices.filter { bits >> $0 & 1 == 1 }.map { stage.honest[$0] })
      return try sum(of: members) == nil ? nil : members
    }
  }
}

extension Stage {
  /// The plaintext sum of honest clients, which only the test knows.
  func plaintextSum(of members: some Sequence<ClientID>) -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: parameters.layout.elementCount)
    for id in members {
      for (index, element) in (inputs[id]?.elements.unsigned ?? []).enumerated() {
        sum[index] += element
      }
    }
    return sum
  }
}
