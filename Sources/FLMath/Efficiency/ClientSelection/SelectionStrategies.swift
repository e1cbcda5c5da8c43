/// A fixed number of clients, every set of them being equally likely.
///
/// McMahan et al. 2017, Algorithm 1. To an accountant it is sampling of a fixed size without
/// replacement.
public struct UniformSelection: ClientSelection, Hashable {
  /// The number of clients to draw.
  public let size: Int

  /// Draws `size` clients.
  ///
  /// - Throws: ``FLMathError/Selection/invalidSize(_:)`` unless that is at least 1.
  public init(size: Int) throws(FLMathError) {
    guard size >= 1 else { throw .selection(.invalidSize(size)) }
    self.size = size
  }

  /// Draws the clients of the next round.
  ///
  /// - Throws: ``FLMathError/Selection/tooFewCandidates(needed:found:)``.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort {
    try candidates.require(size)
    var generator = SimulationGenerator(seed: seed)
    return Cohort(
      generator.sample(size, of: candidates.clients), seed: seed,
      scheme: .fixedSize(size, population: candidates.clients.count))
  }
}

/// Every client with the same probability, independently of all others. The cohort's size varies, and
/// may be 0.
///
/// What most privacy accounting is about (Abadi et al. 2016, "Deep Learning with Differential
/// Privacy"; McMahan et al. 2018 for clients).
public struct PoissonSelection: ClientSelection, Hashable {
  /// The probability with which a client is drawn.
  public let rate: Double

  /// Draws every client with the probability `rate`.
  ///
  /// - Throws: ``FLMathError/Selection/invalidRate(_:)`` unless that is above 0 and at most 1.
  public init(rate: Double) throws(FLMathError) {
    guard rate > 0, rate <= 1 else { throw .selection(.invalidRate(rate)) }
    self.rate = rate
  }

  /// Draws the clients of the next round.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort {
    var generator = SimulationGenerator(seed: seed)
    var chosen: [UInt32] = []
    for client in candidates.clients where generator.uniformUnit() < rate {
      chosen.append(client)
    }
    return Cohort(chosen, seed: seed, scheme: .poisson(rate: rate))
  }
}

/// From each of several groups of clients as many as its share of all candidates, at random within
/// the group: regions, device types or hospitals are all there in every round.
///
/// The groups must not follow from the clients' data. A group's share is rounded so that the sizes
/// add up (largest remainders first; of equal ones the earlier group).
public struct StratifiedSelection: ClientSelection, Hashable {
  /// The number of clients to draw, from all groups together.
  public let size: Int

  /// The groups.
  public let strata: [[UInt32]]

  private let stratumOfClient: [UInt32: Int]

  /// Draws `size` clients, from each of `strata` by its share.
  ///
  /// - Throws: ``FLMathError`` unless the size is at least 1 and no client is in two groups.
  public init(size: Int, strata: [[UInt32]]) throws(FLMathError) {
    guard size >= 1 else { throw .selection(.invalidSize(size)) }
    var stratumOfClient: [UInt32: Int] = [:]
    for (stratum, clients) in strata.enumerated() {
      for client in clients {
        guard stratumOfClient.updateValue(stratum, forKey: client) == nil else {
          throw .selection(.duplicateClient(client))
        }
      }
    }
    self.size = size
    self.strata = strata
    self.stratumOfClient = stratumOfClient
  }

  /// Draws the clients of the next round.
  ///
  /// - Throws: ``FLMathError`` if there are too few candidates or one is in no group.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort {
    try candidates.require(size)
    var present = [[UInt32]](repeating: [], count: strata.count)
    for client in candidates.clients {
      guard let stratum = stratumOfClient[client] else { throw .selection(.noStratum(client)) }
      present[stratum].append(client)
    }
    let sizes = shares(of: present.map(\.count))
    var generator = SimulationGenerator(seed: seed)
    var chosen: [UInt32] = []
    for (clients, size) in zip(present, sizes) {
      chosen += generator.sample(size, of: clients)
    }
    let drawn = zip(present, sizes).compactMap { clients, size in
      clients.isEmpty
        ? nil : CohortSampling.Stratum(size: size, population: clients.count)
    }
    return Cohort(chosen, seed: seed, scheme: .stratified(drawn))
  }

  /// How many to draw of each group of `counts` candidates.
  private func shares(of counts: [Int]) -> [Int] {
    let total = counts.reduce(0, +)
    // Exact division: full-width products cannot overflow, and size is at most total.
    let divided = counts.map { count in
      let product = UInt(count).multipliedFullWidth(by: UInt(size))
      return UInt(total).dividingFullWidth(product)
    }
    var sizes = divided.map { Int($0.quotient) }
    let byRemainder = sizes.indices.sorted {
      (divided[$0].remainder, $1) > (divided[$1].remainder, $0)
    }
    for stratum in byRemainder.prefix(size - sizes.reduce(0, +)) {
      sizes[stratum] += 1
    }
    return sizes
  }
}

/// Of several clients drawn by their numbers of examples, those whose loss is largest: they have most
/// left to learn, so training is faster, and less even.
///
/// Cho, Wang and Joshi 2020, "Client Selection in Federated Learning: Convergence Analysis and
/// Power-of-Choice Selection Strategies" (pow-d): d clients are drawn without replacement
/// by their shares of the data, each is sent the model and answers with its loss, and the m largest
/// are kept. It depends on data, so it must not count as sampling in privacy accounting; and a client
/// that lies about its loss is selected as often as it is asked.
public struct PowerOfChoice: ClientSelection, Hashable {
  /// The number m of clients to keep.
  public let size: Int

  /// The number d of clients to ask; less if there are not so many. With d = m it is drawing by
  /// numbers of examples.
  public let asked: Int

  /// The number of examples of every client.
  public let examples: [UInt32: Int]

  /// Asks `asked` clients and keeps `size` of them.
  ///
  /// - Parameter examples: the number of examples, at least 1, of every client that may come.
  /// - Throws: ``FLMathError`` unless `size` is at least 1 and `asked` at least `size`.
  public init(
    size: Int, asked: Int, examples: [UInt32: Int]
  ) throws(FLMathError) {
    guard size >= 1 else { throw .selection(.invalidSize(size)) }
    guard asked >= size else { throw .selection(.tooFewProbes(size: size, found: asked)) }
    self.size = size
    self.asked = asked
    self.examples = examples
  }

  /// The d clients to ask.
  ///
  /// - Throws: ``FLMathError`` if there are too few candidates, or one has no examples.
  public func clientsToAsk(
    among candidates: Candidates, seed: UInt64
  ) throws(FLMathError) -> [UInt32] {
    try candidates.require(size)
    var weights: [Double] = []
    for client in candidates.clients {
      let weight = Double(examples[client] ?? 0)
      guard weight > 0 else { throw .selection(.invalidWeight(client: client, found: weight)) }
      weights.append(weight)
    }
    var generator = SimulationGenerator(seed: seed)
    return generator.sample(asked, of: candidates.clients, weights: weights).sorted()
  }

  /// The m clients with the largest losses; of equal ones those with the smaller ids. A loss that is
  /// not a number counts as the smallest.
  ///
  /// - Throws: ``FLMathError`` as ``clientsToAsk(among:seed:)``, or if an answer is missing.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort {
    var answers: [(client: UInt32, loss: Double)] = []
    for client in try clientsToAsk(among: candidates, seed: seed) {
      guard let loss = losses[client] else { throw .selection(.missingLoss(client)) }
      answers.append((client, loss.isNaN ? -.infinity : loss))
    }
    answers.sort { ($0.loss, $1.client) > ($1.loss, $0.client) }
    return Cohort(answers.prefix(size).map(\.client), seed: seed, scheme: .dataDependent)
  }
}
