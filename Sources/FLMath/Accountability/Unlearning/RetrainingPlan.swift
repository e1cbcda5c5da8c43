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
