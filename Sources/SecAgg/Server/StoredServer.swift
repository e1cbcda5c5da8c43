extension AggregationServer {
  private static let formatVersion: UInt8 = 2

  /// The whole state as bytes: written after a message was accepted, it loses nothing of what was
  /// acknowledged when the server's process dies.
  ///
  /// Until the sum is unmasked it holds no secret of a client, but in the last round the shares
  /// that were revealed: keep it where the server's other data of the session are kept.
  ///
  /// - Warning: store the state after `closeRound()` as well, before any message of the round that it
  ///   opened is sent. A server that forgets that it has asked and asks again, with inputs in its
  ///   sum that came in between, collects shares of both secrets of a client.
  ///
  /// Complexity: O(vector + cohort x degree).
  public func stored() -> [UInt8] {
    var writer = ByteWriter(label: .serverState)
    writer.write(Self.formatVersion)
    writer.write(phase.rawValue)
    parameters.write(to: &writer)
    switch state {
    case .advertising(let phase):
      writer.write(
        advertisements: phase.advertisements.values.sorted { $0.sender < $1.sender },
        identityKeys: phase.identityKeys)
    case .sharing(let phase):
      writer.write(phase.roster)
      writer.write(distributions: phase.distributions)
    case .maskedInput(let phase):
      writer.write(phase.roster)
      writer.write(distributions: phase.distributions)
      writer.write(flags: phase.isContributor)
      writer.write(words: phase.sum.words)
    case .consistencyCheck(let phase):
      writer.write(phase.contributions)
      writer.write(endorsements: phase.endorsements)
    case .unmasking(let phase):
      writer.write(phase.contributions)
      if parameters.threatModel == .malicious {
        writer.write(flags: phase.isAsked)
        writer.write(endorsements: phase.endorsements)
      }
      writer.write(flags: phase.hasAnswered)
      for collected in phase.collected { writer.write(collected) }
      writer.write(count: phase.unopened.count)
      for fault in phase.unopened {
        writer.write(fault.holder)
        writer.write(fault.dealer)
      }
    case .ended:
      break
    }
    writer.write(Hashing.digest(ofRaw: writer.bytes.span))
    return writer.bytes
  }

  /// Reads a state back that `stored()` wrote.
  ///
  /// - Parameter identities: as of the server that was stored. It is asked about clients that have not
  ///   advertised keys yet; the identity keys of the others are in the bytes.
  /// - Throws: `ServerError.notRestorable` for bytes that are damaged, cut short or not a server's.
  public init(
    restoring bytes: [UInt8], identities: (any IdentityDirectory)? = nil
  ) throws(ServerError) {
    do {
      self = try Checksum.verified(bytes.span) { (content) throws(StoredStateError) in
        try ByteReader.reading(content) { (reader) throws(StoredStateError) in
          try AggregationServer(from: &reader, identities: identities)
        }
      }
    } catch {
      throw .notRestorable(error)
    }
  }

  private init(
    from reader: inout ByteReader, identities: (any IdentityDirectory)?
  ) throws(StoredStateError) {
    let label = try reader.string()
    let version = try reader.byte()
    guard label == DomainLabel.serverState.rawValue, version == Self.formatVersion else {
      throw .notThisKind(expected: "the state of an aggregation server")
    }
    guard let phase = ServerPhase(rawValue: try reader.byte()) else {
      throw .invalidField("phase")
    }
    let parameters = try SessionParameters(from: &reader)
    let state: State
    switch phase {
    case .advertiseKeys:
      state = .advertising(try reader.advertising(parameters))
    case .shareKeys:
      let roster = try reader.roster(parameters)
      state = .sharing(
        SharingPhase(roster: roster, distributions: try reader.distributions(roster, parameters)))
    case .maskedInput:
      let roster = try reader.roster(parameters)
      let distributions = try reader.distributions(roster, parameters)
      let isContributor = try reader.contributors(having: distributions.map { $0 != nil })
      state = .maskedInput(
        MaskedInputPhase(
          roster: roster, distributions: distributions, sum: try reader.sum(parameters),
          isContributor: isContributor))
    case .consistencyCheck:
      let roster = try reader.roster(parameters)
      let contributions = try reader.contributions(roster, parameters)
      state = .consistencyCheck(
        ConsistencyPhase(contributions, endorsements: try reader.endorsements(contributions)))
    case .unmasking:
      let roster = try reader.roster(parameters)
      state = .unmasking(
        try reader.unmasking(reader.contributions(roster, parameters), parameters))
    case .ended:
      state = .ended
    }
    self.init(parameters: parameters, identities: identities, state: state)
  }
}

extension ByteWriter {
  fileprivate mutating func write(flags: [Bool]) {
    for flag in flags { write(UInt8(flag ? 1 : 0)) }
  }

  fileprivate mutating func write(optional digest: Digest?) {
    write(UInt8(digest == nil ? 0 : 1))
    if let digest { write(digest) }
  }

  fileprivate mutating func write(
    advertisements: [KeyAdvertisement], identityKeys: [ClientID: IdentityPublicKey]
  ) {
    write(count: advertisements.count)
    for advertisement in advertisements {
      write(advertisement.sender)
      write(advertisement.sealingKey)
      write(advertisement.maskKey)
      if let signature = advertisement.signature, let key = identityKeys[advertisement.sender] {
        write(raw: signature.bytes)
        write(raw: key.bytes)
      }
    }
  }

  fileprivate mutating func write(_ roster: ServerRoster) {
    let keys = zip(roster.advertisements.map(\.sender), roster.identityKeys)
    write(
      advertisements: roster.advertisements,
      identityKeys: Dictionary(keys, uniquingKeysWith: { first, _ in first }))
  }

  fileprivate mutating func write(_ contributions: Contributions) {
    write(contributions.roster)
    for commitment in contributions.commitments { write(optional: commitment) }
    for commitments in contributions.shareCommitments {
      for commitment in commitments { commitment.write(to: &self) }
    }
    write(flags: contributions.isContributor)
    write(words: contributions.sum.words)
  }

  fileprivate mutating func write(endorsements: [Signature?]) {
    write(flags: endorsements.map { $0 != nil })
    for case let signature? in endorsements { write(raw: signature.bytes) }
  }

  fileprivate mutating func write(distributions: [ShareDistribution?]) {
    for distribution in distributions {
      write(optional: distribution?.selfMaskCommitment)
      for entry in distribution?.shares ?? [] { write(raw: entry.shares.bytes) }
    }
  }

  fileprivate mutating func write(_ collected: CollectedShares) {
    write(count: collected.holders.count)
    for (holder, share) in zip(collected.holders, collected.shares) {
      write(holder)
      write(share)
    }
  }
}

extension ByteReader {
  fileprivate mutating func flags(_ count: Int) throws(StoredStateError) -> [Bool] {
    let bytes = try raw(count)
    guard bytes.allSatisfy({ $0 <= 1 }) else { throw .invalidField("flag") }
    return bytes.map { $0 == 1 }
  }

  /// Who contributed: only clients that shared their secrets can have.
  fileprivate mutating func contributors(
    having shared: [Bool]
  ) throws(StoredStateError) -> [Bool] {
    let isContributor = try flags(shared.count)
    guard zip(isContributor, shared).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("contributor")
    }
    return isContributor
  }

  fileprivate mutating func optionalDigest() throws(StoredStateError) -> Digest? {
    switch try byte() {
    case 0: nil
    case 1: try digest()
    default: throw .invalidField("commitment")
    }
  }

  fileprivate mutating func advertising(
    _ parameters: SessionParameters
  ) throws(StoredStateError) -> AdvertisingPhase {
    var phase = AdvertisingPhase()
    let isSigned = parameters.threatModel == .malicious
    for _ in 0..<(try listCount(entrySize: 68)) {
      let advertisement = KeyAdvertisement(
        session: parameters.digest, sender: try clientID(), sealingKey: try publicKey(),
        maskKey: try publicKey(), signature: isSigned ? try signature() : nil)
      let key = isSigned ? try identityKey() : nil
      do {
        try phase.receive(advertisement, parameters: parameters) { _ in key }
      } catch {
        throw .invalidField("key advertisement")
      }
    }
    return phase
  }

  fileprivate mutating func roster(
    _ parameters: SessionParameters
  ) throws(StoredStateError) -> ServerRoster {
    let phase = try advertising(parameters)
    guard let roster = try? phase.close(parameters: parameters).roster else {
      throw .invalidField("roster")
    }
    return roster
  }

  fileprivate mutating func distributions(
    _ roster: ServerRoster, _ parameters: SessionParameters
  ) throws(StoredStateError) -> [ShareDistribution?] {
    var distributions: [ShareDistribution?] = []
    for index in 0..<roster.count {
      guard let commitment = try optionalDigest() else {
        distributions.append(nil)
        continue
      }
      var shares: [AddressedShares] = []
      for neighbour in roster.neighbours(of: index) {
        guard let sealed = SealedShares(bytes: try raw(SealedShares.byteCount)) else {
          throw .invalidField("sealed shares")
        }
        shares.append(AddressedShares(peer: roster.id(at: neighbour), shares: sealed))
      }
      distributions.append(
        ShareDistribution(
          session: parameters.digest, sender: roster.id(at: index),
          selfMaskCommitment: commitment, shares: shares))
    }
    return distributions
  }

  fileprivate mutating func sum(
    _ parameters: SessionParameters
  ) throws(StoredStateError) -> MaskedSum {
    let words = try words()
    guard words.count == parameters.layout.wordCount else { throw .invalidField("sum") }
    return MaskedSum(words: words)
  }

  fileprivate mutating func contributions(
    _ roster: ServerRoster, _ parameters: SessionParameters
  ) throws(StoredStateError) -> Contributions {
    var commitments: [Digest?] = []
    for _ in 0..<roster.count { commitments.append(try optionalDigest()) }
    var shareCommitments: [[ShareCommitment]] = []
    let degree = NeighbourGraph.degree(parameters.degree, inRosterOf: roster.count)
    for commitment in commitments {
      var ofOne: [ShareCommitment] = []
      for _ in 0..<(commitment == nil ? 0 : degree) {
        ofOne.append(try ShareCommitment(from: &self))
      }
      shareCommitments.append(ofOne)
    }
    let isContributor = try contributors(having: commitments.map { $0 != nil })
    return Contributions(
      roster: roster, commitments: commitments, shareCommitments: shareCommitments,
      isContributor: isContributor, sum: try sum(parameters))
  }

  /// Signatures of contributors; they were verified when they came.
  fileprivate mutating func endorsements(
    _ contributions: Contributions
  ) throws(StoredStateError) -> [Signature?] {
    let hasSigned = try flags(contributions.roster.count)
    guard zip(hasSigned, contributions.isContributor).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("endorsement")
    }
    var endorsements: [Signature?] = []
    for hasSigned in hasSigned { endorsements.append(hasSigned ? try signature() : nil) }
    return endorsements
  }

  fileprivate mutating func unmasking(
    _ contributions: Contributions, _ parameters: SessionParameters
  ) throws(StoredStateError) -> UnmaskingPhase {
    let roster = contributions.roster
    var isAsked = contributions.isContributor
    var endorsements: [Signature?] = []
    if parameters.threatModel == .malicious {
      isAsked = try flags(roster.count)
      endorsements = try self.endorsements(contributions)
      guard zip(isAsked, endorsements).allSatisfy({ !$0 || $1 != nil }) else {
        throw .invalidField("endorsement")
      }
    }
    let hasAnswered = try flags(roster.count)
    guard zip(hasAnswered, isAsked).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("answer")
    }
    var collected: [CollectedShares] = []
    for _ in 0..<roster.count { collected.append(try collectedShares(roster, hasAnswered)) }
    var unopened: [ShareFault] = []
    for _ in 0..<(try listCount(entrySize: 8)) {
      let holder = try clientID()
      let subject = try clientID()
      guard let answered = roster.index(of: holder), hasAnswered[answered],
        let index = roster.index(of: subject)
      else { throw .invalidField("share fault") }
      unopened.append(
        ShareFault(
          holder: holder, dealer: subject, kind: contributions.kind(of: index),
          finding: .unopened))
    }
    return UnmaskingPhase(
      contributions, isAsked: isAsked, endorsements: endorsements, collected: collected,
      hasAnswered: hasAnswered, unopened: unopened)
  }

  /// Shares of one secret, each from another client that has answered: were one to answer again, a
  /// point would stand twice in an interpolation.
  private mutating func collectedShares(
    _ roster: ServerRoster, _ hasAnswered: [Bool]
  ) throws(StoredStateError) -> CollectedShares {
    var collected = CollectedShares()
    var seen: Set<ClientID> = []
    for _ in 0..<(try listCount(entrySize: 4 + SecretShare.byteCount)) {
      let holder = try clientID()
      guard let index = roster.index(of: holder), hasAnswered[index],
        seen.insert(holder).inserted,
        let share = try? SecretShare(bytes: raw(SecretShare.byteCount))
      else { throw .invalidField("share") }
      collected.append(share, from: holder)
    }
    return collected
  }
}
