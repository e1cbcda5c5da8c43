import ArgumentParser
import Experiments
import FLMath
import SecAgg

extension SessionAssumptions.Dropouts {
  fileprivate init(_ option: DropoutsOption) {
    switch option {
    case .random: self = .random
    case .chosen: self = .chosen
    }
  }
}

/// The values of `--dropouts`.
enum DropoutsOption: String, ExpressibleByArgument, CaseIterable {
  case random
  case chosen
}

/// The values of `--roster`.
enum RosterOption: String, ExpressibleByArgument, CaseIterable {
  case full
  case any
}

/// The smallest graph and threshold for some assumptions, or the risk of given ones.
struct ParametersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parameters",
    abstract: "Compute the degree and threshold that a session needs, what they risk and cost.",
    discussion: """
      With --degree and --threshold, compute what these risk instead. Bytes are those of a \
      client's messages when nobody leaves: up, 8 for each 64-bit word of the vector and 172 + 2v \
      for each neighbour; down, 198 + 3v for each neighbour; v is the length of an id, 1 to 3; \
      the rest is below 500.
      """)

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(
    help: "Share of the clients that collude with the server. Default: 0.05, or one of them.")
  var corrupt: Double?

  @Option(help: "Share of the clients that drop out, at whatever point.")
  var dropout = 0.1

  @Option(
    help: """
      random, or chosen by the server after it has seen the graph. Default: random for a \
      semi-honest server, chosen for a malicious one.
      """)
  var dropouts: DropoutsOption?

  @Option(
    help: "full: all clients advertise keys; any: as few of them as the minimum of contributors.")
  var roster: RosterOption = .any

  @Flag(help: "The colluding clients drop out as well, in addition to --dropout.")
  var corruptDropOut = false

  @Option(help: "Fewest contributors to a sum. Default: the clients that stay.")
  var minimumContributors: Int?

  @Option(help: "semi-honest or malicious: what is assumed of the server.")
  var threatModel: ThreatModelOption = .semiHonest

  @Option(help: "More than the sum is learnt with a probability of at most 2^-SIGMA.")
  var sigma = 40

  @Option(help: "No sum comes out, by chance, with a probability below 2^-ETA.")
  var eta = 20

  @Option(help: "Neighbours of a client, for the inverse question.")
  var degree: Int?

  @Option(help: "Shares that recover a secret, for the inverse question.")
  var threshold: Int?

  @Option(help: "Number of elements of a client's vector.")
  var dimension = 100_000

  @Option(help: "Least bits of an element; bits that the lanes leave over are used as well.")
  var valueBits = 16

  @OptionGroup var output: RecordOptions

  func validate() throws {
    guard (degree == nil) == (threshold == nil) else {
      throw ValidationError("--degree and --threshold belong together; give both or neither")
    }
  }

  func run() throws {
    let record = try record()
    if output.printsLines { print(record.terminalText()) }
    try output.write(record)
  }

  /// - Throws: `ValidationError` with the reason, whatever does not fit.
  private func record() throws -> ParametersRecord {
    do {
      let assumptions = try SessionAssumptions(
        cohortSize: clients, corruptFraction: corrupt, dropoutFraction: dropout,
        threatModel: threatModel.threatModel, dropouts: dropouts.map { .init($0) },
        rosters: roster == .full ? .full : .any, corruptClientsDropOut: corruptDropOut,
        minimumContributors: minimumContributors, securityBits: sigma, failureBits: eta)
      let layout = try VectorLayout(
        elementCount: dimension,
        lanes: LaneLayout(minimumValueBits: valueBits, maximumContributors: clients))
      let graph =
        if let degree, let threshold {
          GraphParameters(degree: degree, threshold: threshold)
        } else {
          try assumptions.smallestGraph()
        }
      return try ParametersRecord(
        assumptions: assumptions, threatModel: threatModel.rawValue, graph: graph,
        risk: assumptions.risk(of: graph), layout: layout, plainBitsOfElement: valueBits)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
