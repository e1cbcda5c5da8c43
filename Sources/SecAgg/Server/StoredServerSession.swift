extension ServerSession {
  private static let formatVersion: UInt8 = 2
  private static let ended: UInt8 = 5

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
    StateArchive.bytes(label: .serverState) { (archive) throws(StoredStateError) in
      _ = try Self.exchange(self, &archive)
    }
  }

  /// Restores a session that `stored()` wrote.
  ///
  /// - Parameter identities: as of the session that was stored. It is asked about clients that have not
  ///   advertised keys yet; the identity keys of the others are in the bytes.
  /// - Throws: `ServerError.notRestorable` for bytes that are damaged, cut short or not a server's.
  public init(
    restoring bytes: [UInt8], identities: (any IdentityDirectory)? = nil
  ) throws(ServerError) {
    do {
      let (parameters, state) = try StateArchive.value(
        of: bytes, label: .serverState, kind: Self.kind
      ) { (archive) throws(StoredStateError) in try Self.exchange(nil, &archive) }
      self.init(parameters: parameters, identities: identities, state: state)
    } catch {
      throw .notRestorable(error)
    }
  }

  private static let kind = "the state of a server's session"

  /// The one description of what is stored: `nil` is read, a session is written.
  private static func exchange(
    _ session: ServerSession?, _ archive: inout StateArchive
  ) throws(StoredStateError) -> (SessionParameters, State) {
    guard try archive.byte(session.map { _ in formatVersion }) == formatVersion else {
      throw .notThisKind(expected: kind)
    }
    let tag = try archive.byte(session.map { $0.round?.rawValue ?? ended })
    let parameters = try SessionParameters.exchange(session?.parameters, &archive)
    let state: State
    switch ProtocolRound(rawValue: tag) {
    case .advertiseKeys:
      var phase: AdvertisingPhase?
      if case .advertising(let present) = session?.state { phase = present }
      state = .advertising(try .exchange(phase, &archive, parameters))
    case .shareKeys:
      var phase: SharingPhase?
      if case .sharing(let present) = session?.state { phase = present }
      state = .sharing(try .exchange(phase, &archive, parameters))
    case .maskedInput:
      var phase: MaskedInputPhase?
      if case .maskedInput(let present) = session?.state { phase = present }
      state = .maskedInput(try .exchange(phase, &archive, parameters))
    case .consistencyCheck:
      var phase: ConsistencyPhase?
      if case .consistencyCheck(let present) = session?.state { phase = present }
      state = .consistencyCheck(try .exchange(phase, &archive, parameters))
    case .unmasking:
      var phase: UnmaskingPhase?
      if case .unmasking(let present) = session?.state { phase = present }
      state = .unmasking(try .exchange(phase, &archive, parameters))
    case nil:
      guard tag == ended else { throw .invalidField("round") }
      state = .ended
    }
    return (parameters, state)
  }
}

extension SessionParameters {
  static func exchange(
    _ parameters: SessionParameters?, _ archive: inout StateArchive
  ) throws(StoredStateError) -> SessionParameters {
    try archive.field(parameters) {
      $1.write(to: &$0)
    } _: {
      (reader) throws(StoredStateError) in
      try SessionParameters(from: &reader)
    }
  }
}

extension AdvertisingPhase {
  /// Advertisements are taken back as they came, with all checks.
  static func exchange(
    _ phase: AdvertisingPhase?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> AdvertisingPhase {
    let isSigned = parameters.threatModel == .malicious
    var result = AdvertisingPhase()
    let advertisements = phase?.advertisements.values.sorted { $0.sender < $1.sender }
    _ = try archive.list(advertisements, entrySize: 68) {
      (archive, advertisement, _) throws(StoredStateError) in
      let entry = KeyAdvertisement(
        session: parameters.digest, sender: try archive.clientID(advertisement?.sender),
        sealingKey: try archive.publicKey(advertisement?.sealingKey),
        maskKey: try archive.publicKey(advertisement?.maskKey),
        signature: isSigned ? try archive.signature(advertisement?.signature) : nil)
      let known = phase?.identityKeys[entry.sender]
      let key: IdentityPublicKey? =
        isSigned ? IdentityPublicKey(try archive.digest(known?.digest)) : nil
      guard phase == nil else { return entry }
      do {
        try result.receive(entry, parameters: parameters) { _ in key }
      } catch {
        throw .invalidField("key advertisement")
      }
      return entry
    }
    return phase ?? result
  }
}

extension ServerRoster {
  /// A roster is what closing the round of its advertisements gives.
  static func exchange(
    _ roster: ServerRoster?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> ServerRoster {
    let phase = try AdvertisingPhase.exchange(
      roster.map { AdvertisingPhase(of: $0) }, &archive, parameters)
    if let roster { return roster }
    guard let roster = try? phase.close(parameters: parameters).roster else {
      throw .invalidField("roster")
    }
    return roster
  }
}

extension SharingPhase {
  static func exchange(
    _ phase: SharingPhase?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> SharingPhase {
    let roster = try ServerRoster.exchange(phase?.roster, &archive, parameters)
    return SharingPhase(
      roster: roster,
      distributions: try archive.distributions(phase?.distributions, of: roster, parameters))
  }
}

extension MaskedInputPhase {
  static func exchange(
    _ phase: MaskedInputPhase?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> MaskedInputPhase {
    let roster = try ServerRoster.exchange(phase?.roster, &archive, parameters)
    let distributions = try archive.distributions(phase?.distributions, of: roster, parameters)
    let isContributor = try archive.contributors(
      phase?.isContributor, having: distributions.map { $0 != nil })
    return MaskedInputPhase(
      roster: roster, distributions: distributions,
      sum: try archive.sum(phase?.sum, parameters), isContributor: isContributor)
  }
}

extension CollectedInputs {
  static func exchange(
    _ contributions: CollectedInputs?, _ archive: inout StateArchive,
    _ parameters: SessionParameters
  ) throws(StoredStateError) -> CollectedInputs {
    let roster = try ServerRoster.exchange(contributions?.roster, &archive, parameters)
    let commitments = try archive.list(contributions?.commitments, count: roster.count) {
      (archive, commitment, _) throws(StoredStateError) in
      try archive.optional(commitment, named: "commitment") {
        (archive, commitment) throws(StoredStateError) in try archive.digest(commitment)
      }
    }
    let degree = NeighbourGraph.degree(parameters.degree, inRosterOf: roster.count)
    let shareCommitments = try archive.list(contributions?.shareCommitments, count: roster.count) {
      (archive, ofOne, rank) throws(StoredStateError) in
      try archive.list(ofOne, count: commitments[rank] == nil ? 0 : degree) {
        (archive, commitment, _) throws(StoredStateError) in
        try archive.field(commitment) {
          $1.write(to: &$0)
        } _: {
          (reader) throws(StoredStateError) in
          try ShareCommitment(from: &reader)
        }
      }
    }
    let isContributor = try archive.contributors(
      contributions?.isContributor, having: commitments.map { $0 != nil })
    return CollectedInputs(
      roster: roster, commitments: commitments, shareCommitments: shareCommitments,
      isContributor: isContributor, sum: try archive.sum(contributions?.sum, parameters))
  }
}

extension ConsistencyPhase {
  static func exchange(
    _ phase: ConsistencyPhase?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> ConsistencyPhase {
    let contributions = try CollectedInputs.exchange(phase?.contributions, &archive, parameters)
    return ConsistencyPhase(
      contributions,
      endorsements: try archive.endorsements(phase?.endorsements, of: contributions))
  }
}

extension UnmaskingPhase {
  static func exchange(
    _ phase: UnmaskingPhase?, _ archive: inout StateArchive, _ parameters: SessionParameters
  ) throws(StoredStateError) -> UnmaskingPhase {
    let contributions = try CollectedInputs.exchange(phase?.contributions, &archive, parameters)
    let roster = contributions.roster
    var isAsked = contributions.isContributor
    var endorsements: [Signature?] = []
    if parameters.threatModel == .malicious {
      isAsked = try archive.flags(phase?.isAsked, count: roster.count)
      endorsements = try archive.endorsements(phase?.endorsements, of: contributions)
      guard zip(isAsked, endorsements).allSatisfy({ !$0 || $1 != nil }) else {
        throw .invalidField("endorsement")
      }
    }
    let hasAnswered = try archive.flags(phase?.hasAnswered, count: roster.count)
    guard zip(hasAnswered, isAsked).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("answer")
    }
    let collected = try archive.list(phase?.collected, count: roster.count) {
      (archive, collected, _) throws(StoredStateError) in
      try CollectedShares.exchange(collected, &archive, from: roster, hasAnswered)
    }
    let unopened = try archive.list(phase?.unopened, entrySize: 8) {
      (archive, fault, _) throws(StoredStateError) in
      let holder = try archive.clientID(fault?.holder)
      let dealer = try archive.clientID(fault?.dealer)
      guard let answered = roster.index(of: holder), hasAnswered[answered],
        let index = roster.index(of: dealer)
      else { throw .invalidField("share fault") }
      return ShareFault(
        holder: holder, dealer: dealer, kind: contributions.kind(of: index), finding: .unopened)
    }
    return UnmaskingPhase(
      contributions, isAsked: isAsked, endorsements: endorsements, collected: collected,
      hasAnswered: hasAnswered, unopened: unopened)
  }
}

extension CollectedShares {
  /// Shares of one secret, each from another client that has answered: if one answered twice, a point would
  /// stand twice in an interpolation.
  fileprivate static func exchange(
    _ collected: CollectedShares?, _ archive: inout StateArchive, from roster: ServerRoster,
    _ hasAnswered: [Bool]
  ) throws(StoredStateError) -> CollectedShares {
    var result = CollectedShares()
    var seen: Set<ClientID> = []
    let entries = collected.map { Array(zip($0.holders, $0.shares)) }
    _ = try archive.list(entries, entrySize: 4 + SecretShare.byteCount) {
      (archive, entry, _) throws(StoredStateError) in
      let holder = try archive.clientID(entry?.0)
      let share = try archive.field(entry?.1) {
        $0.write($1)
      } _: {
        (reader) throws(StoredStateError) in
        guard let share = try? SecretShare(bytes: reader.raw(SecretShare.byteCount)) else {
          throw .invalidField("share")
        }
        return share
      }
      guard let index = roster.index(of: holder), hasAnswered[index],
        seen.insert(holder).inserted
      else { throw .invalidField("share") }
      result.append(share, from: holder)
      return (holder, share)
    }
    return result
  }
}

extension StateArchive {
  /// Who contributed: only clients that shared their secrets can have.
  fileprivate mutating func contributors(
    _ isContributor: [Bool]?, having shared: [Bool]
  ) throws(StoredStateError) -> [Bool] {
    let isContributor = try flags(isContributor, count: shared.count)
    guard zip(isContributor, shared).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("contributor")
    }
    return isContributor
  }

  fileprivate mutating func sum(
    _ sum: MaskedSum?, _ parameters: SessionParameters
  ) throws(StoredStateError) -> MaskedSum {
    let words = try field(sum?.words) {
      $0.write(words: $1)
    } _: {
      (reader) throws(StoredStateError) in
      try reader.words()
    }
    guard words.count == parameters.layout.wordCount else { throw .invalidField("sum") }
    return MaskedSum(words: words)
  }

  /// Signatures of contributors; they were verified when they came.
  fileprivate mutating func endorsements(
    _ endorsements: [Signature?]?, of contributions: CollectedInputs
  ) throws(StoredStateError) -> [Signature?] {
    let hasSigned = try flags(
      endorsements?.map { $0 != nil }, count: contributions.roster.count)
    guard zip(hasSigned, contributions.isContributor).allSatisfy({ !$0 || $1 }) else {
      throw .invalidField("endorsement")
    }
    return try list(endorsements, count: hasSigned.count) {
      (archive, signature, rank) throws(StoredStateError) in
      hasSigned[rank] ? try archive.signature(signature ?? nil) : nil
    }
  }

  fileprivate mutating func distributions(
    _ distributions: [ShareDistribution?]?, of roster: ServerRoster,
    _ parameters: SessionParameters
  ) throws(StoredStateError) -> [ShareDistribution?] {
    try list(distributions, count: roster.count) {
      (archive, distribution, rank) throws(StoredStateError) in
      try archive.optional(distribution, named: "commitment") {
        (archive, distribution) throws(StoredStateError) in
        let commitment = try archive.digest(distribution?.selfMaskCommitment)
        let neighbours = roster.neighbours(of: rank)
        let shares = try archive.list(distribution?.shares, count: neighbours.count) {
          (archive, entry, index) throws(StoredStateError) in
          let bytes = try archive.field(entry?.shares.bytes) {
            $0.write(raw: $1)
          } _: {
            (reader) throws(StoredStateError) in
            try reader.raw(SealedShares.byteCount)
          }
          guard let sealed = entry?.shares ?? SealedShares(bytes: bytes) else {
            throw .invalidField("sealed shares")
          }
          return AddressedShares(peer: roster.id(at: neighbours[index]), shares: sealed)
        }
        return distribution
          ?? ShareDistribution(
            session: parameters.digest, sender: roster.id(at: rank),
            selfMaskCommitment: commitment, shares: shares)
      }
    }
  }
}
