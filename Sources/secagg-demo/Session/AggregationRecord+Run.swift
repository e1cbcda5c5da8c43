import FLMath
import SecAgg

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
