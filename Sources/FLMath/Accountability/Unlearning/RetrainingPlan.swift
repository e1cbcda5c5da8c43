/// How to train again without some clients: from the last checkpoint that none of them has touched,
/// with the same rounds less these clients.
///
/// The result is the model that would have come about had they never taken part, so this is exact
/// erasure, the measure for all other ways. It needs no client's update, so it works under secure
/// aggregation: replay the rounds as new sessions.
public struct RetrainingPlan: Sendable, Hashable {
  /// A round that is to be trained again.
  public struct Round: Sendable, Hashable {
    /// The number of the round, from 0.
    public let number: Int
    /// Its contributors that are not erased.
    public let clients: [UInt32]
  }

  /// The number of rounds behind the checkpoint to start from; `nil` if no client to be erased ever
  /// contributed, so that the model stays as it is.
  public let checkpoint: Int?

  /// The rounds to train again and who is left in each, in order. A round may have nobody left: it is
  /// then passed over.
  public let rounds: [Round]

  /// The trainings by clients that are done again, as a share of those of the whole history.
  public let costShare: Double

  /// Plans the erasure of `clients`.
  ///
  /// - Parameters:
  ///   - clients: whom to erase.
  ///   - history: who contributed to which round.
  ///   - checkpoints: the numbers of rounds after which the model was kept, ascending; 0 is the initial
  ///     model.
  /// - Throws: ``ErasureError`` if the checkpoints are not ascending or beyond the history, or if none
  ///   is early enough.
  public init(
    erasing clients: Set<UInt32>, from history: ParticipationHistory, checkpoints: [Int]
  ) throws(ErasureError) {
    var previous = -1
    for checkpoint in checkpoints {
      guard checkpoint > previous, checkpoint <= history.rounds.count else {
        throw .invalidCheckpoints(rounds: history.rounds.count)
      }
      previous = checkpoint
    }
    let touched = history.rounds.firstIndex { !clients.isDisjoint(with: $0) }
    guard let touched else {
      checkpoint = nil
      rounds = []
      costShare = 0
      return
    }
    guard let start = checkpoints.last(where: { $0 <= touched }) else {
      throw .noCheckpoint(before: touched)
    }
    checkpoint = start
    rounds = (start..<history.rounds.count).map { round in
      Round(number: round, clients: history.rounds[round].filter { !clients.contains($0) })
    }
    let again = rounds.reduce(0) { $0 + $1.clients.count }
    // The round that was touched has at least one contributor.
    costShare = Double(again) / Double(history.rounds.reduce(0) { $0 + $1.count })
  }

  /// Trains again.
  ///
  /// - Parameters:
  ///   - state: the checkpoint: model, optimiser state and whatever a round changes.
  ///   - round: carries out the round of this number with these clients, at least one.
  /// - Returns: the state after the last round.
  public func replay<State, Failure: Error>(
    from state: State, round: (inout State, Int, [UInt32]) throws(Failure) -> Void
  ) throws(Failure) -> State {
    var state = state
    for replayed in rounds where !replayed.clients.isEmpty {
      try round(&state, replayed.number, replayed.clients)
    }
    return state
  }
}

/// Who contributed to which round. Secure aggregation reveals this, and nothing else is needed to
/// train again without somebody.
public struct ParticipationHistory: Sendable, Hashable, Codable {
  /// The contributors of every round from round 0 on, in ascending order.
  public let rounds: [[UInt32]]

  /// Takes the contributors of every round, in any order.
  ///
  /// - Throws: ``ErasureError/duplicateClient(_:round:)``.
  public init(rounds: [[UInt32]]) throws(ErasureError) {
    var sorted: [[UInt32]] = []
    sorted.reserveCapacity(rounds.count)
    for (round, clients) in rounds.enumerated() {
      let clients = clients.sorted()
      for index in clients.indices.dropFirst() where clients[index] == clients[index - 1] {
        throw .duplicateClient(clients[index], round: round)
      }
      sorted.append(clients)
    }
    self.rounds = sorted
  }

  /// The first round that a client contributed to, from 0; `nil` if it never did.
  public func firstRound(of client: UInt32) -> Int? {
    rounds.firstIndex { $0.contains(client) }
  }

  /// Reads a history and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``ErasureError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let rounds = try decoder.singleValueContainer().decode([[UInt32]].self)
    do {
      try self.init(rounds: rounds)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// Writes the contributors of every round.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rounds)
  }
}

/// Why clients cannot be erased from a model by what was kept.
public enum ErasureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A client is named twice in a round.
  case duplicateClient(UInt32, round: Int)
  /// Checkpoints are not in ascending order from 0 to the number of rounds.
  case invalidCheckpoints(rounds: Int)
  /// No checkpoint is early enough; that of the initial model, after 0 rounds, always is.
  case noCheckpoint(before: Int)
  /// There are to be fewer shards than 1, or more than clients.
  case invalidShards(clients: Int, found: Int)
  /// A vector has another number of parameters.
  case dimensionMismatch(expected: Int, found: Int)
  /// Rounds are not in ascending order from 0 on.
  case invalidRounds
  /// The updates of a round have no mean, or are not finite.
  case invalidUpdates(round: Int, WeightedMeanError)
  /// An update is not finite, or too long to be computed with.
  case unusableUpdate
  /// A model that was put together is not finite.
  case diverged(round: Int)
  /// There is not one model for each shard.
  case modelCountMismatch(expected: Int, found: Int)
  /// Parameters and data do not fit a model.
  case mismatch(ClassifierError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .duplicateClient(let client, let round):
      "Expected each client once in a round, but client \(client) comes twice in round \(round); "
        + "use an undamaged history."
    case .invalidCheckpoints(let rounds):
      "Expected checkpoints in ascending order from 0 to \(rounds) rounds; sort them."
    case .noCheckpoint(let round):
      "Expected a checkpoint after at most \(round) rounds; keep that of the initial model."
    case .invalidShards(let clients, let found):
      "Expected from 1 to \(clients) shards, got \(found); 5 to 20 are usual."
    case .dimensionMismatch(let expected, let found):
      "Expected \(expected) parameters, got \(found); use vectors of one model."
    case .invalidRounds:
      "Expected rounds in ascending order from 0 on; use an undamaged history."
    case .invalidUpdates(let round, let error):
      "Expected updates with a mean in round \(round): \(error)"
    case .unusableUpdate:
      "Expected finite updates of moderate length, got one that is not; train anew."
    case .diverged(let round):
      "Expected finite parameters, but round \(round) made them overflow; clip the updates."
    case .modelCountMismatch(let expected, let found):
      "Expected \(expected) models, one for each shard, got \(found); train every shard."
    case .mismatch(let error):
      error.description
    }
  }
}

/// Why a reconstruction ended: what was kept does not fit, or training failed.
public enum ReconstructionError<TrainingFailure: Error>: Error, CustomStringConvertible {
  /// What was kept does not fit together.
  case erasure(ErasureError)
  /// A client's training failed.
  case training(TrainingFailure, client: UInt32, round: Int)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .erasure(let error):
      error.description
    case .training(let failure, let client, let round):
      "Expected client \(client) to train in round \(round), but it failed: \(failure)"
    }
  }
}
