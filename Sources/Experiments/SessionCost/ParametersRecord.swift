import FLMath
import FLReport
package import SecAgg
import SecAggWire
import SimulatedSessions

/// What the `parameters` subcommand computes and writes as JSON. The keys are the property names;
/// `null` means that there is no value, or the logarithm of zero.
package struct ParametersRecord: Encodable, Sendable {
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
  /// Bytes sent by one client if no client drops out.
  var bytesUpPerClient: Int
  /// Bytes received by one client if no client drops out.
  var bytesDownPerClient: Int
  /// Bytes sent and received, over those of the plain vector.
  var expansion: Double
}

extension ParametersRecord {
  /// - Parameter plainBitsOfElement: bits of an element of the vector that would be sent without
  ///   secure aggregation.
  package init(
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

extension ParametersRecord {
  /// The record as text for a terminal. Ends without a newline.
  package func terminalText() -> String {
    let plainBytes = Double(dimension) * Double(valueBits) / 8
    let assumed = [
      Quantity.counted(clients, "client"), "\(Quantity.percent(corrupt)) corrupt",
      "\(Quantity.percent(dropout)) drop out" + (corruptDropOut ? " and the corrupt as well" : ""),
      "\(threatModel) server", "\(dropouts) dropouts",
      roster == "full"
        ? "full roster" : "\(Quantity.counted(minimumContributors, "contributor")) or more",
    ]
    let rows: [[String]] =
      [
        ["degree", DecimalText.integer(degree), "neighbours of a client"],
        ["threshold", DecimalText.integer(threshold), "shares that recover a secret"],
        [
          "leak", Self.power(of: log2LeakProbability),
          "at most, that more than the sum is learnt; asked for 2^-\(sigma)",
        ],
      ] + causes + [
        [
          "failure", Self.power(of: log2FailureProbability),
          "at most, that no sum comes out by chance; asked for 2^-\(eta)",
        ],
        ["up", Quantity.bytes(bytesUpPerClient), "from a client"],
        ["down", Quantity.bytes(bytesDownPerClient), "to a client"],
        ["messages", DecimalText.integer(messagesPerClient), "to and from a client"],
        [
          "expansion", DecimalText.fixed(expansion, decimals: 2),
          "times the plain vector of \(Quantity.bytes(plainBytes))",
        ],
      ]
    var lines = [assumed.joined(separator: ", "), ""]
    // The explanations stay out of the columns, which would fill them up with spaces.
    let figures = TextColumns.aligned(rows.map { Array($0.prefix(2)) }, leftAligned: [0])
    lines += zip(figures, rows).map { "\($0)  \($1[2])" }
    if !meetsTargets { lines += ["", "Not enough for what was asked for."] }
    return lines.joined(separator: "\n")
  }

  /// What the leak is made of.
  private var causes: [[String]] {
    let parts = [
      "  two parts", Self.power(of: log2Disconnection),
      dropouts == "random"
        ? "two arcs of corrupt and dropped clients" : "two arcs with t - k/2 corrupt clients each",
    ]
    guard threatModel == "malicious" else {
      return [
        parts,
        [
          "  one secret", Self.power(of: log2CorruptNeighbours), "t corrupt neighbours of a client",
        ],
      ]
    }
    let secrets = [
      "  both secrets", Self.power(of: log2BothSecrets), "2t - k corrupt neighbours of a client",
    ]
    guard dropouts == "chosen" else { return [parts, secrets] }
    let sets = [
      "  two sets", Self.power(of: log2ContributorSets),
      "2t - k - 1 corrupt clients among the k + 1 that endorse the contributors",
    ]
    return [parts, secrets, sets]
  }

  /// A probability as a power of two; its logarithm is no number for 0.
  private static func power(of logarithm: Double) -> String {
    logarithm.isFinite ? "2^" + DecimalText.fixed(logarithm, decimals: 1) : "0"
  }
}
