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
