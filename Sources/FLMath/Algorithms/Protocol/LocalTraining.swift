/// What a client trains with in a round: its examples, how it descends, and how much work it does.
public struct LocalTraining<Objective: LocalObjective>: Sendable {
  /// The loss over the client's examples.
  public var objective: Objective

  /// The learning rate and the batches.
  public let descent: StochasticGradientDescent

  /// How much to do.
  public let work: LocalWork

  /// Trains by `descent`.
  ///
  /// - Parameter work: how much to do; if `nil`, as many epochs as `descent` says.
  public init(_ objective: Objective, by descent: StochasticGradientDescent, work: LocalWork? = nil)
  {
    self.objective = objective
    self.descent = descent
    self.work = work ?? .epochs(descent.epochs)
  }

  /// Minimises the corrected objective, starting from `start`.
  mutating func minimise(
    from start: [Double], adding correction: LocalCorrection,
    using generator: inout some RandomNumberGenerator
  ) throws(AlgorithmError) -> LocalSolution {
    do {
      return try descent.minimise(
        &objective, adding: correction, from: start, work: work, using: &generator)
    } catch {
      throw .training(error)
    }
  }

  /// The gradient over all examples, without a correction.
  mutating func fullGradient(at parameters: [Double]) throws(AlgorithmError) -> [Double] {
    do {
      return try objective.lossAndGradient(at: parameters).gradient
    } catch {
      throw .training(error)
    }
  }
}

/// Where a client's training has led.
struct LocalSolution: Sendable, Hashable {
  /// The trained parameters, all finite.
  let parameters: [Double]

  /// The number of steps that were made.
  let steps: Int

  /// Their learning rate.
  let learningRate: Double

  /// The update from `start`, one number per parameter.
  ///
  /// - Throws: ``AlgorithmError/update(_:)`` if a difference is beyond `Double`.
  func delta(from start: [Double]) throws(AlgorithmError) -> [Double] {
    var delta = parameters
    for index in delta.indices {
      delta[index] -= start[index]
    }
    if let index = delta.firstNonFiniteIndex { throw .update(.overflow(index: index)) }
    return delta
  }
}
