internal import FLMath

/// What can go wrong in a Harary graph of degree k over a random permutation of n clients, as exact
/// probabilities (Bell et al. 2020, sections 3 and 4, who bound them).
///
/// For the complete graph, k = n - 1, chance has no part: nothing disconnects it, every honest
/// client has all A corrupt ones as neighbours, and S or S - 1 that stay. The formulas say the same:
/// the threshold must be above A and at most S - 1.
struct GraphRequirements {
  let assumptions: SessionAssumptions

  private var count: Int { assumptions.cohortSize }
  private var cohortSize: Double { Double(count) }

  /// The target for each of the two ways to leak, which may add up to 2^-sigma.
  var leakTarget: LogProbability {
    LogProbability(log2: -Double(assumptions.securityBits + 1))
  }

  /// The target for a secret that cannot be recovered.
  var failureTarget: LogProbability {
    LogProbability(log2: -Double(assumptions.failureBits))
  }

  /// The corrupt ones among the neighbours of a client.
  func corruptNeighbours(degree: Int) -> HypergeometricDistribution {
    HypergeometricDistribution(
      population: count, marked: assumptions.corruptClients, draws: degree)
  }

  /// Those among the neighbours of a client that stay.
  func stayingNeighbours(degree: Int) -> HypergeometricDistribution {
    HypergeometricDistribution(
      population: count, marked: assumptions.stayingClients, draws: degree)
  }

  /// That the honest clients that stay fall apart into two parts, whose sums the server then learns.
  ///
  /// To cut the circle, two stretches of k/2 neighbouring places must be corrupt or dropped. There
  /// are n (n - k - 1) / 2 pairs of stretches, and the permutation puts such clients on given k
  /// places with probability C(A + D, k) / C(n, k).
  func disconnection(degree: Int) -> LogProbability {
    let lost = min(count, assumptions.corruptClients + assumptions.droppedClients)
    let cut = HypergeometricDistribution(population: count, marked: lost, draws: degree)
    return cut.probability(of: degree)
      .unionBound(over: cohortSize * Double(count - degree - 1) / 2)
  }

  /// That some client has at least `corrupt` corrupt neighbours.
  func exposure(degree: Int, corrupt: Int) -> LogProbability {
    corruptNeighbours(degree: degree).upperTail(above: corrupt - 1).unionBound(over: cohortSize)
  }

  /// That some client has fewer than `threshold` neighbours that stay.
  func failure(degree: Int, threshold: Int) -> LogProbability {
    stayingNeighbours(degree: degree).lowerTail(below: threshold).unionBound(over: cohortSize)
  }

  /// Whether the graph stays in one piece.
  func isConnected(degree: Int) -> Bool { disconnection(degree: degree) < leakTarget }

  /// The least number of corrupt neighbours that is improbable enough to rely on, minus 1: t1.
  ///
  /// - Parameter start: a number known to be at most the answer. Tails fall as `x` grows, so
  ///   bisection finds the first that is small enough.
  func corruptNeighbourBound(degree: Int, from start: Int) -> Int {
    func suffices(_ x: Int) -> Bool { exposure(degree: degree, corrupt: x + 1) <= leakTarget }
    if suffices(start) { return start }
    // From one degree to the next it is a step or two, from nothing it is many.
    var (low, step) = (start, 1)
    while !suffices(low + step) {
      low += step
      step *= 2
    }
    var high = low + step
    while high - low > 1 {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// The smallest threshold that `corrupt` corrupt neighbours cannot get round.
  func threshold(degree: Int, corruptNeighbours corrupt: Int) -> Int {
    switch assumptions.threatModel {
    case .semiHonest: max(2, corrupt + 1)
    case .malicious:
      max(2, corrupt + 1, sharesOfBothSecrets(degree: degree, corrupt: corrupt) / 2 + 1)
    }
  }

  /// The shares of the two secrets of one client that a server gets that tells some of its
  /// neighbours that it left, and others that it stayed: one of each honest neighbour, two of each
  /// corrupt one. Twice the threshold must be more (Bell et al. 2020, section 4).
  private func sharesOfBothSecrets(degree: Int, corrupt: Int) -> Int { degree + corrupt }
}
