internal import FLMath

/// A client in round 1: it has shared its secrets and waits for those of its neighbours.
public struct ShareKeysRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: ShareDistribution

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  private let context: ClientContext
  private let roster: ClientRoster
  private let agreedSealingSecrets: SecretTable
  private let maskKeys: KeyPair
  private let selfMaskSecret: SecretBytes

  init(
    context: ClientContext, roster: ClientRoster, agreedSealingSecrets: consuming SecretTable,
    maskKeys: consuming KeyPair, selfMaskSecret: consuming SecretBytes, message: ShareDistribution
  ) {
    self.context = context
    self.roster = roster
    self.agreedSealingSecrets = agreedSealingSecrets
    self.maskKeys = maskKeys
    self.selfMaskSecret = selfMaskSecret
    self.message = message
  }

  /// Whether a message of the server is the one that this client waits for.
  ///
  /// Call it before the message is handed on. A stray or repeated message is rejected here and the client
  /// goes on waiting, where the next round would consume it and end its part in the session.
  ///
  /// - Throws: `.otherSession`, `.addressedToAnother`, `.otherRound`.
  public func check(_ message: ServerMessage) throws(ClientError) {
    try context.check(message, opens: .maskedInput)
  }

  /// Round 2: masks the client's vector with its own mask and with one for each neighbour that
  /// shared its secrets (Bonawitz et al. 2017, section 4.0.1).
  ///
  /// Complexity: k key agreements and O(k x words) of key stream, divided among the threads.
  ///
  /// - Parameters:
  ///   - input: masked where it is if the caller has given it up (`consume`), else copied.
  ///   - inputContext: a digest of what the client learnt after the session had begun and its input depends on,
  ///     such as the global model. Masks cancel only among clients with the same one, and only if the server
  ///     unmasks with it (specification, section 10). Left out if the application context says everything.
  ///   - execution: how many threads to use, and who watches; left out, as many as the machine has
  ///     processors.
  /// - Throws: `ClientError` for a delivery that is not for this client and session or not
  ///   possible in an honest one, `.sharersBelowThreshold`, `.layoutMismatch`; `.cancelled` when the
  ///   observer says so.
  public consuming func maskInput(
    _ input: consuming PackedVector, delivery: ShareDelivery, inputContext: Digest? = nil,
    execution: Execution = Execution()
  ) throws(ClientError) -> MaskedInputRound {
    try context.check(session: delivery.session, recipient: delivery.recipient)
    guard input.layout == context.parameters.layout else { throw .layoutMismatch }
    let positions = try positionsOfSharers(in: delivery)
    var agreed = SecretTable(rowCount: positions.count)
    for (index, position) in positions.enumerated() {
      agreed.setRow(index, toRow: position, of: agreedSealingSecrets)
    }
    let wordCount = context.parameters.layout.wordCount
    let watch = ProgressWatch(
      total: positions.count * ProgressWatch.keyAgreement + (positions.count + 1) * wordCount,
      on: execution)
    let masks = try masks(
      sharedWith: positions,
      binding: MaskSeeds.binding(session: context.session, inputContext: inputContext),
      on: execution, watch: watch)
    let words: [UInt64]
    do {
      words = try (consume input).masked(by: masks, on: execution, watch: watch)
    } catch {
      throw .cancelled
    }
    return MaskedInputRound(
      context: context, roster: roster,
      shares: HeldShares(entries: delivery.shares, agreedSealingSecrets: agreed),
      message: MaskedInput(session: context.session, sender: context.id, words: words))
  }

  /// The client's own mask, and those that it has in common with the neighbours at `positions`.
  private borrowing func masks(
    sharedWith positions: [Int], binding: Digest, on execution: Execution, watch: ProgressWatch
  ) throws(ClientError) -> MaskCombination {
    let neighbours = positions.map { roster.neighbours[$0] }
    let directions = neighbours.map { MaskSeeds.direction(of: context.id, towards: $0.sender) }
    let failure = FirstFailure()
    let masks = MaskCombination(
      context.parameters.maskExpander, [.add] + directions, on: execution
    ) { mask in
      guard mask > 0 else {
        return MaskSeeds.selfMask(
          fromSharedSecret: selfMaskSecret, owner: context.id, binding: binding)
      }
      let neighbour = neighbours[mask - 1]
      guard watch.hasCompleted(ProgressWatch.keyAgreement) else { return nil }
      guard let secret = try? maskKeys.sharedSecret(with: neighbour.maskKey) else {
        failure.note(mask - 1)
        return nil
      }
      return MaskSeeds.pairwise(
        agreed: secret, between: context.id, and: neighbour.sender, binding: binding,
        roster: roster.commitment)
    }
    guard let masks else {
      throw failure.item.map { .keyAgreement(neighbours[$0].sender) } ?? .cancelled
    }
    return masks
  }

  /// Where the senders of the delivered shares stand among the neighbours.
  private func positionsOfSharers(in delivery: ShareDelivery) throws(ClientError) -> [Int] {
    var positions: [Int] = []
    positions.reserveCapacity(delivery.shares.count)
    var position = 0
    for entry in delivery.shares {
      while position < roster.neighbours.count, roster.neighbours[position].sender < entry.peer {
        position += 1
      }
      guard position < roster.neighbours.count, roster.neighbours[position].sender == entry.peer
      else { throw .invalidSharer(entry.peer) }
      positions.append(position)
      position += 1
    }
    let threshold = context.parameters.threshold
    guard positions.count >= threshold else {
      throw .sharersBelowThreshold(found: positions.count, threshold: threshold)
    }
    return positions
  }

  /// Puts the client to sleep: bytes from which `init(resuming:)` makes the same value again.
  ///
  /// They hold the client's secrets; store them encrypted, in one place only.
  ///
  /// - Warning: before the masked input is sent, replace them by the bytes of the round that
  ///   `maskInput` gave. A client that is woken from them again and masks another vector, if only
  ///   by other rounding, masks it with the same masks: who sees both sees their difference.
  public consuming func suspend() -> SecretBytes {
    var writer = SuspendedClient.writer(.shareKeys, context)
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

  /// Wakes a client that was suspended in this round.
  ///
  /// - Throws: `ClientError.notResumable` for bytes that are damaged or of another round.
  public init(resuming bytes: borrowing SecretBytes) throws(ClientError) {
    self = try SuspendedClient.resume(bytes, .shareKeys) {
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
