/// A rule by which clients are selected for a round.
///
/// Every draw follows from the candidates, the seed, and what the rule has observed before.
public protocol ClientSelection: Sendable {
  /// The clients that have to be asked for their loss on the current model before
  /// ``select(from:losses:seed:)`` can be called with the same candidates and seed. Most rules do not ask
  /// clients.
  ///
  /// - Throws: ``FLMathError``.
  func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(FLMathError) -> [UInt32]

  /// Draws the clients of the next round.
  ///
  /// - Parameters:
  ///   - candidates: the clients that may be drawn.
  ///   - losses: the answers of the clients of ``clientsToAsk(among:seed:)``.
  ///   - seed: the seed of the draw.
  /// - Throws: ``FLMathError``.
  mutating func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort

  /// Whether ``observe(_:)`` has to be called after every round.
  var learnsFromReports: Bool { get }

  /// Learns how the clients of a round have fared. Most rules do not.
  mutating func observe(_ participations: [Participation])
}

extension ClientSelection {
  /// Returns no clients.
  public func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(FLMathError) -> [UInt32] { [] }

  /// Returns false.
  public var learnsFromReports: Bool { false }

  /// Does nothing.
  public mutating func observe(_ participations: [Participation]) {}

  /// Draws with a rule that does not ask clients.
  ///
  /// - Throws: ``FLMathError``.
  public mutating func select(
    from candidates: Candidates, seed: UInt64
  ) throws(FLMathError) -> Cohort {
    try select(from: candidates, losses: [:], seed: seed)
  }

  /// Draws with a rule that does not ask clients, and draws anew with the next seed while dropouts could leave
  /// contributors that differ by too few from those of an earlier sum.
  ///
  /// A rule with a memory counts each draw. Such a draw is often impossible with few candidates or many dropouts.
  /// Then draw without this condition, and check `ReleasedCohorts.overlap(of:)` before the session asks for shares.
  ///
  /// - Parameters:
  ///   - released: the contributors of the sums so far.
  ///   - minimumContributors: the smallest number of contributors of which the session releases a sum.
  ///   - attempts: how often to draw, at least once.
  /// - Returns: a cohort for which an accountant may claim nothing, as it depends on the earlier ones.
  /// - Throws: ``FLMathError``, ``FLMathError/Selection/overlappingCohorts(attempts:)`` after so many draws.
  public mutating func select(
    from candidates: Candidates, seed: UInt64, avoiding released: ReleasedCohorts<UInt32>,
    minimumContributors: Int, attempts: Int = 100
  ) throws(FLMathError) -> Cohort {
    for attempt in 0..<UInt64(max(1, attempts)) {
      let cohort = try select(from: candidates, seed: seed &+ attempt)
      guard
        released.possibleOverlap(
          of: cohort.clients, minimumContributors: minimumContributors) == nil
      else { continue }
      return Cohort(cohort.clients, seed: cohort.seed, scheme: .dataDependent)
    }
    throw .selection(.overlappingCohorts(attempts: max(1, attempts)))
  }
}

/// What a client's part in a round was like.
public struct Participation: Sendable, Hashable {
  /// The client.
  public let client: UInt32
  /// The number of its examples.
  public let examples: Int
  /// The root of the mean squared loss of its examples on the model that it was given.
  public let rootMeanSquareLoss: Double
  /// How long its round took, in seconds.
  public let duration: Double

  /// States what a client has reported.
  public init(client: UInt32, examples: Int, rootMeanSquareLoss: Double, duration: Double) {
    self.client = client
    self.examples = examples
    self.rootMeanSquareLoss = rootMeanSquareLoss
    self.duration = duration
  }
}

/// The clients that may be selected: the available ones that have not opted out.
///
/// Selections draw from candidates only. A client that has opted out is never drawn, and never asked for a loss.
public struct Candidates: Sendable, Hashable {
  /// The clients, in ascending order.
  public let clients: [UInt32]

  /// Takes the available clients, without those that have opted out.
  ///
  /// - Throws: ``FLMathError/Selection/duplicateClient(_:)``.
  public init(
    _ clients: some Sequence<UInt32>, optedOut: Set<UInt32>
  ) throws(FLMathError) {
    let sorted = clients.filter { !optedOut.contains($0) }.sorted()
    for index in sorted.indices.dropFirst() where sorted[index] == sorted[index - 1] {
      throw .selection(.duplicateClient(sorted[index]))
    }
    self.clients = sorted
  }

  /// Refuses to draw `needed` clients of fewer.
  func require(_ needed: Int) throws(FLMathError) {
    guard clients.count >= needed else {
      throw .selection(.tooFewCandidates(needed: needed, found: clients.count))
    }
  }
}

/// The clients selected for a round, and how they were drawn.
public struct Cohort: Sendable, Hashable {
  /// The clients, in ascending order.
  public let clients: [UInt32]

  /// The seed of the draw: the same candidates and seed give the same cohort.
  public let seed: UInt64

  /// What the draw is worth to a privacy accountant.
  public let scheme: CohortSampling

  init(_ clients: some Sequence<UInt32>, seed: UInt64, scheme: CohortSampling) {
    self.clients = clients.sorted()
    self.seed = seed
    self.scheme = scheme
  }
}

/// How a cohort was drawn, as far as privacy amplification by sampling goes.
///
/// Amplification needs a draw that does not depend on anybody's data and that the adversary cannot
/// foresee: take the seed from a cryptographic generator, and keep it secret as long as the result
/// shall be protected. Only the cohort as drawn counts. That fewer report in the end, or that the
/// first of too many are taken, must not be counted as further sampling.
public enum CohortSampling: Sendable, Hashable {
  /// Of `population` clients a fixed number, without replacement, every set being equally likely.
  case fixedSize(Int, population: Int)
  /// Every client by its own coin.
  case poisson(rate: Double)
  /// From each of several fixed groups a fixed number, without replacement.
  case stratified([Stratum])
  /// By what clients report about their data or their device, or by earlier cohorts: nothing may be
  /// claimed.
  case dataDependent

  /// One group of a stratified draw.
  public struct Stratum: Sendable, Hashable {
    /// How many were drawn.
    public let size: Int
    /// How many there were.
    public let population: Int
  }

  /// The largest probability with which a client takes part: the sampling rate q that an accountant
  /// may use for this scheme. It is 1, no amplification, where the draw depends on data.
  public var rate: Double {
    switch self {
    case .fixedSize(let size, let population):
      Self.share(size, of: population)
    case .poisson(let rate):
      rate
    case .stratified(let strata):
      strata.map { Self.share($0.size, of: $0.population) }.max() ?? 1
    case .dataDependent:
      1
    }
  }

  /// The scheme for a privacy accountant. Of several groups, it is that of the group with the largest rate, whose
  /// members are protected least.
  public var accounted: SamplingScheme {
    switch self {
    case .fixedSize(let size, let population):
      .withoutReplacement(sampleSize: size, population: population)
    case .poisson(let rate):
      .poisson(probability: rate)
    case .stratified(let strata):
      strata.max { Self.share($0.size, of: $0.population) < Self.share($1.size, of: $1.population) }
        .map { .withoutReplacement(sampleSize: $0.size, population: $0.population) } ?? .none
    case .dataDependent:
      .none
    }
  }

  private static func share(_ size: Int, of population: Int) -> Double {
    population > 0 ? min(1, Double(size) / Double(population)) : 1
  }
}

extension FLMathError {
  /// Why no cohort can be drawn.
  public enum Selection: Hashable, Sendable, CustomStringConvertible {
    /// A client comes twice among the candidates or in the strata.
    case duplicateClient(UInt32)
    /// A cohort has at least one client.
    case invalidSize(Int)
    /// A sampling rate is above 0 and at most 1.
    case invalidRate(Double)
    /// There are fewer candidates than the cohort needs.
    case tooFewCandidates(needed: Int, found: Int)
    /// A candidate belongs to no stratum.
    case noStratum(UInt32)
    /// Power-of-choice draws at least as many candidates as it keeps.
    case tooFewProbes(size: Int, found: Int)
    /// A client that was asked for its loss has not answered.
    case missingLoss(UInt32)
    /// A weight to draw by, or a speed, is not a finite number above 0.
    case invalidWeight(client: UInt32, found: Double)
    /// Each of so many cohorts could differ from an earlier one by too few clients.
    case overlappingCohorts(attempts: Int)
    /// A setting of Oort is out of its range.
    case invalidOort(setting: String, found: Double)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .duplicateClient(let client):
        "Expected every client once, but client \(client) comes twice; leave one out."
      case .invalidSize(let found):
        "Expected a cohort of at least 1 client, got \(found); pass the number to draw."
      case .invalidRate(let found):
        "Expected a sampling rate above 0 and at most 1, got \(found); pass the share to draw."
      case .tooFewCandidates(let needed, let found):
        "Expected at least \(needed) candidates, got \(found); wait for more clients."
      case .noStratum(let client):
        "Expected every candidate in a stratum, but client \(client) is in none; assign it to one."
      case .tooFewProbes(let size, let found):
        "Expected at least as many clients asked as the \(size) selected, got \(found); ask more."
      case .missingLoss(let client):
        "Expected the loss of client \(client), which was asked for it, got none; "
          + "ask again or draw with another seed."
      case .invalidWeight(let client, let found):
        "Expected a finite weight above 0, but that of client \(client) is \(found); "
          + "leave clients without examples out."
      case .overlappingCohorts(let attempts):
        "Expected a cohort that differs enough from the earlier ones, got none in \(attempts) draws; "
          + "draw from more candidates, or use fixed cohorts."
      case .invalidOort(let setting, let found):
        "Expected \(setting), got \(found); keep to the defaults if in doubt."
      }
    }
  }
}
