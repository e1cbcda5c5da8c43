import FLMath
package import FLReport
package import SecAgg
import SimulatedSessions

/// What one secure sum cost: what the `aggregate` subcommand measures and writes as JSON. The keys
/// are the property names; `null` means that there is no value.
package struct AggregationRecord: Encodable, Sendable {
  /// What was assumed of the server: "semi-honest" or "malicious".
  var threatModel: String
  var clients: Int
  /// Values per client.
  var dimension: Int
  /// Share of the clients that leave after sharing their keys.
  @FiniteOrNull var dropout: Double
  /// "complete" or "sparse".
  var graph: String
  /// Neighbours of each client in that graph.
  var degree: Int
  /// Shares needed to rebuild a secret.
  var threshold: Int
  var laneBits: Int
  /// "chacha20" or "aes256ctr".
  var cipher: String
  /// Threads of the server and of the client that have processes of their own.
  var threads: Int
  /// CPU time over all phases of the client that has a process of its own, or of the median one.
  @FiniteOrNull var clientCpuMilliseconds: Double
  @FiniteOrNull var serverCpuMilliseconds: Double
  /// Wall-clock time of the same work; 0 for a client if none had a process of its own.
  @FiniteOrNull var clientWallMilliseconds: Double
  @FiniteOrNull var serverWallMilliseconds: Double
  /// Largest resident memory of the server's process.
  var serverPeakBytes: Int
  /// Largest resident memory of one client's process; 0 if none had one of its own.
  var clientPeakBytes: Int
  /// Bytes sent by the median client over all phases.
  var bytesUpPerClient: Int
  /// Bytes received by the median client over all phases.
  var bytesDownPerClient: Int
  /// Clients whose input is in the sum.
  var contributors: Int
  /// Whether the secure sum equals the plaintext sum; nil when no sum was released.
  @ExplicitNull package var sumsEqual: Bool?
  var phases: [Phase]
  /// Wall-clock time of the whole aggregation, all clients simulated on this machine.
  @FiniteOrNull var wallMilliseconds: Double

  /// What one phase cost.
  struct Phase: Encodable, Sendable {
    /// "advertise keys", "share keys", "masked input" or "unmasking".
    var phase: String
    @FiniteOrNull var clientCpuMilliseconds: Double
    @FiniteOrNull var clientWallMilliseconds: Double
    @FiniteOrNull var serverCpuMilliseconds: Double
    @FiniteOrNull var serverWallMilliseconds: Double
    /// What of the server's CPU time it took to close the round, once all messages were there: in the
    /// last one, to recover the secrets, take the masks off and decode.
    @FiniteOrNull var serverClosingCpuMilliseconds: Double
    /// The same of its wall-clock time.
    @FiniteOrNull var serverClosingWallMilliseconds: Double
    /// Largest resident memory of the server's process up to the end of this phase.
    var serverPeakBytes: Int
    /// The same of a client's process.
    var clientPeakBytes: Int
    var bytesUpPerClient: Int
    var bytesDownPerClient: Int
  }
}

extension AggregationRecord {
  /// The figures of one session.
  ///
  /// Times of a client are those of the one that has a process of its own, or else medians over the
  /// clients that stayed to the end, as bytes are.
  init(
    run: SessionRun.Report, parameters: SessionParameters, graph: String, dropout: Double,
    threads: Int, sumsEqual: Bool?, wallMilliseconds: Double
  ) {
    func total<Value: AdditiveArithmetic>(
      _ values: KeyPath<SessionRun.Phase, [ClientID: Value]>, of id: ClientID
    ) -> Value {
      run.phases.reduce(.zero) { $0 + ($1[keyPath: values][id] ?? .zero) }
    }
    self.init(
      threatModel: ThreatModelOption(parameters.threatModel).rawValue,
      clients: parameters.cohortSize, dimension: parameters.layout.elementCount, dropout: dropout,
      graph: graph, degree: parameters.degree, threshold: parameters.threshold,
      laneBits: parameters.layout.lanes.laneBits,
      cipher: MaskCipherOption(parameters.maskCipher).rawValue, threads: threads,
      clientCpuMilliseconds: run.phases.last?.apart.map {
        total(\.clientMilliseconds, of: $0)
      } ?? Median.of(run.stayed.map { total(\.clientMilliseconds, of: $0) }) ?? 0,
      serverCpuMilliseconds: run.phases.reduce(0) { $0 + $1.server.milliseconds },
      clientWallMilliseconds: run.phases.reduce(0) { $0 + $1.clientWallMilliseconds },
      serverWallMilliseconds: run.phases.reduce(0) { $0 + $1.server.wallMilliseconds },
      serverPeakBytes: run.phases.map(\.server.peakBytes).max() ?? 0,
      clientPeakBytes: run.phases.map(\.clientPeakBytes).max() ?? 0,
      bytesUpPerClient: Int(Median.of(run.stayed.map { Double(total(\.bytesUp, of: $0)) }) ?? 0),
      bytesDownPerClient: Int(
        Median.of(run.stayed.map { Double(total(\.bytesDown, of: $0)) }) ?? 0),
      contributors: run.sums?.contributors.count ?? 0, sumsEqual: sumsEqual,
      phases: run.phases.map(Phase.init), wallMilliseconds: wallMilliseconds)
  }
}

extension AggregationRecord.Phase {
  fileprivate init(_ phase: SessionRun.Phase) {
    self.init(
      phase: phase.round.description,
      clientCpuMilliseconds: phase.apart.flatMap { phase.clientMilliseconds[$0] }
        ?? Median.of(Array(phase.clientMilliseconds.values)) ?? 0,
      clientWallMilliseconds: phase.clientWallMilliseconds,
      serverCpuMilliseconds: phase.server.milliseconds,
      serverWallMilliseconds: phase.server.wallMilliseconds,
      serverClosingCpuMilliseconds: phase.serverClosing.milliseconds,
      serverClosingWallMilliseconds: phase.serverClosing.wallMilliseconds,
      serverPeakBytes: phase.server.peakBytes,
      clientPeakBytes: phase.clientPeakBytes,
      bytesUpPerClient: Int(Median.of(phase.bytesUp.values.map(Double.init)) ?? 0),
      bytesDownPerClient: Int(Median.of(phase.bytesDown.values.map(Double.init)) ?? 0))
  }
}

extension AggregationRecord {
  /// The record as text for a terminal: settings, one aligned row per phase with a total, and
  /// whether the sum was right. Ends without a newline.
  package func terminalTable() -> String {
    let settings = [
      Quantity.counted(clients, "client"),
      Quantity.counted(dimension, "value") + " each",
      "\(Quantity.percent(dropout)) leave after sharing keys",
      "\(threatModel) server",
      "\(graph) graph of degree \(DecimalText.integer(degree))",
      "threshold \(DecimalText.integer(threshold))",
      "\(laneBits)-bit lanes", cipher, Quantity.counted(threads, "thread"),
    ]
    var rows = [
      [
        "phase", "client CPU", "server CPU", "client peak", "server peak", "up per client",
        "down per client",
      ]
    ]
    for phase in phases {
      rows.append([
        phase.phase, Quantity.milliseconds(phase.clientCpuMilliseconds),
        Quantity.milliseconds(phase.serverCpuMilliseconds),
        Quantity.bytes(phase.clientPeakBytes), Quantity.bytes(phase.serverPeakBytes),
        Quantity.bytes(phase.bytesUpPerClient), Quantity.bytes(phase.bytesDownPerClient),
      ])
    }
    let body = rows.count
    rows.append([
      "whole round", Quantity.milliseconds(clientCpuMilliseconds),
      Quantity.milliseconds(serverCpuMilliseconds), Quantity.bytes(clientPeakBytes),
      Quantity.bytes(serverPeakBytes),
      Quantity.bytes(bytesUpPerClient), Quantity.bytes(bytesDownPerClient),
    ])
    var lines = TextColumns.aligned(rows, leftAligned: [0])
    let rule = String(repeating: "-", count: lines.map(\.count).max() ?? 0)
    lines.insert(rule, at: body)
    lines.insert(rule, at: 1)

    let verdict =
      switch sumsEqual {
      case .some(true): "sum = plaintext sum: yes"
      case .some(false): "sum = plaintext sum: NO"
      case .none: "no sum was released"
      }
    let outcome =
      "\(DecimalText.integer(contributors)) of \(DecimalText.integer(clients)) clients in the sum; "
      + verdict + "; wall time " + Quantity.milliseconds(wallMilliseconds)
    return ([settings.joined(separator: ", "), ""] + lines + ["", outcome])
      .joined(separator: "\n")
  }
}

/// The mask ciphers by their names in options and records.
package enum MaskCipherOption: String, CaseIterable, Sendable {
  case chacha20
  case aes256ctr

  package init(_ cipher: MaskCipher) {
    self =
      switch cipher {
      case .chacha20: .chacha20
      case .aes256ctr: .aes256ctr
      }
  }

  package var maskCipher: MaskCipher {
    switch self {
    case .chacha20: .chacha20
    case .aes256ctr: .aes256ctr
    }
  }
}
