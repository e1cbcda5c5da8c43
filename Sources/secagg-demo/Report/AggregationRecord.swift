/// What one secure sum cost: what the `aggregate` subcommand measures and writes as JSON. The keys
/// are the property names; `null` means that there is no value.
struct AggregationRecord: Codable, Sendable, Equatable {
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
  @ExplicitNull var sumsEqual: Bool?
  var phases: [Phase]
  /// Wall-clock time of the whole aggregation, all clients simulated on this machine.
  @FiniteOrNull var wallMilliseconds: Double

  /// What one phase cost.
  struct Phase: Codable, Sendable, Equatable {
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
