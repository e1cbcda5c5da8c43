/// Approximate unlearning (erasure): reconstructs a model without some clients from stored updates of the others.
///
/// Each update keeps its old length. A short training on the current model gives its new direction (Liu et al. 2021,
/// "FedEraser: Enabling Efficient Client-Level Data Removal from Federated Learning Models").
///
/// It is cheaper than a ``RetrainingPlan``, but nothing proves that the influence of an erased client is gone. It
/// needs updates of single clients, so it does not run under secure aggregation.
public enum FedEraser {
  /// The length of the kept update in the direction of the new one; zero if the new one is.
  ///
  /// - Throws: ``FLMathError`` if the vectors differ in their number of parameters, or are not finite
  ///   or too long to be computed with.
  public static func calibrated(
    kept: [Double], retrained: [Double]
  ) throws(FLMathError) -> [Double] {
    guard kept.count == retrained.count else {
      throw .erasure(.dimensionMismatch(expected: kept.count, found: retrained.count))
    }
    guard UpdateMatrix.isUsable(kept), UpdateMatrix.isUsable(retrained) else {
      throw .erasure(.unusableUpdate)
    }
    let length = EuclideanNorm.norm(kept)
    let newLength = EuclideanNorm.norm(retrained)
    guard newLength > 0 else { return retrained.map { _ in 0 } }
    // Two factors: the ratio of the lengths may be beyond the range of `Double`.
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: newLength)
    let factor = length / (newLength * scale)
    return retrained.map { $0 * scale * factor }
  }

  /// The model that the kept rounds make without `clients`.
  ///
  /// Updates of round 0 are used unchanged, since they start from the initial model, which no client has influenced.
  ///
  /// - Parameters:
  ///   - clients: the clients to erase.
  ///   - history: the updates that the server stored.
  ///   - initial: the model before round 0.
  ///   - train: a client's update from a short training on this model, for the direction only.
  /// - Throws: ``ReconstructionError``.
  public static func reconstruct<Failure: Error>(
    erasing clients: Set<UInt32>, from history: UpdateHistory, initial: ParameterVector,
    train: (_ model: ParameterVector, _ client: UInt32, _ round: Int) throws(Failure) -> [Double]
  ) throws(ReconstructionError<Failure>) -> ParameterVector {
    guard initial.layout.count == history.dimension else {
      throw .mathematics(
        .erasure(.dimensionMismatch(expected: history.dimension, found: initial.layout.count)))
    }
    var model = initial
    for round in history.rounds {
      let left = round.updates.filter { !clients.contains($0.contributor) }
      guard left.contains(where: { $0.update.weight > 0 }) else { continue }
      var updates: [(contributor: UInt32, update: ClientUpdate)] = []
      for (client, kept) in left {
        let retrained: [Double]
        if round.number == 0 {
          retrained = kept.delta
        } else {
          do throws(Failure) {
            retrained = try train(model, client, round.number)
          } catch {
            throw .training(error, client: client, round: round.number)
          }
        }
        do throws(FLMathError) {
          let delta = try calibrated(kept: kept.delta, retrained: retrained)
          updates.append((client, ClientUpdate(delta: delta, weight: kept.weight)))
        } catch {
          throw .mathematics(error)
        }
      }
      do throws(FLMathError) {
        model = try moved(model, by: updates, round: round.number)
      } catch {
        throw .mathematics(error)
      }
    }
    return model
  }

  private static func moved(
    _ model: ParameterVector, by updates: [(contributor: UInt32, update: ClientUpdate)],
    round: Int
  ) throws(FLMathError) -> ParameterVector {
    let mean: WeightedMean
    do throws(FLMathError) {
      mean = try WeightedMean.of(updates)
    } catch {
      throw .erasure(.invalidUpdates(round: round, cause: error))
    }
    do throws(FLMathError) {
      return try ParameterVector(
        layout: model.layout, values: zip(model.values, mean.mean).map { $0 + $1 })
    } catch {
      throw .erasure(.diverged(round: round))
    }
  }
}

/// The updates of single clients that a server stored in some rounds. Only a server that sees updates in the clear
/// has them: secure aggregation does not reveal them.
public struct UpdateHistory: Sendable {
  /// The updates of one round.
  public struct Round: Sendable {
    /// The number of the round, from 0.
    public let number: Int
    /// Every contributor with its update.
    public let updates: [(contributor: UInt32, update: ClientUpdate)]

    /// Takes the updates of a round. They are checked where a history is made.
    public init(number: Int, updates: [(contributor: UInt32, update: ClientUpdate)]) {
      self.number = number
      self.updates = updates
    }
  }

  /// The rounds that were kept, in ascending order.
  public let rounds: [Round]

  /// The number of parameters of all updates.
  public let dimension: Int

  /// Takes what was kept.
  ///
  /// - Throws: ``FLMathError`` if the rounds are not ascending, or the updates of one have no mean.
  public init(_ rounds: [Round], dimension: Int) throws(FLMathError) {
    var previous = -1
    for round in rounds {
      guard round.number > previous else { throw .erasure(.invalidRounds) }
      previous = round.number
      let mean: WeightedMean
      do throws(FLMathError) {
        mean = try WeightedMean.of(round.updates)
      } catch {
        throw .erasure(.invalidUpdates(round: round.number, cause: error))
      }
      guard mean.mean.count == dimension else {
        throw .erasure(.dimensionMismatch(expected: dimension, found: mean.mean.count))
      }
    }
    self.rounds = rounds
    self.dimension = dimension
  }
}

/// Why a reconstruction failed: the stored updates do not fit, or a training failed.
public enum ReconstructionError<TrainingFailure: Error>: Error, CustomStringConvertible {
  /// What was kept does not fit together.
  case mathematics(FLMathError)
  /// A client's training failed.
  case training(TrainingFailure, client: UInt32, round: Int)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .mathematics(let error):
      error.description
    case .training(let failure, let client, let round):
      "Expected client \(client) to train in round \(round), but it failed: \(failure)"
    }
  }
}
