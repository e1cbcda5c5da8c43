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
  /// - Throws: ``SelectionError`` unless the size is at least 1 and no client is in two groups.
  public init(size: Int, strata: [[UInt32]]) throws(SelectionError) {
    guard size >= 1 else { throw .invalidSize(size) }
    var stratumOfClient: [UInt32: Int] = [:]
    for (stratum, clients) in strata.enumerated() {
      for client in clients {
        guard stratumOfClient.updateValue(stratum, forKey: client) == nil else {
          throw .duplicateClient(client)
        }
      }
    }
    self.size = size
    self.strata = strata
    self.stratumOfClient = stratumOfClient
  }

  /// Draws the clients of the next round.
  ///
  /// - Throws: ``SelectionError`` if there are too few candidates or one is in no group.
  public func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(SelectionError) -> Cohort {
    try candidates.require(size)
    var present = [[UInt32]](repeating: [], count: strata.count)
    for client in candidates.clients {
      guard let stratum = stratumOfClient[client] else { throw .noStratum(client) }
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
