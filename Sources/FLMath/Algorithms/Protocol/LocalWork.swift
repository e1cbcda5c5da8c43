/// How much a client trains in a round.
public enum LocalWork: Sendable, Hashable {
  /// A number of passes over its examples, at least 1.
  case epochs(Int)

  /// A number of steps, at least 1: what a device gets done before the deadline. Li et al. 2020,
  /// "Federated Optimization in Heterogeneous Networks", section 3.2, call it partial work.
  case steps(Int)

  /// Passes until the solution is gamma-inexact: until the gradient of what the client minimises is
  /// at most `gamma` times as long as where it started (ibid., definitions 1 and 2; gamma from 0 to 1), or
  /// the passes are used up. It costs one full gradient after every pass.
  case inexact(gamma: Double, maximumEpochs: Int)

  /// The largest number of passes and of steps.
  ///
  /// - Throws: ``TrainingError`` if a number is out of its range.
  func limits() throws(TrainingError) -> (epochs: Int, steps: Int) {
    switch self {
    case .epochs(let epochs):
      guard epochs >= 1 else { throw .invalidEpochs(epochs) }
      return (epochs, .max)
    case .steps(let steps):
      guard steps >= 1 else { throw .invalidSteps(steps) }
      return (.max, steps)
    case .inexact(let gamma, let maximumEpochs):
      guard maximumEpochs >= 1 else { throw .invalidEpochs(maximumEpochs) }
      guard gamma >= 0, gamma <= 1 else { throw .invalidInexactness(gamma) }
      return (maximumEpochs, .max)
    }
  }

  /// The factor that the gradient must shrink by, if that ends the work.
  var inexactness: Double? {
    if case .inexact(let gamma, _) = self { gamma } else { nil }
  }
}
