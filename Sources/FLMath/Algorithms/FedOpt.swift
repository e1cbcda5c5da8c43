import RealModule

/// Federated optimisation with an adaptive method on the server: FedAdam, FedYogi, FedAdagrad.
///
/// Reddi et al. 2021, "Adaptive Federated Optimization", Algorithm 2, with the mean d of a round as
/// pseudo-gradient, coordinate by coordinate:
///
/// - `m = beta1 * m + (1 - beta1) * d`
/// - `v = v + d^2` (Adagrad), `v = v - (1 - beta2) * d^2 * sign(v - d^2)` (Yogi), or
///   `v = beta2 * v + (1 - beta2) * d^2` (Adam)
/// - `w = w + rate * m / (sqrt(v) + tau)`
public struct FedOpt: FederatedAlgorithm, Hashable {
  /// How the second moment v is kept.
  public enum SecondMoment: Sendable, Hashable {
    /// An exponential average of squares with the decay beta2.
    case adam(decay: Double)
    /// An exponential average that changes by no more than the squares (Zaheer et al. 2018).
    case yogi(decay: Double)
    /// The sum of squares.
    case adagrad
  }

  /// What the paper leaves open, or others do differently.
  public enum Convention: Sendable, Hashable {
    /// v starts at tau^2, the least that the paper allows; no bias correction.
    case paper
    /// v starts at 0. FedAdam's rate in round r, counted from 1, is multiplied by
    /// `sqrt(1 - beta2^(r+1)) / (1 - beta1^(r+1))`. What Flower 1.41 does; its correction is
    /// Adam's of the round that follows.
    case flower
  }

  /// The model, the round and the vectors "first moment" and "second moment".
  public private(set) var state: ServerState

  /// How the second moment is kept.
  public let secondMoment: SecondMoment

  /// The decay beta1 of the first moment.
  public let firstMomentDecay: Double

  /// The length of a step.
  public let serverLearningRate: Double

  /// What keeps steps finite, tau: the smaller, the more adaptive.
  public let adaptivity: Double

  /// How the moments start.
  public let convention: Convention

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - firstMomentDecay: beta1, from 0 to below 1.
  ///   - serverLearningRate: finite and above 0.
  ///   - adaptivity: tau, from 2^-480 to 2^480.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, secondMoment: SecondMoment, firstMomentDecay: Double,
    serverLearningRate: Double, adaptivity: Double = 1e-3, convention: Convention = .paper
  ) throws(FLMathError) {
    try Hyperparameter.decay.require(
      firstMomentDecay >= 0 && firstMomentDecay < 1, firstMomentDecay)
    switch secondMoment {
    case .adam(let decay), .yogi(let decay):
      try Hyperparameter.decay.require(decay >= 0 && decay < 1, decay)
    case .adagrad: break
    }
    try Hyperparameter.serverLearningRate.require(
      serverLearningRate.isFinite && serverLearningRate > 0, serverLearningRate)
    // Its square is compared with squares of steps: neither may underflow or overflow.
    try Hyperparameter.adaptivity.require(
      adaptivity >= 0x1p-480 && adaptivity <= 0x1p480, adaptivity)
    try state.requireMemory("first moment", "second moment")
    self.state = state
    self.secondMoment = secondMoment
    self.firstMomentDecay = firstMomentDecay
    self.serverLearningRate = serverLearningRate
    self.adaptivity = adaptivity
    self.convention = convention
  }

  /// FedAdam with the paper's decays.
  ///
  /// - Throws: as ``init(state:secondMoment:firstMomentDecay:serverLearningRate:adaptivity:convention:)``.
  public static func fedAdam(
    state: ServerState, serverLearningRate: Double, adaptivity: Double = 1e-3,
    convention: Convention = .paper
  ) throws(FLMathError) -> FedOpt {
    try FedOpt(
      state: state, secondMoment: .adam(decay: 0.99), firstMomentDecay: 0.9,
      serverLearningRate: serverLearningRate, adaptivity: adaptivity, convention: convention)
  }

  /// FedYogi with the paper's decays.
  ///
  /// - Throws: as ``init(state:secondMoment:firstMomentDecay:serverLearningRate:adaptivity:convention:)``.
  public static func fedYogi(
    state: ServerState, serverLearningRate: Double, adaptivity: Double = 1e-3,
    convention: Convention = .paper
  ) throws(FLMathError) -> FedOpt {
    try FedOpt(
      state: state, secondMoment: .yogi(decay: 0.99), firstMomentDecay: 0.9,
      serverLearningRate: serverLearningRate, adaptivity: adaptivity, convention: convention)
  }

  /// FedAdagrad, without a first moment, as in the paper's experiments.
  ///
  /// - Throws: as ``init(state:secondMoment:firstMomentDecay:serverLearningRate:adaptivity:convention:)``.
  public static func fedAdagrad(
    state: ServerState, serverLearningRate: Double, adaptivity: Double = 1e-3,
    convention: Convention = .paper
  ) throws(FLMathError) -> FedOpt {
    try FedOpt(
      state: state, secondMoment: .adagrad, firstMomentDecay: 0,
      serverLearningRate: serverLearningRate, adaptivity: adaptivity, convention: convention)
  }

  /// A client as in federated averaging.
  public func makeClient() -> AveragingClient { AveragingClient() }

  /// Takes one round's mean for a gradient and steps along it.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let step = try mean.split(contribution)[0]
    let initialSecond = convention == .paper ? adaptivity * adaptivity : 0
    var first = state.vector("first moment")
    var second = state.vector("second moment", initially: initialSecond)
    var values = model.values
    let rate = serverLearningRate * biasCorrection
    for index in values.indices {
      first[index] = firstMomentDecay * first[index] + (1 - firstMomentDecay) * step[index]
      second[index] = updated(second[index], bySquare: step[index] * step[index])
      values[index] += rate * first[index] / (second[index].squareRoot() + adaptivity)
    }
    try state.advance(
      to: values, memory: ["first moment": first, "second moment": second])
  }

  private func updated(_ second: Double, bySquare square: Double) -> Double {
    switch secondMoment {
    case .adam(let decay):
      return decay * second + (1 - decay) * square
    case .yogi(let decay):
      let difference = second - square
      // The sign of 0 is 0: the moment stays where it is.
      let sign = difference > 0 ? 1.0 : difference < 0 ? -1 : 0
      return second - (1 - decay) * square * sign
    case .adagrad:
      return second + square
    }
  }

  /// The factor of the rate in the round to be applied.
  private var biasCorrection: Double {
    guard convention == .flower, case .adam(let decay) = secondMoment else { return 1 }
    // Rounds count from 1 there, and the exponent is one more.
    let exponent = Double(round) + 2
    return (1 - Double.pow(decay, exponent)).squareRoot()
      / (1 - Double.pow(firstMomentDecay, exponent))
  }
}
