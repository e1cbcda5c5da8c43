/// What an attacker sends in place of its update, to evaluate how much a rule withstands.
///
/// The attacker is taken to know everything: what it would send if it were honest, and what the
/// honest clients send. Attackers that act together send the same vector, except for noise.
public enum ModelPoisoning: Sendable, Hashable {
  /// The attacker's own update with the opposite direction, times a factor above 0: training is
  /// undone.
  case signFlip(scale: Double)

  /// The attacker's own update times a factor above 1: one model outweighs all others (Bagdasaryan
  /// et al. 2020, "How To Backdoor Federated Learning", model replacement).
  case scaling(factor: Double)

  /// Noise in place of an update, normal with this standard deviation in every coordinate (Blanchard
  /// et al. 2017).
  case gaussian(standardDeviation: Double)

  /// A Little Is Enough: the honest mean plus `z` honest standard deviations in every coordinate
  /// (Baruch, Baruch and Goldberg 2019, Algorithm 3). It hides among the honest where ``alieFactor``
  /// gives the z.
  case littleIsEnough(z: Double)

  /// Inner Product Manipulation: the honest mean times `-epsilon` (Xie, Koyejo and Gupta 2020, "Fall
  /// of Empires"). Small enough, it is near the honest and points the other way.
  case innerProduct(epsilon: Double)

  /// A copy of what one honest client sends, so that it counts several times (Karimireddy, He and
  /// Jaggi 2022). Nothing about it is out of the ordinary, so it tests rules on clients
  /// that differ.
  case mimic(client: Int)

  /// The honest mean plus as much of a perturbation as leaves the attacker's vector no farther from any
  /// honest one than these are from each other (Shejwalkar and Houmansadr 2021, "Manipulating the
  /// Byzantine", section IV, Min-Max).
  case minMax(Perturbation)

  /// The same with the sum of squared distances from all honest vectors, which is at most that of an
  /// honest one (ibid., Min-Sum). It is weaker than ``minMax(_:)`` and harder to notice.
  case minSum(Perturbation)

  /// Not a number in every coordinate: it passes through any mean, and every comparison with it is
  /// false.
  case notANumber

  /// The vector that an attacker sends.
  ///
  /// - Parameters:
  ///   - own: the update that the attacker would send if it were honest.
  ///   - honest: the updates of the honest clients, of the same dimension.
  ///   - generator: the source of noise.
  /// - Throws: ``FLMathError`` if a parameter is out of its range, the dimensions differ, or
  ///   the honest updates are too few or not all usable.
  /// - Complexity: O(honest updates x dimension).
  public func maliciousUpdate(
    own: [Double], honest: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Double] {
    guard own.count == honest.dimension else {
      throw .poisoning(.dimensionMismatch(expected: honest.dimension, found: own.count))
    }
    guard honest.unusableRows.isEmpty else {
      throw .poisoning(.unusableHonestRows(honest.unusableRows))
    }
    switch self {
    case .signFlip(let scale):
      let factor = -(try Self.positive(scale, name: "scale"))
      return own.map { factor * $0 }
    case .scaling(let factor):
      let factor = try Self.positive(factor, name: "factor")
      return own.map { factor * $0 }
    case .gaussian(let deviation):
      let deviation = try Self.positive(deviation, name: "standard deviation")
      return own.map { _ in deviation * generator.standardNormal() }
    case .littleIsEnough(let z):
      guard z.isFinite else { throw .poisoning(.nonFiniteDeviations(z)) }
      return try honest.meanPlusDeviations(z)
    case .innerProduct(let epsilon):
      let factor = -(try Self.positive(epsilon, name: "epsilon"))
      return honest.mean().map { factor * $0 }
    case .mimic(let client):
      guard honest.rows.indices.contains(client) else {
        throw .poisoning(.noSuchClient(count: honest.rows.count, found: client))
      }
      return honest.rows[client]
    case .minMax(let perturbation):
      return try honest.perturbedMean(perturbation, within: .largestDistance)
    case .minSum(let perturbation):
      return try honest.perturbedMean(perturbation, within: .largestSum)
    case .notANumber:
      return own.map { _ in .nan }
    }
  }

  private static func positive(
    _ value: Double, name: String
  ) throws(FLMathError) -> Double {
    guard value.isFinite, value > 0 else {
      throw .poisoning(.invalidParameter(name: name, found: value))
    }
    return value
  }
}

extension FLMathError {
  /// Why an attack cannot be carried out.
  public enum Poisoning: Hashable, Sendable, CustomStringConvertible {
    /// A parameter of the attack is not a finite number above 0.
    case invalidParameter(name: String, found: Double)
    /// The number of standard deviations is not finite.
    case nonFiniteDeviations(Double)
    /// The attacker's own update does not have the dimension of the others.
    case dimensionMismatch(expected: Int, found: Int)
    /// Updates that should be honest are not finite or too long.
    case unusableHonestRows([Int])
    /// The standard deviation needs two honest updates.
    case tooFewHonestRows(Int)
    /// There is no honest client with this index.
    case noSuchClient(count: Int, found: Int)
    /// There are no honest clients, or not enough for the numbers given.
    case invalidAttackers(clients: Int, found: Int)
    /// A perturbation of the honest mean is zero in every coordinate.
    case noDirection
    /// The number of attackers is below 1.
    case tooFewAttackers(Int)
    /// The number of times that a rule is tried is below 1.
    case invalidEvaluations(Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidParameter(let name, let found):
        "Expected a finite \(name) above 0, got \(found); correct the attack."
      case .nonFiniteDeviations(let found):
        "Expected a finite number of standard deviations, got \(found); "
          + "attackers that need no supporters may send anything."
      case .dimensionMismatch(let expected, let found):
        "Expected an own update of \(expected) elements, as the honest ones have, got \(found); "
          + "train the same model."
      case .unusableHonestRows(let found):
        "Expected finite honest updates, but rows \(found) are not; leave them out."
      case .tooFewHonestRows(let found):
        "Expected at least 2 honest updates for a standard deviation, got \(found); add clients."
      case .noSuchClient(let count, let found):
        "Expected an honest client from 0 to \(max(1, count) - 1), got \(found); name one that is there."
      case .invalidAttackers(let clients, let found):
        "Expected from 1 to \(max(1, clients) - 1) attackers among \(clients) clients, got \(found); "
          + "leave somebody honest."
      case .noDirection:
        "Expected honest updates with a direction, but the perturbation is 0 everywhere; "
          + "take another perturbation."
      case .tooFewAttackers(let found):
        "Expected at least 1 attacker, got \(found); pass the number of attackers."
      case .invalidEvaluations(let found):
        "Expected at least 1 evaluation of the rule, got \(found); 20 are usual."
      }
    }
  }
}

extension ModelPoisoning {
  /// The largest z for which enough honest clients lie beyond the attackers' vector that the two
  /// together are a majority: z_max of A Little Is Enough (Baruch, Baruch and Goldberg 2019,
  /// Algorithm 3).
  ///
  /// With n clients of which f attack, s = floor(n/2 + 1) - f honest ones must lie farther out, and z
  /// is the normal quantile of (n - f - s) / (n - f). It is at most 0 if there are too few attackers to
  /// hide, and infinite if they are a majority by themselves.
  ///
  /// - Throws: ``FLMathError/Poisoning/invalidAttackers(clients:found:)`` unless there are attackers and
  ///   honest clients.
  public static func alieFactor(
    clients: Int, attackers: Int
  ) throws(FLMathError) -> Double {
    guard attackers >= 1, attackers < clients else {
      throw .poisoning(.invalidAttackers(clients: clients, found: attackers))
    }
    let supporters = max(0, clients / 2 + 1 - attackers)
    let honest = clients - attackers
    // z is where the upper tail of the normal distribution holds the share of the supporters.
    if supporters == 0 { return .infinity }
    if supporters >= honest { return -.infinity }
    if 2 * supporters == honest { return 0 }
    return 2 * supporters < honest
      ? NormalTail.quantile(upper: Double(supporters) / Double(honest))
      : -NormalTail.quantile(upper: Double(honest - supporters) / Double(honest))
  }
}

extension UpdateMatrix {
  /// The mean of the rows, all of which are usable.
  func mean() -> [Double] {
    VectorArithmetic.mean(of: rows, at: Array(rows.indices))
  }

  /// In every coordinate the mean plus `z` standard deviations, the latter of a sample: squares over
  /// n - 1.
  func meanPlusDeviations(_ z: Double) throws(FLMathError) -> [Double] {
    guard rows.count >= 2 else { throw .poisoning(.tooFewHonestRows(rows.count)) }
    var result = mean()
    let root = Double(rows.count - 1).squareRoot()
    for column in result.indices {
      let mean = result[column]
      result[column] = mean + z * (EuclideanNorm.norm(rows.map { $0[column] - mean }) / root)
    }
    return result
  }
}

/// Labels that an attacker changes in its own examples before it trains honestly on them.
///
/// Fung, Yoon and Beschastnikh 2020, "The Limitations of Federated Learning in Sybil Settings";
/// Tolpegin et al. 2020, "Data Poisoning Attacks Against Federated Learning Systems".
public enum LabelFlip: Sendable, Hashable {
  /// Every class becomes its opposite: c of C classes becomes C - 1 - c.
  case all
  /// The examples of one class are said to be of another.
  case targeted(from: Int, to: Int)

  /// The same examples with changed labels.
  ///
  /// - Throws: ``FLMathError/Dataset/labelOutOfRange(example:classCount:found:)`` if a target is not a class.
  public func applied(to dataset: Dataset) throws(FLMathError) -> Dataset {
    let labels = dataset.labels.map { label in
      switch self {
      case .all: dataset.classCount - 1 - label
      case .targeted(let from, let to): label == from ? to : label
      }
    }
    return try Dataset(
      features: dataset.features, featureCount: dataset.featureCount, labels: labels,
      classCount: dataset.classCount)
  }
}
