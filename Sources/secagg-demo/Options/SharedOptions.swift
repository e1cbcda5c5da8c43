import ArgumentParser
import Experiments
import SecAgg

/// The options for the graph and the threshold of a session.
struct GraphOptions: ParsableArguments {
  @Option(
    help: """
      complete: everybody masks with everybody; sparse: with as few neighbours as will do, or \
      --degree of them.
      """)
  var graph: GraphKind = .complete

  @Option(help: "Neighbours of a client in the sparse graph, an even number.")
  var degree: Int?

  @Option(help: "Shares that recover a client's secret, of those that its neighbours hold.")
  var threshold: Int?

  /// The degree and threshold for a cohort: those given, or else more than half of the complete
  /// graph's degree, or the smallest that the calculator finds for the sparse graph.
  ///
  /// - Parameters:
  ///   - dropout: the share of the cohort that leaves at one point.
  ///   - points: the number of points at which so many leave.
  /// - Throws: `ValidationError` for values that no session can have, and for dropouts that no sparse graph
  ///   tolerates. The caller did not ask for a complete one.
  func resolved(
    clients: Int, dropout: Double, points: Int
  ) throws -> (degree: Int, threshold: Int) {
    guard clients >= 3 else {
      throw ValidationError("--clients must be at least 3, found \(clients)")
    }
    let usual: GraphParameters
    switch graph {
    case .complete:
      guard self.degree == nil || self.degree == clients - 1 else {
        throw ValidationError(
          "--degree belongs to --graph sparse; the complete graph has \(clients - 1)")
      }
      // More than half, so that no two sets of answers could unmask two sums.
      usual = GraphParameters(degree: clients - 1, threshold: max(2, (clients - 1) / 2 + 1))
    case .sparse:
      usual = try sparse(clients: clients, dropout: dropout, points: points)
    }
    let threshold = self.threshold ?? usual.threshold
    guard threshold >= 2, threshold <= usual.degree else {
      throw ValidationError("--threshold must be from 2 to \(usual.degree), found \(threshold)")
    }
    return (usual.degree, threshold)
  }

  private func sparse(clients: Int, dropout: Double, points: Int) throws -> GraphParameters {
    if let degree {
      guard degree >= 2, degree < clients, degree % 2 == 0 || degree == clients - 1 else {
        throw ValidationError(
          "--degree must be an even number from 2 to \(clients - 1), found \(degree)")
      }
      // The caller chose the degree, and is responsible for enough neighbours that do not drop out.
      do {
        let threshold = try SessionAssumptions(cohortSize: clients, dropoutFraction: 0)
          .smallestThreshold(degree: degree)
        return GraphParameters(degree: degree, threshold: threshold)
      } catch {
        throw ValidationError("\(error)")
      }
    }
    // Each point takes its own clients, and a whole number of them, which may be the next larger.
    let leaving = Double(points) * (dropout * Double(clients)).rounded(.up) / Double(clients)
    do {
      return try SessionAssumptions(cohortSize: clients, dropoutFraction: leaving).smallestGraph()
    } catch {
      throw ValidationError(
        "--graph sparse: \(error); or choose --degree and --threshold yourself")
    }
  }
}

/// The options for the clients' training, and the seed.
struct ClientTrainingOptions: ParsableArguments {
  @Option(
    help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS]. (default: iid; compare: dirichlet:0.1)")
  var partition: PartitionOption?

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients. (default: 0.3; explain: 0.05)")
  var learningRate: Double?

  @Option(help: "Seed of everything random but the keys, which are others in every run.")
  var seed: UInt64 = 1

  /// The options as numbers, for a command with these defaults.
  func settings(
    partition: PartitionOption = .iid, learningRate: Double = 0.3
  ) -> ClientTrainingSettings {
    ClientTrainingSettings(
      partition: self.partition ?? partition, localEpochs: localEpochs,
      batchSize: batchSize, learningRate: self.learningRate ?? learningRate, seed: seed)
  }
}

// The choices of the experiments, by the names that records have for them as well.
extension AlgorithmOption: ExpressibleByArgument {}
extension AttackOption: ExpressibleByArgument {}
extension AuditAssumption: ExpressibleByArgument {}
extension CompressionOption: ExpressibleByArgument {}
extension DemoData.Name: ExpressibleByArgument {}
extension GraphKind: ExpressibleByArgument {}
extension MaskCipherOption: ExpressibleByArgument {}
extension ModelOption: ExpressibleByArgument {}
extension PersonalizationOption: ExpressibleByArgument {}
extension RuleOption: ExpressibleByArgument {}
extension ThreatModelOption: ExpressibleByArgument {}

extension PartitionOption: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument)
  }

  package var defaultValueDescription: String { text }

  /// The values that an error names.
  package static var allValueStrings: [String] {
    ["iid", "dirichlet[:ALPHA]", "by-label[:SHARDS]"]
  }
}
