package import SecAgg

/// What one client of a session sends and receives, computed from the layout of the messages.
///
/// It is that of a client with k neighbours when nobody leaves, which is the most. With ids of v
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
    let isMalicious = threatModel == .malicious
    let rounds = ProtocolRound.rounds(in: threatModel).count
    messagesUp = rounds
    messagesDown = rounds - 1
    let signature = WireSize.bytes(Signature.byteCount)
    let number = WireSize.number(cohortSize)
    let digest = WireSize.bytes(32)
    let key = digest
    // As its length is all that counts, every id is taken to be the last one.
    let identifier = number
    let keys = key + key + (isMalicious ? signature : 0)
    // Only the deepest leaves have so long a path; the others save a digest.
    let levels = Int.bitWidth - (cohortSize - 1).leadingZeroBitCount
    let needsProofs = isMalicious && degree < cohortSize - 1
    let path = needsProofs ? WireSize.bytes(32 * levels) : 0
    let rosterIDs = needsProofs ? WireSize.bytes((cohortSize + 7) / 8) : 0
    let share = WireSize.bytes(identifier + WireSize.bytes(SealedShares.byteCount))
    func envelope(_ body: Int) -> Int {
      let (version, session, checksum) = (WireSize.number(1), digest, WireSize.bytes(16))
      return version + session + identifier + WireSize.bytes(body) + checksum
    }
    let revealed = WireSize.bytes(identifier + WireSize.number(1) + WireSize.bytes(40))
    bytesUp =
      envelope(keys)
      + envelope(digest + degree * share)
      + envelope(WireSize.bytes(MaskedWords.byteCountOfWord * wordCount))
      + envelope(degree * revealed)
      + (isMalicious ? envelope(signature) : 0)
    let neighbour = WireSize.bytes(identifier + WireSize.bytes(keys) + path)
    let endorsement = WireSize.bytes(identifier + signature)
    let contributors = (degree + 1) * WireSize.varint(cohortSize)
    bytesDown =
      envelope(number + digest + degree * neighbour + rosterIDs + path)
      + envelope(degree * share)
      + envelope(
        number + WireSize.bytes(contributors) + (isMalicious ? threshold * endorsement : 0))
      + (isMalicious ? envelope(number + WireSize.bytes((cohortSize + 7) / 8)) : 0)
  }
}

/// Sizes of protobuf fields whose numbers are at most 15, as all of ours are: their tags take a byte.
private enum WireSize {
  /// A field that is a number.
  static func number(_ value: Int) -> Int { 1 + varint(value) }

  /// A field of `count` bytes: a byte string, a nested message or a packed list.
  static func bytes(_ count: Int) -> Int { 1 + varint(count) + count }

  /// Seven bits to a byte.
  static func varint(_ value: Int) -> Int {
    max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7)
  }
}
