extension ShareKeysRound {
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

  /// The client's own mask, and those that it shares with the neighbours at `positions`.
  private borrowing func masks(
    sharedWith positions: [Int], binding: Digest, on execution: Execution, watch: ProgressWatch
  ) throws(ClientError) -> MaskCombination {
    let neighbours = positions.map { roster.neighbours[$0] }
    let keys = Dictionary(
      neighbours.map { ($0.sender, $0.maskKey) }, uniquingKeysWith: { first, _ in first })
    let masks = [Mask].onVector(of: context.id, neighbours: neighbours.map(\.sender))
    do throws(MaskCombination.MissingSeed) {
      return try MaskCombination(
        masks, for: .masking, by: context.parameters.maskExpander, on: execution
      ) { mask in
        switch mask {
        case .selfMask(let client):
          return MaskSeeds.selfMask(
            fromSharedSecret: selfMaskSecret, owner: client, binding: binding)
        case .pairwise(let client, let neighbour):
          guard watch.hasCompleted(ProgressWatch.keyAgreement), let key = keys[neighbour],
            let secret = try? maskKeys.sharedSecret(with: key)
          else { return nil }
          return MaskSeeds.pairwise(
            agreed: secret, between: client, and: neighbour, binding: binding,
            roster: roster.commitment)
        }
      }
    } catch {
      guard !watch.isCancelled, case .pairwise(_, let neighbour) = error.mask else {
        throw .cancelled
      }
      throw .keyAgreement(neighbour)
    }
  }

  /// Where the senders of the delivered shares stand among the neighbours.
  func positionsOfSharers(in delivery: ShareDelivery) throws(ClientError) -> [Int] {
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
}

/// A client in round 2: its masked input is on the way, its mask keys are gone. All that is left
/// to do is to help to unmask the sum, once.
public struct MaskedInputRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: MaskedInput

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  let context: ClientContext
  let roster: ClientRoster
  let shares: HeldShares

  init(
    context: ClientContext, roster: ClientRoster, shares: consuming HeldShares,
    message: MaskedInput
  ) {
    self.context = context
    self.roster = roster
    self.shares = shares
    self.message = message
  }
}
