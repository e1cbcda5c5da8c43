package import SecAgg

/// What one client of a session sends and receives: the sum of its ``MessageSizes``.
///
/// It is that of a client with k neighbours when nobody drops out, which is the most. With ids of v
/// bytes (1 up to 127, 2 up to 16,383, else 3) and vectors of w words:
/// - up, 8 w for the masked input, and for each neighbour 159 + v for the sealed shares and 47 + v
///   for the share that is revealed;
/// - down, for each neighbour 73 + v for its keys, 159 + v for its sealed shares, and v in the
///   request to unmask;
/// - the rest is envelopes, below 500 bytes.
///
/// The malicious model adds a round and, in a cohort of n with threshold t:
/// - up, 66 for the signature of the keys and about 140 for that of the contributors;
/// - down, for each neighbour 66 for its signature and, unless everybody is a neighbour, up to
///   32 log2(n) + 3 for its proof, and n / 8 for the ids of the roster; n / 8 for the set of
///   contributors; 68 + v for each of t signatures of it.
///
/// The session's parameters, which come before round 0, and what the transport adds do not count.
package struct SessionTraffic: Sendable {
  /// Messages from the client: one a round.
  package let messagesUp: Int
  /// Messages to the client: one opens each round but the first.
  package let messagesDown: Int
  /// Bytes of all messages from the client.
  package let bytesUp: Int
  /// Bytes of all messages to the client.
  package let bytesDown: Int

  /// - Parameter wordCount: the number of 64-bit words of a masked vector.
  package init(
    threatModel: ThreatModel, cohortSize: Int, degree: Int, threshold: Int, wordCount: Int
  ) {
    let sizes = MessageSizes(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: threshold,
      wordCount: wordCount)
    messagesUp = sizes.fromClient.count
    messagesDown = sizes.fromServer.count
    bytesUp = sizes.fromClient.reduce(0, +)
    bytesDown = sizes.fromServer.reduce(0, +)
  }
}
