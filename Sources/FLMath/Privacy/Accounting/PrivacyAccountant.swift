/// Adds up what releases cost, of whatever kinds and in whatever order, and says what guarantee is
/// left.
public protocol PrivacyAccountant: Sendable {
  /// The relation for which the guarantee holds.
  var relation: NeighbouringRelation { get }

  /// Adds the cost of an event.
  ///
  /// - Throws: ``FLMathError/Accounting/otherRelation(event:accountant:)`` if the event is of another
  ///   relation, ``FLMathError/Accounting/unsupported(_:)`` if the accountant has no bound for it; nothing
  ///   is added then.
  mutating func compose(_ event: PrivacyEvent) throws(FLMathError)

  /// An epsilon for which everything composed so far is (epsilon, `delta`)-differentially private;
  /// infinite if the accountant knows none.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless delta is from 0 to 1.
  func epsilon(delta: Double) throws(FLMathError) -> Double

  /// A delta for which everything composed so far is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless epsilon is at least 0.
  func delta(epsilon: Double) throws(FLMathError) -> Double

  /// Whether a budget holds even if such events are chosen in the light of earlier results: whether the
  /// accountant is a privacy filter for them, alone and together (Rogers, Roth, Ullman and Vadhan 2016,
  /// "Privacy Odometers and Filters").
  ///
  /// Without it, the kind of event has to be fixed before the first release. The number of releases may depend
  /// on results all the same: fewer releases are a part of all those that the budget allows.
  func isFilter(for event: PrivacyEvent) -> Bool
}

extension PrivacyAccountant {
  /// Returns false, which is always safe.
  public func isFilter(for event: PrivacyEvent) -> Bool { false }

  /// Adds the costs of events, all of them or, if one is refused, none.
  ///
  /// - Throws: as ``compose(_:)-(PrivacyEvent)``.
  public mutating func compose(_ events: [PrivacyEvent]) throws(FLMathError) {
    var next = self
    for event in events {
      try next.compose(event)
    }
    self = next
  }
}

extension FLMathError {
  /// Why a privacy accountant cannot answer.
  public enum Accounting: Hashable, Sendable, CustomStringConvertible {
    /// The event was made for another neighbouring relation than the accountant's.
    case otherRelation(event: NeighbouringRelation, accountant: NeighbouringRelation)
    /// The accountant has no bound for such an event.
    case unsupported(PrivacyEvent)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .otherRelation(let event, let accountant):
        "Expected an event of the accountant's relation \(accountant.rawValue), got one of "
          + "\(event.rawValue), whose sensitivities are others; make the event for \(accountant.rawValue), "
          + "or use an accountant of \(event.rawValue)."
      case .unsupported(let event):
        "Expected an event that this accountant has a bound for under the relation "
          + "\(event.relation.rawValue), got \(event.mechanism) with sampling \(event.sampling); "
          + "use the Renyi accountant, or another relation."
      }
    }
  }
}

extension PrivacyAccountant {
  /// Rejects an event whose sensitivities are those of another relation.
  func requireOwnRelation(_ event: PrivacyEvent) throws(FLMathError) {
    guard event.relation == relation else {
      throw .accounting(.otherRelation(event: event.relation, accountant: relation))
    }
  }
}

extension FLMathError.Privacy {
  static func requireDelta(_ delta: Double) throws(FLMathError) {
    guard delta >= 0, delta <= 1 else { throw .privacy(.outOfRange(.delta, found: delta)) }
  }

  static func requireEpsilon(_ epsilon: Double) throws(FLMathError) {
    guard epsilon >= 0 else { throw .privacy(.outOfRange(.epsilon, found: epsilon)) }
  }
}

/// How much noise a target needs.
public enum NoiseCalibration {
  /// The smallest noise multiplier with which events are (epsilon, delta)-differentially private
  /// according to an accountant: bracketed, then bisected.
  ///
  /// - Parameters:
  ///   - epsilon: the target, finite and at least 0.
  ///   - delta: above 0 and below 1.
  ///   - accountant: with what has been spent already, or nothing.
  ///   - tolerance: relative; the multiplier is so close to the smallest, from above.
  ///   - events: what a noise multiplier costs; more noise must not cost more.
  /// - Throws: ``FLMathError``, with ``FLMathError/Privacy/unreachableTarget`` in it if
  ///   no multiplier from 2^-10 to 2^40 suffices, and what `events` throws.
  public static func noiseMultiplier(
    epsilon: Double, delta: Double, accountant: some PrivacyAccountant, tolerance: Double = 1e-9,
    events: (_ noiseMultiplier: Double) throws(FLMathError) -> [PrivacyEvent]
  ) throws(FLMathError) -> Double {
    guard epsilon >= 0, epsilon.isFinite else {
      throw .privacy(.outOfRange(.epsilon, found: epsilon))
    }
    guard delta > 0, delta < 1 else { throw .privacy(.outOfRange(.delta, found: delta)) }
    func isEnough(_ multiplier: Double) throws(FLMathError) -> Bool {
      var accountant = accountant
      let spent = try events(multiplier)
      try accountant.compose(spent)
      return try accountant.epsilon(delta: delta) <= epsilon
    }
    var (low, high) = (1.0, 1.0)
    if try isEnough(1) {
      repeat {
        (high, low) = (low, low / 2)
        if low < 0x1p-10 { return high }
      } while try isEnough(low)
    } else {
      repeat {
        (low, high) = (high, high * 2)
        guard high <= 0x1p40 else {
          throw .privacy(.unreachableTarget(epsilon: epsilon, delta: delta))
        }
      } while try !isEnough(high)
    }
    return try MonotoneSearch.smallest(
      above: low, below: high, tolerance: max(tolerance, 0x1p-50), where: isEnough)
  }
}

extension FLMathError {
  /// Why a privacy mechanism, event or question cannot be as it was asked for.
  public enum Privacy: Hashable, Sendable, CustomStringConvertible {
    /// A number is outside the range of its parameter.
    case outOfRange(Parameter, found: Double)
    /// The classic formula was asked for an epsilon for which it is not proved.
    case classicFormulaDoesNotHold(epsilon: Double)
    /// No finite amount of noise reaches the target, or none within the range that was searched.
    case unreachableTarget(epsilon: Double, delta: Double)
    /// A sample without replacement is larger than its population.
    case sampleExceedsPopulation(sampleSize: Int, population: Int)
    /// The bits of a coordinate are too few for that many clients: no scale keeps the sum from
    /// wrapping.
    case tooFewBits(bits: Int, clients: Int)
    /// Clients share the noise, and the relation is add-or-remove: a client that is removed takes its share
    /// with it, and the variance of the sum tells.
    case noiseLeavesWithClient
    /// Clients share the noise, and are sampled: the amount of noise tells who took part, so that sampling
    /// hides nothing.
    case noiseRevealsParticipation
    /// The noise on the count of clip bits leaves none of the noise multiplier to the update.
    case clippedCountTooPrecise(minimum: Double, found: Double)
    /// A vector does not have the length that was agreed on.
    case dimensionMismatch(expected: Int, found: Int)
    /// An element is NaN or infinite.
    case nonFinite(index: Int, found: Double)
    /// A word of a modular vector is not below the modulus.
    case notReduced(index: Int, found: UInt64)

    /// The parameters that have a range, named as in the interfaces.
    public enum Parameter: String, Sendable, Hashable, CaseIterable {
      case epsilon, delta, sensitivity, standardDeviation, noiseMultiplier, clippingBound
      case samplingProbability, sampleSize, population, repetitions, order, rho, variance
      case l1Sensitivity, l2Sensitivity, tau, dimension, clients, bits, roundingBias
      case wrapProbability, denominator, quantile, learningRate, countStandardDeviation
      case noisyCount, scale, survivors, corruptFraction, accuracy
      case rounds, participations, separation, bands, coefficient
      case mu, typeIError, pointCount

      var expectation: String {
        switch self {
        case .epsilon: "at least 0, and finite and above 0 where the classic formula divides by it"
        case .delta: "from 0 to 1"
        case .sensitivity, .standardDeviation, .clippingBound, .learningRate, .denominator,
          .countStandardDeviation, .l2Sensitivity, .scale, .mu:
          "a finite number above 0"
        case .noiseMultiplier: "from 2^-10 to 2^40"
        case .samplingProbability: "above 0 and at most 1"
        case .sampleSize, .population, .repetitions, .clients, .survivors: "at least 1"
        case .order: "a number above 1"
        case .rho, .tau, .l1Sensitivity: "a finite number of at least 0"
        case .variance:
          "above 0 and, for noise that is drawn, at most 2^52 with terms of at most 2^58 and 2^32"
        case .dimension: "from 1 to 2^30"
        case .bits: "from 2 to 52"
        case .roundingBias: "at least 0 and below 1"
        case .wrapProbability: "above 0 and below 1"
        case .quantile, .typeIError: "from 0 to 1"
        case .noisyCount: "a finite number"
        case .corruptFraction: "at least 0 and below 1"
        case .pointCount: "from 2 to 10,000, or from 1 on for the epsilons of a curve"
        case .accuracy: "from 1e-6 to 1"
        case .rounds:
          "from 1 to 2^20; for banded factors at most 2^14; for trees and given columns their number"
        case .participations, .separation: "from 1 to 2^30"
        case .bands:
          "from 1 to the number of rounds; for an optimum at most the minimum separation, and few enough"
            + " to find it (Toeplitz: 1,024; banded: rounds x bands^2 at most 2^26)"
        case .coefficient: "a finite number, the first one above 0"
        }
      }
    }

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .outOfRange(let parameter, let found):
        "Expected \(parameter.rawValue) to be \(parameter.expectation), got \(found); correct it."
      case .classicFormulaDoesNotHold(let epsilon):
        "Expected an epsilon below 1 for the classic formula, got \(epsilon); "
          + "use the analytic calibration, which holds for every epsilon."
      case .unreachableTarget(let epsilon, let delta):
        "Expected a target that some noise multiplier from 2^-10 to 2^40 reaches, got epsilon "
          + "\(epsilon) at delta \(delta); raise epsilon, lower the number of rounds, or, where noise is "
          + "on a grid, add bits: rounding costs privacy that no noise brings back."
      case .sampleExceedsPopulation(let sampleSize, let population):
        "Expected a sample of at most the population of \(population), got \(sampleSize); "
          + "correct one of the two."
      case .tooFewBits(let bits, let clients):
        "Expected enough bits for the sum of \(clients) clients, got \(bits); add bits, or raise the "
          + "wrap probability."
      case .noiseLeavesWithClient:
        "Expected the relation zeroOut or replace where clients share the noise, got addOrRemove: a client "
          + "that is removed takes its noise with it, and the variance of the sum tells; use zeroOut, or noise "
          + "of the server."
      case .noiseRevealsParticipation:
        "Expected no sampling, or samples of a fixed size of clients that all contribute, where clients share "
          + "the noise: otherwise the amount of noise tells who took part, and sampling hides nothing; use "
          + "SamplingScheme.none, or noise of the server."
      case .clippedCountTooPrecise(let minimum, let found):
        "Expected noise on the count of a standard deviation above \(minimum), got \(found); "
          + "raise it, or the noise multiplier of the whole."
      case .dimensionMismatch(let expected, let found):
        "Expected a vector of \(expected) elements, got \(found); pass one of the agreed length."
      case .nonFinite(let index, let found):
        "Expected finite elements, but the one at index \(index) is \(found); "
          + "the training has probably diverged: discard the update."
      case .notReduced(let index, let found):
        "Expected words below the modulus, but the one at index \(index) is \(found); "
          + "the number of bits is not that of the sender."
      }
    }
  }
}

extension FLMathError.Privacy {
  /// Throws unless `condition` holds.
  static func require(
    _ condition: Bool, _ parameter: Parameter, _ found: Double
  ) throws(FLMathError) {
    guard condition else { throw .privacy(.outOfRange(parameter, found: found)) }
  }

  /// Throws unless `value` is a noise multiplier for which all bounds can be computed.
  static func requireNoiseMultiplier(_ value: Double) throws(FLMathError) {
    guard value >= 0x1p-10, value <= 0x1p40 else {
      throw .privacy(.outOfRange(.noiseMultiplier, found: value))
    }
  }

  /// Throws unless `value` is finite and above 0.
  static func requirePositive(
    _ value: Double, _ parameter: Parameter
  ) throws(FLMathError) {
    guard value.isFinite, value > 0 else { throw .privacy(.outOfRange(parameter, found: value)) }
  }
}
