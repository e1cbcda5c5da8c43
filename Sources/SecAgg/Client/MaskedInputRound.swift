/// A client in round 2: its masked input is on the way, its mask keys are gone. All that is left
/// to do is to help to unmask the sum, once.
public struct MaskedInputRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: MaskedInput

  private let context: ClientContext
  private let rosterSize: Int
  private let rosterCommitment: Digest
  private let neighbourCount: Int
  private let deliveredShares: [AddressedShares]
  private let agreedSealingSecrets: SecretTable

  init(
    context: ClientContext, rosterSize: Int, rosterCommitment: Digest, neighbourCount: Int,
    deliveredShares: [AddressedShares], agreedSealingSecrets: consuming SecretTable,
    message: MaskedInput
  ) {
    self.context = context
    self.rosterSize = rosterSize
    self.rosterCommitment = rosterCommitment
    self.neighbourCount = neighbourCount
    self.deliveredShares = deliveredShares
    self.agreedSealingSecrets = agreedSealingSecrets
    self.message = message
  }

  /// Round 4: reveals one share for each neighbour that shared its secrets — of the self mask if
  /// it contributed, of the mask key if it did not — and ends this client's session.
  ///
  /// The request has no say in which kind: it names the contributors, the kind follows.
  ///
  /// Complexity: k openings.
  ///
  /// - Throws: `ClientError` for a request that is not for this client and session, names
  ///   strangers, leaves this client out, or asks to unmask the sum of too few.
  public consuming func unmask(
    _ request: UnmaskingRequest
  ) throws(ClientError) -> UnmaskingResponse {
    let contributors = try checkedContributors(of: request)
    var shares: [RevealedShare] = []
    var unopened: [ClientID] = []
    shares.reserveCapacity(deliveredShares.count)
    for (index, entry) in deliveredShares.enumerated() {
      let kind: SecretKind = contributors.contains(entry.peer) ? .selfMask : .maskKey
      if let share = openShare(kind, from: entry, at: index) {
        shares.append(RevealedShare(subject: entry.peer, kind: kind, share: share))
      } else {
        unopened.append(entry.peer)
      }
    }
    return UnmaskingResponse(
      session: context.session, sender: context.id, shares: shares, unopened: unopened)
  }

  private func checkedContributors(
    of request: UnmaskingRequest
  ) throws(ClientError) -> Set<ClientID> {
    try context.check(session: request.session, recipient: request.recipient)
    let minimum = max(context.parameters.minimumContributors, context.policy.minimumContributors)
    guard request.contributorCount >= minimum else {
      throw .contributorsBelowMinimum(found: request.contributorCount, minimum: minimum)
    }
    let sharers = Set(deliveredShares.map(\.peer))
    var previous: ClientID?
    for id in request.contributors {
      let isInOrder = previous.map { $0 < id } ?? true
      guard isInOrder, id == context.id || sharers.contains(id) else {
        throw .invalidContributor(id)
      }
      previous = id
    }
    let contributors = Set(request.contributors)
    guard contributors.contains(context.id) else { throw .missingFromContributors }
    let visible = contributors.count
    let unseen = rosterSize - 1 - neighbourCount
    let possible = visible...visible + max(unseen, 0)
    guard possible.contains(request.contributorCount) else {
      throw .contributorCount(found: request.contributorCount, expected: possible)
    }
    let threshold = context.parameters.threshold
    guard visible - 1 >= threshold else {
      throw .contributingNeighboursBelowThreshold(found: visible - 1, threshold: threshold)
    }
    return contributors
  }

  private func openShare(
    _ kind: SecretKind, from entry: AddressedShares, at index: Int
  ) -> SecretShare? {
    let plaintext = agreedSealingSecrets.withRow(index) { agreed -> SecretBytes? in
      ShareSealing.open(
        entry.shares, agreed: agreed, from: entry.peer, to: context.id,
        session: context.session, roster: rosterCommitment)
    }
    guard let plaintext else { return nil }
    return plaintext.withBytes { plaintext -> SecretShare? in
      let start = kind == .selfMask ? 0 : SecretShare.byteCount
      var bytes: [UInt8] = []
      for index in start..<start + SecretShare.byteCount { bytes.append(plaintext[index]) }
      return try? SecretShare(bytes: bytes)
    }
  }

  /// Puts the client to sleep: bytes from which `init(resuming:)` makes the same value again.
  ///
  /// They hold the client's secrets, and the masked input; store them encrypted, in one place only.
  ///
  /// - Warning: delete them before the answer is sent. A client that is woken from them again and
  ///   answers another request can reveal shares of both secrets of a neighbour.
  public consuming func suspend() -> SecretBytes {
    var writer = SuspendedClient.writer(.maskedInput, context)
    let (size, commitment, neighbourCount) = (rosterSize, rosterCommitment, neighbourCount)
    let (shares, words) = (deliveredShares, message.words)
    writer.write {
      $0.write(count: size)
      $0.write(commitment)
      $0.write(count: neighbourCount)
      $0.write(count: shares.count)
      for entry in shares {
        $0.write(entry.peer)
        $0.write(raw: entry.shares.bytes)
      }
      $0.write(words: words)
    }
    agreedSealingSecrets.write(to: &writer)
    return writer.finish()
  }

  /// Wakes a client that was suspended in this round.
  ///
  /// - Throws: `ClientError.notResumable` for bytes that are damaged or of another round.
  public init(resuming bytes: borrowing SecretBytes) throws(ClientError) {
    self = try SuspendedClient.resume(bytes, .maskedInput) {
      (reader, context) throws(StoredStateError) in
      let limit = SessionParameters.maximumCohortSize
      let rosterSize = try reader.count("roster size", atMost: limit)
      let commitment = try reader.digest()
      let neighbourCount = try reader.count("neighbour count", atMost: limit)
      var shares: [AddressedShares] = []
      for _ in 0..<(try reader.listCount(entrySize: 4 + SealedShares.byteCount)) {
        let peer = try reader.clientID()
        guard let sealed = SealedShares(bytes: try reader.raw(SealedShares.byteCount)) else {
          throw .invalidField("sealed shares")
        }
        shares.append(AddressedShares(peer: peer, shares: sealed))
      }
      let words = try reader.words()
      guard words.count == context.parameters.layout.wordCount else {
        throw .invalidField("masked input")
      }
      return MaskedInputRound(
        context: context, rosterSize: rosterSize, rosterCommitment: commitment,
        neighbourCount: neighbourCount, deliveredShares: shares,
        agreedSealingSecrets: try SecretTable(from: &reader, rowCount: shares.count),
        message: MaskedInput(session: context.session, sender: context.id, words: words))
    }
  }
}
