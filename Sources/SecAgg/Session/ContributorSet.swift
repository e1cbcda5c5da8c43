/// A set of clients of the roster: one bit for each, in id order. What the contributors sign in the
/// malicious model.
public struct ContributorSet: Sendable, Hashable {
  /// The number of clients on the roster.
  public let rosterSize: Int
  /// The bits, that of rank 0 being the lowest of the first byte; unused bits are zero.
  public let bytes: [UInt8]

  /// Validates bits from outside; `nil` unless there are exactly as many bytes as the roster
  /// needs, and no bit beyond it.
  public init?(rosterSize: Int, bytes: [UInt8]) {
    guard rosterSize >= 1, rosterSize <= SessionParameters.maximumCohortSize,
      bytes.count == (rosterSize + 7) / 8
    else { return nil }
    let used = UInt8(rosterSize % 8)
    if used > 0, let last = bytes.last, last >> used != 0 { return nil }
    self.rosterSize = rosterSize
    self.bytes = bytes
  }

  init(_ isMember: [Bool]) {
    var bytes = [UInt8](repeating: 0, count: (isMember.count + 7) / 8)
    for (rank, isMember) in isMember.enumerated() where isMember {
      bytes[rank / 8] |= 1 << UInt8(rank % 8)
    }
    rosterSize = isMember.count
    self.bytes = bytes
  }

  /// Whether the client of a rank is in the set; false for ranks beyond the roster.
  public func contains(rank: Int) -> Bool {
    rank >= 0 && rank < rosterSize && bytes[rank / 8] >> UInt8(rank % 8) & 1 == 1
  }

  /// The number of clients in the set.
  public var count: Int { bytes.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// What is signed.
  func writeSigned(to writer: inout ByteWriter, session: Digest, roster: Digest) {
    writer.write(session)
    writer.write(roster)
    writer.write(count: rosterSize)
    writer.write(lengthPrefixed: bytes)
  }
}
