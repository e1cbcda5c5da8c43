package import SecAgg

/// The traffic of one client of a session: the sum of its ``MessageSizes``.
///
/// It is the traffic of a client with k neighbours if no client drops out, which is the maximum.
/// With ids of v bytes (1 up to 127, 2 up to 16,383, else 3) and vectors of w words:
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
/// It does not include the session's parameters, which come before round 0, or the bytes of the
/// transport.
package struct SessionTraffic: Sendable {
  /// Messages from the client: one in each round.
  package let messagesUp: Int
  /// Messages to the client: one opens each round after the first.
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

/// The largest number of bytes of each message of a session, computed from the layouts of the
/// `.proto` files. Every client takes part, and all ids are as long as the largest.
///
/// A message of a session in which clients drop out, or in which ids are shorter, has fewer bytes.
package struct MessageSizes: Sendable {
  /// Messages from the client, one for each round of the threat model.
  package let fromClient: [Int]
  /// Messages from the server. They open each round after the first.
  package let fromServer: [Int]

  /// The bytes of one `AddressedShares` besides the peer's id.
  private static let addressedContent = FieldSize.bytes(SealedShares.byteCount)

  /// - Parameter wordCount: the number of 64-bit words of a masked vector.
  package init(
    threatModel: ThreatModel, cohortSize: Int, degree: Int, threshold: Int, wordCount: Int
  ) {
    let isMalicious = threatModel == .malicious
    let digest = FieldSize.bytes(Digest.byteCount)
    let signature = FieldSize.bytes(Signature.byteCount)
    let id = FieldSize.number(cohortSize)
    let size = id
    func envelope(_ body: Int) -> Int {
      FieldSize.number(1) + digest + id + FieldSize.bytes(body)
        + FieldSize.bytes(MessageChecksum.byteCount)
    }
    let keys = digest + digest + (isMalicious ? signature : 0)
    let addressed = FieldSize.bytes(id + Self.addressedContent)
    let revealed = FieldSize.bytes(
      id + FieldSize.number(1) + FieldSize.bytes(SecretShare.byteCount))
    fromClient =
      [
        envelope(keys),
        envelope(digest + degree * addressed),
        envelope(FieldSize.bytes(MaskedWords.byteCountOfWord * wordCount)),
        envelope(degree * revealed),
      ] + (isMalicious ? [envelope(signature)] : [])

    let setOfClients = FieldSize.bytes((cohortSize + 7) / 8)
    // Only the deepest leaves have a path of this length; other paths are shorter by at least one
    // digest.
    let levels = Int.bitWidth - (cohortSize - 1).leadingZeroBitCount
    let needsProofs = isMalicious && degree < cohortSize - 1
    let path = needsProofs ? FieldSize.bytes(Digest.byteCount * levels) : 0
    let neighbour = FieldSize.bytes(id + FieldSize.bytes(keys) + path)
    let contributors = FieldSize.bytes((degree + 1) * FieldSize.varint(cohortSize))
    // A server shows a client no more endorsements than it requires.
    let endorsements = isMalicious ? threshold * FieldSize.bytes(id + signature) : 0
    fromServer =
      [
        envelope(size + digest + degree * neighbour + (needsProofs ? setOfClients : 0) + path),
        envelope(degree * addressed),
        envelope(size + contributors + endorsements),
      ] + (isMalicious ? [envelope(size + setOfClients)] : [])
  }
}

/// Sizes of protobuf fields. All field numbers of SecAgg are at most 15, so their tags take one
/// byte.
private enum FieldSize {
  /// The size of a number field.
  static func number(_ value: Int) -> Int { 1 + varint(value) }

  /// The size of a field of `count` bytes: a byte string, a nested message or a packed list.
  static func bytes(_ count: Int) -> Int { 1 + varint(count) + count }

  /// The size of a varint, seven bits in each byte.
  static func varint(_ value: Int) -> Int {
    max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7)
  }
}
