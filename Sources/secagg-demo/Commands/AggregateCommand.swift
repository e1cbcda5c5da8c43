import ArgumentParser
import FLMath
import Foundation
import SecAgg

/// One aggregation of random vectors, without training: what it costs each role.
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
  var cipher: MaskCipherOption = .fastest

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
    let started = ContinuousClock.now
    let (degree, threshold) = try graph.resolved(
      clients: clients, dropout: dropout, points: 1)
    try MemoryLimit.check(dimension: dimension, clients: clients, degree: degree)
    let layout = try VectorLayout(elementCount: dimension, lanes: lanes())
    let parameters = try SessionParameters(
      threatModel: threatModel.threatModel, cohortSize: clients, degree: degree,
      threshold: threshold, layout: layout,
      minimumContributors: 2, maskCipher: cipher.maskCipher,
      applicationContext: SessionParameters.applicationContext(of: Array("aggregate".utf8)))
    var generator = SimulationGenerator(seed: seed)
    let leaving = LeavingPoint.draw(
      clients: clients, shares: [.afterSharingKeys: dropout], using: &generator)
    let vectors = RandomVectors(seed: seed, layout: layout)

    var bar = ProgressBar(quiet: output.quiet)
    // One client that stays to the end gets a process of its own as well, for its memory.
    let apart = ClientID.all(cohortSize: clients).first { leaving[$0] == nil }
    let client = try apart.map {
      try RemoteClient(id: $0, parameters: parameters, seed: seed, threadCount: threads)
    }
    let identities = try SimulatedIdentities(seed: seed, for: parameters)
    var run = SessionRun(parameters: parameters, leaving: leaving) { id in
      if let client, client.id == id { return client }
      return try SessionClient(
        id: id, parameters: parameters, expecting: parameters.applicationContext,
        identities: identities)
    }
    run.clientsAtOnce = 4
    run.progress = { round, done, count in
      bar.update(completed: done, total: count, note: round.description)
    }
    var server = try RemoteServer(parameters: parameters, seed: seed, threadCount: threads)
    let report = try await run.run(with: &server, input: vectors.vector)
    try server.close()
    try client?.close()
    bar.finish()

    let sumsEqual = try report.sums.map { sums in
      try sums.sums == vectors.plaintextSum(of: sums.contributors)
    }
    let record = AggregationRecord(
      run: report, parameters: parameters, graph: graph.graph.rawValue, dropout: dropout,
      threads: threads, sumsEqual: sumsEqual,
      wallMilliseconds: (ContinuousClock.now - started).milliseconds)
    if output.printsLines {
      print(record.terminalTable())
      if let refusal = report.refusal { print("No sum: \(refusal)") }
    }
    try output.write(record)
    if sumsEqual == false { throw ExitCode(1) }
  }
}
