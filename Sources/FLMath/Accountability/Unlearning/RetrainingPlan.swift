/// Exact unlearning (erasure): a plan to train again without some clients.
///
/// Training starts from the last checkpoint before their first contribution, and repeats the later rounds without
/// them. The result is the model that training without these clients would have given, so it is the standard for
/// approximate unlearning. It needs no updates of single clients. Under secure aggregation, replay the rounds as
/// new sessions.
public struct RetrainingPlan: Sendable, Hashable {
  /// A round that is to be trained again.
  public struct Round: Sendable, Hashable {
    /// The number of the round, from 0.
    public let number: Int
    /// Its contributors that are not erased.
    public let clients: [UInt32]
  }

  /// The number of rounds before the checkpoint to start from; `nil` if no client to be erased ever
  /// contributed. The model then stays as it is.
  public let checkpoint: Int?

  /// The rounds to train again, in order, with their remaining clients. A round without remaining clients is
  /// skipped.
  public let rounds: [Round]

  /// The cost: the number of trainings by clients in the plan, divided by that of the whole history.
  public let costShare: Double

  /// Plans the erasure of `clients`.
  ///
  /// - Parameters:
  ///   - clients: the clients to erase.
  ///   - history: the contributors of every round.
  ///   - checkpoints: the numbers of rounds after which the model was kept, ascending; 0 is the initial
  ///     model.
  /// - Throws: ``FLMathError`` if the checkpoints are not ascending or beyond the history, or if none
  ///   is early enough.
  public init(
    erasing clients: Set<UInt32>, from history: ParticipationHistory, checkpoints: [Int]
  ) throws(FLMathError) {
    var previous = -1
    for checkpoint in checkpoints {
      guard checkpoint > previous, checkpoint <= history.rounds.count else {
        throw .erasure(.invalidCheckpoints(rounds: history.rounds.count))
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
      throw .erasure(.noCheckpoint(before: touched))
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

/// The contributors of every round. Secure aggregation reveals them, and retraining without a client needs nothing
/// else.
public struct ParticipationHistory: Sendable, Hashable, Codable {
  /// The contributors of every round from round 0 on, in ascending order.
  public let rounds: [[UInt32]]

  /// Takes the contributors of every round, in any order.
  ///
  /// - Throws: ``FLMathError/Erasure/duplicateClient(_:round:)``.
  public init(rounds: [[UInt32]]) throws(FLMathError) {
    var sorted: [[UInt32]] = []
    sorted.reserveCapacity(rounds.count)
    for (round, clients) in rounds.enumerated() {
      let clients = clients.sorted()
      for index in clients.indices.dropFirst() where clients[index] == clients[index - 1] {
        throw .erasure(.duplicateClient(clients[index], round: round))
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
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
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

extension FLMathError {
  /// Why clients cannot be erased from a model by what was kept.
  public enum Erasure: Hashable, Sendable, CustomStringConvertible {
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
    indirect case invalidUpdates(round: Int, cause: FLMathError)
    /// An update is not finite, or too long to be computed with.
    case unusableUpdate
    /// A model that was put together is not finite.
    case diverged(round: Int)
    /// There is not one model for each shard.
    case modelCountMismatch(expected: Int, found: Int)

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
      case .invalidUpdates(let round, let cause):
        "Expected updates with a mean in round \(round): \(cause)"
      case .unusableUpdate:
        "Expected finite updates of moderate length, got one that is not; train anew."
      case .diverged(let round):
        "Expected finite parameters, but round \(round) made them overflow; clip the updates."
      case .modelCountMismatch(let expected, let found):
        "Expected \(expected) models, one for each shard, got \(found); train every shard."
      }
    }
  }
}
