internal import FLMath

/// What a graph of degree k with threshold t must keep to.
///
/// For the complete graph, k = n - 1, chance has no part: nothing disconnects it, every honest
/// client has all A corrupt clients as neighbours, and S or S - 1 that stay. The formulas give the
/// same: the threshold must be above A and at most S - 1.
struct GraphRequirements {
  let assumptions: SessionAssumptions
  private let leaks: LeakBounds

  init(assumptions: SessionAssumptions) {
    self.assumptions = assumptions
    leaks = LeakBounds(
      cohortSize: assumptions.cohortSize, corruptClients: assumptions.corruptClients,
      minimumContributors: assumptions.minimumContributors,
      threatModel: assumptions.threatModel, dropouts: assumptions.dropouts,
      rosters: assumptions.rosters)
  }

  /// A bound for the probability that some client has fewer than `threshold` neighbours that stay.
  ///
  /// The full roster is the worst: clients that never advertised keys take no place among anybody's
  /// neighbours, and as many stay.
  func failure(degree: Int, threshold: Int) -> LogProbability {
    stayingNeighbours(degree: degree).lowerTail(below: threshold)
      .unionBound(over: Double(assumptions.cohortSize))
  }

  private func stayingNeighbours(degree: Int) -> HypergeometricDistribution {
    HypergeometricDistribution(
      population: assumptions.cohortSize, marked: assumptions.stayingClients, draws: degree)
  }

  /// Whether enough neighbours stay, with a probability of failure below 2^-eta.
  func isRecoverable(degree: Int, threshold: Int) -> Bool {
    failure(degree: degree, threshold: threshold).log2 < -Double(assumptions.failureBits)
  }

  /// Whether at most 2^-sigma leaks.
  ///
  /// For random dropouts, connection and secrets have one half of it each (Bell et al. 2020, sections 3
  /// and 4); else the sum of all causes counts.
  func isSafe(degree: Int, threshold: Int) -> Bool {
    switch assumptions.dropouts {
    case .random:
      leaks.disconnection(degree: degree, threshold: threshold).log2
        < -Double(assumptions.securityBits + 1)
        && keepsSecrets(degree: degree, threshold: threshold)
    case .chosen:
      keepsSecrets(degree: degree, threshold: threshold)
    }
  }

  /// Whether the threshold is large enough, wherever the graph may be cut by random dropouts.
  func keepsSecrets(degree: Int, threshold: Int) -> Bool {
    switch assumptions.dropouts {
    case .random:
      leaks.exposure(
        degree: degree, corrupt: leaks.exposing(degree: degree, threshold: threshold)
      ).log2 <= -Double(assumptions.securityBits + 1)
    case .chosen:
      leaks.leak(degree: degree, threshold: threshold).log2 <= -Double(assumptions.securityBits)
    }
  }

  /// Whether one term of the tail already makes the probability of failure too large.
  ///
  /// Complexity: O(1).
  func failsByOneTerm(degree: Int, threshold: Int) -> Bool {
    // For a threshold above the mean, the term at the mean is the one to look at.
    let mean = degree * assumptions.stayingClients / assumptions.cohortSize
    return stayingNeighbours(degree: degree).probability(of: min(threshold - 1, mean))
      .unionBound(over: Double(assumptions.cohortSize)).log2 >= -Double(assumptions.failureBits)
  }

  /// Whether one term of the tails already makes the probability of a leak in this sparse graph too large.
  ///
  /// Complexity: O(1).
  func leaksByOneTerm(degree: Int, threshold: Int) -> Bool {
    let bits = assumptions.securityBits + (assumptions.dropouts == .random ? 1 : 0)
    return leaks.leastLeak(degree: degree, threshold: threshold).log2 > -Double(bits)
  }

  func risk(degree: Int, threshold: Int) -> GraphRisk {
    leaks.risk(
      degree: degree, threshold: threshold,
      failure: failure(degree: degree, threshold: threshold))
  }

  /// The smallest threshold of the complete graph, which may be more than its degree.
  var completeThreshold: Int {
    let corrupt = assumptions.corruptClients
    return switch assumptions.threatModel {
    case .semiHonest: max(2, corrupt + 1)
    case .malicious: max(2, corrupt + 1, (assumptions.cohortSize - 1 + corrupt) / 2 + 1)
    }
  }
}
