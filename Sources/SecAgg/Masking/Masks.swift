/// A mask of a session, named after the client whose vector it stands on.
enum Mask: Sendable, Hashable {
  /// The mask that a client has for itself alone.
  case selfMask(of: ClientID)
  /// The mask that a client shares with a neighbour. It cancels in the sum of the two: the client with the
  /// smaller id adds it, the other one subtracts it.
  case pairwise(of: ClientID, with: ClientID)

  /// Whether the client adds the mask to its vector or subtracts it.
  var direction: MaskExpander.Direction {
    switch self {
    case .selfMask: .add
    case .pairwise(let client, let neighbour): client < neighbour ? .add : .subtract
    }
  }
}

extension [Mask] {
  /// The masks on the vector of one client (Bonawitz et al. 2017, section 4.0.1).
  ///
  /// - Parameter neighbours: those that shared their secrets.
  static func onVector(of client: ClientID, neighbours: [ClientID]) -> [Mask] {
    [.selfMask(of: client)] + neighbours.map { .pairwise(of: client, with: $0) }
  }

  /// The masks that are left on the sum of the contributors. The pairwise masks among contributors have
  /// cancelled.
  ///
  /// - Parameter dropouts: the clients that shared their secrets and did not contribute, each with its
  ///   contributing neighbours.
  static func leftOnSum(
    of contributors: [ClientID], dropouts: [(client: ClientID, neighbours: [ClientID])]
  ) -> [Mask] {
    contributors.map { .selfMask(of: $0) }
      + dropouts.flatMap { dropout in
        dropout.neighbours.map { .pairwise(of: $0, with: dropout.client) }
      }
  }
}

/// How the seeds of masks follow from the secrets of a session. Every derivation is bound to the session,
/// and that of a pairwise mask to the roster as well.
enum MaskSeeds {
  /// The private mask key of `owner`, from the secret that is shared among its neighbours.
  static func maskPrivateKey(
    fromSharedSecret secret: borrowing SecretBytes, owner: ClientID, session: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .maskPrivateKey) {
        $0.write(session)
        $0.write(owner)
      }
    }
  }

  /// What the seeds of masks are bound to: the session, and the input context if there is one.
  ///
  /// - Parameter inputContext: what clients learnt about their input after the session had begun.
  static func binding(session: Digest, inputContext: Digest?) -> Digest {
    guard let inputContext else { return session }
    return Hashing.digest(.inputContext) {
      $0.write(session)
      $0.write(inputContext)
    }
  }

  /// The seed of the mask that two neighbours share; both derive the same one.
  ///
  /// - Parameter binding: see `binding(session:inputContext:)`.
  static func pairwise(
    agreed secret: borrowing SecretBytes, between one: ClientID, and other: ClientID,
    binding: Digest, roster: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .pairwiseMask) {
        $0.write(binding)
        $0.write(roster)
        $0.write(min(one, other))
        $0.write(max(one, other))
      }
    }
  }

  /// The seed of the mask that a client adds for itself alone.
  ///
  /// - Parameter binding: see `binding(session:inputContext:)`.
  static func selfMask(
    fromSharedSecret secret: borrowing SecretBytes, owner: ClientID, binding: Digest
  ) -> SecretBytes {
    secret.withBytes {
      Hashing.deriveKey(from: $0, .selfMask) {
        $0.write(binding)
        $0.write(owner)
      }
    }
  }

  /// The public commitment by which the server recognises a recovered self-mask secret.
  static func selfMaskCommitment(
    toSharedSecret secret: borrowing SecretBytes, owner: ClientID, session: Digest
  ) -> Digest {
    secret.withBytes {
      Hashing.commitment(to: $0, .selfMaskCommitment) {
        $0.write(session)
        $0.write(owner)
      }
    }
  }
}

/// Masks with their seeds, ready to be applied to a vector.
///
/// The vector is walked once, in pieces that stay in the second-level cache. Every mask is applied to a
/// piece before the next piece, so that memory is read and written once, however many masks there are.
/// Threads share the pieces; nothing else is shared in the loop.
struct MaskCombination: ~Copyable, Sendable {
  private let expander: MaskExpander
  private var seeds: SecretTable
  private let directions: [MaskExpander.Direction]

  /// A mask has no seed.
  struct MissingSeed: Error {
    let mask: Mask
  }

  /// Whether masks are put on a vector as its client does, or taken off a sum.
  enum Purpose {
    case masking
    case unmasking
  }

  /// Masks of a session.
  ///
  /// Complexity: one derivation for each mask, divided among the threads.
  ///
  /// - Parameter seed: makes the seed of a mask.
  init(
    _ masks: [Mask], for purpose: Purpose, by expander: MaskExpander, on execution: Execution,
    seed: @Sendable (Mask) -> SecretBytes?
  ) throws(MissingSeed) {
    self.expander = expander
    directions = masks.map { purpose == .masking ? $0.direction : $0.direction.opposite }
    seeds = SecretTable(rowCount: masks.count)
    let hasSeed = seeds.setRows(on: execution) { seed(masks[$0]) }
    if let missing = hasSeed.firstIndex(of: false) { throw MissingSeed(mask: masks[missing]) }
  }

  /// Masks of these directions, whatever their names: for measurements and tests of the expansion.
  init(
    _ directions: [MaskExpander.Direction], by expander: MaskExpander, seed: (Int) -> SecretBytes
  ) {
    self.expander = expander
    self.directions = directions
    seeds = SecretTable(rowCount: directions.count)
    for index in directions.indices { seeds.setRow(index, to: seed(index)) }
  }

  /// Applies all masks to `words`, whose first word is at the start of the streams.
  ///
  /// Complexity: O(masks x words) time, divided among the threads; no memory.
  ///
  /// - Throws: `Cancellation` when the observer says so; some pieces have their masks then.
  func apply(
    to words: inout [UInt64], on execution: Execution, watch: ProgressWatch
  ) throws(Cancellation) {
    let pieces = DisjointPieces(wordCount: words.count, threadCount: execution.threadCount)
    let isComplete = pieces.forEach(of: &words, on: execution) { piece, start in
      for (index, direction) in directions.enumerated() {
        seeds.withRow(index) { seed in
          expander.apply(direction, seed: seed, to: &piece, streamOffset: UInt64(start))
        }
      }
      return watch.hasCompleted(directions.count * piece.count)
    }
    if !isComplete { throw Cancellation() }
  }
}
