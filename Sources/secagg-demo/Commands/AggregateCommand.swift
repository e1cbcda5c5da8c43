import ArgumentParser
import Experiments
import FLMath
import SecAgg
import SimulatedSessions

/// The cost of one aggregation of random vectors for each role, without training.
struct AggregateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aggregate",
    abstract: "Aggregate random vectors once and report time, memory and bytes by phase and role.",
    discussion: """
      The server and one of the clients run in processes of their own, so that their peak memory \
      is their own. CPU times are those of the roles' work, without the pipes between them.
      """)

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(help: "Number of elements of a client's vector.")
  var dimension = 100_000

  @Option(help: "Share of the clients that leave after sharing their keys, from 0 to 1.")
  var dropout = 0.0

  @Option(help: "Least bits of an element; bits that the lanes leave over are used as well.")
  var valueBits = 16

  @Option(help: "semi-honest or malicious.")
  var threatModel: ThreatModelOption = .semiHonest

  @Option(help: "chacha20 or aes256ctr; the latter needs a processor with instructions for AES.")
  var cipher = MaskCipherOption(.fastestHere)

  @Option(help: "Threads of the server and of the client that have processes of their own.")
  var threads = 1

  @OptionGroup var graph: GraphOptions

  @Option(help: "Seed of the vectors and of who leaves. Keys are random in every run.")
  var seed: UInt64 = 1

  @OptionGroup var output: RecordOptions

  func validate() throws {
    guard dropout >= 0, dropout <= 1 else {
      throw ValidationError("--dropout must be from 0 to 1, found \(dropout)")
    }
    guard dimension >= 1, dimension <= 100_000_000 else {
      throw ValidationError("--dimension must be from 1 to 100000000, found \(dimension)")
    }
    guard clients <= 100_000 else {
      throw ValidationError("--clients must be at most 100000, found \(clients)")
    }
    guard threads >= 1, threads <= 1024 else {
      throw ValidationError("--threads must be from 1 to 1024, found \(threads)")
    }
    _ = try graph.resolved(clients: clients, dropout: dropout, points: 1)
    _ = try lanes()
  }

  private func lanes() throws -> LaneLayout {
    do {
      return try LaneLayout(minimumValueBits: valueBits, maximumContributors: clients)
    } catch {
      throw ValidationError("--value-bits: \(error)")
    }
  }

  func run() async throws {
    let (degree, threshold) = try graph.resolved(
      clients: clients, dropout: dropout, points: 1)
    let parameters = try SessionParameters(
      threatModel: threatModel.threatModel, cohortSize: clients, degree: degree,
      threshold: threshold, layout: VectorLayout(elementCount: dimension, lanes: lanes()),
      minimumContributors: 2, maskCipher: cipher.maskCipher,
      applicationContext: SessionParameters.applicationContext(of: Array("aggregate".utf8)))
    let run = try AggregationRun(
      parameters: parameters, graph: graph.graph, dropout: dropout, threads: threads, seed: seed)
    var bar = ProgressBar(quiet: output.quiet)
    let (record, refusal) = try await run.run { round, done, count in
      bar.update(completed: done, total: count, note: round.description)
    }
    bar.finish()

    if output.printsLines {
      print(record.terminalTable())
      if let refusal { print("No sum: \(refusal)") }
    }
    try output.write(record)
    if record.sumsEqual == false { throw ExitCode(1) }
  }
}
