import FLMath
import SecAgg
import SecAggWire

/// What the `parameters` subcommand computes and writes as JSON. The keys are the property names;
/// `null` means that there is no value, or the logarithm of zero.
struct ParametersRecord: Codable, Sendable, Equatable {
  var clients: Int
  /// Share of the clients that collude with the server.
  var corrupt: Double
  /// Share of the clients that drop out.
  var dropout: Double
  /// "random" or "chosen".
  var dropouts: String
  /// "full" or "any".
  var roster: String
  /// Whether the colluding clients drop out as well.
  var corruptDropOut: Bool
  /// Fewest contributors to a sum.
  var minimumContributors: Int
  /// "semi-honest" or "malicious".
  var threatModel: String
  /// Statistical security asked for, in bits.
  var sigma: Int
  /// Correctness asked for, in bits.
  var eta: Int
  /// Neighbours of each client.
  var degree: Int
  /// Shares needed to rebuild a secret.
  var threshold: Int
  /// That more than the sum is learnt: an upper bound.
  var leakProbability: Double
  @FiniteOrNull var log2LeakProbability: Double
  /// The parts of it: that the graph is cut in two, by arcs of colluding and dropped clients.
  @FiniteOrNull var log2Disconnection: Double
  /// That a client has a threshold of colluding neighbours.
  @FiniteOrNull var log2CorruptNeighbours: Double
  /// That a client has as many colluding neighbours as give away both its secrets; malicious only.
  @FiniteOrNull var log2BothSecrets: Double
  /// That the endorsers can endorse two sets of contributors; malicious only.
  @FiniteOrNull var log2ContributorSets: Double
  /// That no sum comes out, although no more clients left than assumed: an upper bound.
  var failureProbability: Double
  @FiniteOrNull var log2FailureProbability: Double
  /// Whether both probabilities are as small as asked for.
  var meetsTargets: Bool
  /// Elements of a client's vector.
  var dimension: Int
  /// Bits of an element of the plain vector.
  var valueBits: Int
  /// Messages to and from one client.
  var messagesPerClient: Int
  /// Bytes sent by one client when nobody leaves.
  var bytesUpPerClient: Int
  /// Bytes received by one client when nobody leaves.
  var bytesDownPerClient: Int
  /// Bytes sent and received, over those of the plain vector.
  var expansion: Double
}

extension ParametersRecord {
  /// - Parameter plainBitsOfElement: bits of an element of the vector that would be sent without
  ///   secure aggregation.
  init(
    assumptions: SessionAssumptions, threatModel: String, graph: GraphParameters,
    risk: GraphRisk, layout: VectorLayout, plainBitsOfElement: Int
  ) {
    let traffic = SessionTraffic(
      threatModel: assumptions.threatModel, cohortSize: assumptions.cohortSize,
      degree: graph.degree, threshold: graph.threshold, wordCount: layout.wordCount)
    let plainBytes = Double(layout.elementCount) * Double(plainBitsOfElement) / 8
    self.init(
      clients: assumptions.cohortSize, corrupt: assumptions.corruptFraction,
      dropout: assumptions.dropoutFraction,
      dropouts: assumptions.dropouts == .random ? "random" : "chosen",
      roster: assumptions.rosters == .full ? "full" : "any",
      corruptDropOut: assumptions.corruptClientsDropOut,
      minimumContributors: max(assumptions.minimumContributors, graph.threshold + 1),
      threatModel: threatModel,
      sigma: assumptions.securityBits, eta: assumptions.failureBits, degree: graph.degree,
      threshold: graph.threshold, leakProbability: risk.leak.value,
      log2LeakProbability: risk.leak.log2, log2Disconnection: risk.disconnection.log2,
      log2CorruptNeighbours: risk.corruptNeighbours.log2,
      log2BothSecrets: risk.bothSecrets?.log2 ?? -.infinity,
      log2ContributorSets: risk.contributorSets?.log2 ?? -.infinity,
      failureProbability: risk.failure.value,
      log2FailureProbability: risk.failure.log2,
      meetsTargets: risk.leak.log2 <= -Double(assumptions.securityBits)
        && risk.failure.log2 < -Double(assumptions.failureBits),
      dimension: layout.elementCount, valueBits: plainBitsOfElement,
      messagesPerClient: traffic.messagesUp + traffic.messagesDown,
      bytesUpPerClient: traffic.bytesUp, bytesDownPerClient: traffic.bytesDown,
      expansion: Double(traffic.bytesUp + traffic.bytesDown) / plainBytes)
  }
}
