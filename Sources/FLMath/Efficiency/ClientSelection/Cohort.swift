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

  /// The scheme in the words of a privacy accountant. Of several groups that with the largest rate
  /// stands for all: nobody is in a weaker position than its members.
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
