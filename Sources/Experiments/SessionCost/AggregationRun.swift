import FLMath
import FLReport
import Foundation
package import SecAgg
import SimulatedSessions

/// One aggregation of random vectors, without training, to see what it costs each role. The server and one of the
/// clients have processes of their own.
package struct AggregationRun {
  let parameters: SessionParameters
  let graph: GraphKind
  let dropout: Double
  let threads: Int
  let seed: UInt64

  /// - Throws: `MemoryLimit.TooLow`.
  package init(
    parameters: SessionParameters, graph: GraphKind, dropout: Double, threads: Int, seed: UInt64
  ) throws {
    try MemoryLimit.check(
      dimension: parameters.layout.elementCount, clients: parameters.cohortSize,
      degree: parameters.degree)
    self.parameters = parameters
    self.graph = graph
    self.dropout = dropout
    self.threads = threads
    self.seed = seed
  }

  /// Aggregates once.
  ///
  /// - Parameter progress: called with the protocol's round, and with how many of its clients are done.
  /// - Returns: what it cost, and why there is no sum, if there is none.
  package func run(
    progress: @escaping (ProtocolRound, Int, Int) -> Void
  ) async throws -> (record: AggregationRecord, refusal: String?) {
    let (started, parameters) = (ContinuousClock.now, self.parameters)
    var generator = SimulationGenerator(seed: seed)
    let leaving = LeavingPoint.draw(
      clients: parameters.cohortSize, shares: [.afterSharingKeys: dropout], using: &generator)
    let vectors = RandomVectors(seed: seed, layout: parameters.layout)
    // One client that stays to the end gets a process of its own as well, for its memory.
    let apart = ClientID.all(cohortSize: parameters.cohortSize).first { leaving[$0] == nil }
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
    run.progress = progress
    var server = try RemoteServer(parameters: parameters, seed: seed, threadCount: threads)
    let report = try await run.run(with: &server, input: vectors.vector)
    try server.close()
    try client?.close()
    let sumsEqual = try report.sums.map { sums in
      try sums.sums == vectors.plaintextSum(of: sums.contributors)
    }
    let record = AggregationRecord(
      run: report, parameters: parameters, graph: graph.rawValue, dropout: dropout,
      threads: threads, sumsEqual: sumsEqual,
      wallMilliseconds: (ContinuousClock.now - started).milliseconds)
    return (record, report.refusal)
  }
}

/// The memory that a process may take. An allocation that fails ends the process without a word.
enum MemoryLimit {
  /// The program, its libraries and what the runtime reserves, as address space.
  private static let program: UInt64 = 400_000_000
  /// Vectors of the process that makes them, in bytes for each element.
  private static let forEachElement: UInt64 = 48
  /// Sealed shares and keys in bytes for each pair of neighbours.
  private static let forEachPair: UInt64 = 500

  /// Checks before an aggregation that its largest process can have its memory.
  ///
  /// - Throws: ``TooLow``.
  static func check(dimension: Int, clients: Int, degree: Int) throws(TooLow) {
    let needed =
      program + saturated(UInt64(dimension), forEachElement)
      + saturated(UInt64(clients), saturated(UInt64(degree), forEachPair))
    guard needed <= available else { throw TooLow(needed: needed, found: available) }
  }

  /// The address space that is allowed, or the memory that the machine has.
  private static var available: UInt64 {
    #if canImport(Glibc)
      let memory = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let memory = RLIMIT_AS
    #endif
    let machine = ProcessInfo.processInfo.physicalMemory
    var limit = rlimit()
    guard unsafe getrlimit(memory, &limit) == 0 else { return machine }
    return min(UInt64(limit.rlim_cur), machine)
  }

  /// A product, or so much that no machine has it, several times over.
  private static func saturated(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (product, overflow) = one.multipliedReportingOverflow(by: other)
    return overflow ? .max / 4 : min(product, .max / 4)
  }

  /// The limit is too low for the vectors and clients that were asked for.
  struct TooLow: Error, CustomStringConvertible {
    let needed: UInt64
    let found: UInt64

    var description: String {
      "Expected memory for \(Quantity.bytes(Double(needed))) in one process, found "
        + "\(Quantity.bytes(Double(found))); lower --dimension or --clients, or raise the limit, for example with "
        + "`ulimit -v \(needed / 1024 + 1)`."
    }
  }
}
