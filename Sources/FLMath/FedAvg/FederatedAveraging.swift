/// The server's side of federated averaging: a global model that moves by weighted means of client
/// updates.
///
/// McMahan et al. 2017, Algorithm 1, generalised by a server learning rate (Reddi et al. 2021,
/// "Adaptive Federated Optimization", Algorithm 1 with plain SGD on the server): after each round
/// `model = model + serverLearningRate * mean`. With a rate of 1 that is the average of the local
/// models. The cohort may differ from round to round. Encode the engine to make a checkpoint; a
/// decoded one continues exactly where it stopped.
public struct FederatedAveraging: Sendable, Hashable, Codable {
  /// The global model after the rounds applied so far.
  public private(set) var model: ParameterVector

  /// The number of rounds applied so far.
  public private(set) var round: Int

  /// How far the model moves along the weighted mean.
  public let serverLearningRate: Double

  /// Starts with `model` at round 0.
  ///
  /// - Throws: ``FederatedAveragingError/invalidServerLearningRate(_:)`` unless the rate is finite
  ///   and above 0.
  public init(
    model: ParameterVector, serverLearningRate: Double = 1
  ) throws(FederatedAveragingError) {
    try self.init(model: model, round: 0, serverLearningRate: serverLearningRate)
  }

  private init(
    model: ParameterVector, round: Int, serverLearningRate: Double
  ) throws(FederatedAveragingError) {
    guard serverLearningRate.isFinite, serverLearningRate > 0 else {
      throw .invalidServerLearningRate(serverLearningRate)
    }
    guard round >= 0 else { throw .invalidRound(round) }
    self.model = model
    self.round = round
    self.serverLearningRate = serverLearningRate
  }

  /// Moves the model by one round's mean.
  ///
  /// - Throws: ``FederatedAveragingError`` if the mean does not have one number per parameter or
  ///   the new model would not be finite. The engine is then as it was before.
  public mutating func apply(_ mean: WeightedMean) throws(FederatedAveragingError) {
    let step = mean.mean
    guard step.count == model.values.count else {
      throw .dimensionMismatch(expected: model.values.count, found: step.count)
    }
    let (nextRound, overflow) = round.addingReportingOverflow(1)
    guard !overflow else { throw .invalidRound(round) }
    var values = model.values
    for index in values.indices {
      values[index] += serverLearningRate * step[index]
    }
    do {
      model = try ParameterVector(layout: model.layout, values: values)
    } catch {
      throw .diverged(round: nextRound, cause: error)
    }
    round = nextRound
  }

  private enum CodingKeys: CodingKey {
    case model, round, serverLearningRate
  }

  /// Reads a checkpoint and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FederatedAveragingError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let model = try container.decode(ParameterVector.self, forKey: .model)
    let round = try container.decode(Int.self, forKey: .round)
    let rate = try container.decode(Double.self, forKey: .serverLearningRate)
    do {
      try self.init(model: model, round: round, serverLearningRate: rate)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}

/// Why a round cannot be applied, or an engine not be made.
public enum FederatedAveragingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server learning rate is not a finite number above 0.
  case invalidServerLearningRate(Double)
  /// A checkpoint's round is negative, or the count of rounds is exhausted.
  case invalidRound(Int)
  /// The mean does not have the model's number of parameters.
  case dimensionMismatch(expected: Int, found: Int)
  /// The model would no longer be finite after this round.
  case diverged(round: Int, cause: ParameterVectorError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidServerLearningRate(let found):
      "Expected a finite server learning rate above 0, got \(found); 1 is plain averaging."
    case .invalidRound(let found):
      "Expected a round from 0 to \(Int.max - 1), got \(found); use an undamaged checkpoint."
    case .dimensionMismatch(let expected, let found):
      "Expected a mean of \(expected) parameters, as the model has, got \(found); "
        + "average updates of this model only."
    case .diverged(let round, let cause):
      "Expected a finite model after round \(round), but parameters overflow (\(cause)); "
        + "lower the learning rates or clip the updates."
    }
  }
}
