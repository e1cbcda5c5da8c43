/// The Merkle root over all advertisements in id order, bound to the session and to the ids.
///
/// The tree has the shape of RFC 6962, section 2.1 (a list splits at the largest power of two below
/// its length), with BLAKE2b-256 and a domain label for leaves and another for nodes.
struct RosterCommitment {
  let ids: RosterIDs
  private let leaves: [Digest]

  /// Hashes the advertisements, which are in id order. Complexity: O(n) hashes.
  init(_ advertisements: [KeyAdvertisement]) {
    self.init(advertisements, ids: RosterIDs(advertisements.lazy.map(\.sender)))
  }

  /// A commitment to ids that need not be those of the advertisements, which only a server that
  /// breaks the rules makes.
  init(_ advertisements: [KeyAdvertisement], ids: RosterIDs) {
    self.ids = ids
    leaves = advertisements.map(Self.leaf)
  }

  /// The commitment of a session to its roster. Complexity: O(n) hashes.
  func digest(session: Digest) -> Digest {
    Self.digest(root: Self.root(of: leaves[...]), ids: ids, session: session)
  }

  /// The commitment to a root and the ids of its leaves. Complexity: O(cohort) for the ids.
  static func digest(root: Digest, ids: RosterIDs, session: Digest) -> Digest {
    Hashing.digest(.rosterCommitment) {
      $0.write(session)
      $0.write(lengthPrefixed: ids.bytes)
      $0.write(root)
    }
  }

  private static func leaf(_ advertisement: KeyAdvertisement) -> Digest {
    Hashing.digest(.rosterLeaf) { writer in
      writer.write(advertisement.sender)
      writer.write(advertisement.sealingKey)
      writer.write(advertisement.maskKey)
      if let signature = advertisement.signature { writer.write(raw: signature.bytes) }
    }
  }

  private static func node(_ left: Digest, _ right: Digest) -> Digest {
    Hashing.digest(.rosterNode) {
      $0.write(left)
      $0.write(right)
    }
  }

  private static func root(of leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else {
      return leaves.first ?? Hashing.digest(.rosterNode) { _ in }
    }
    let split = split(leaves.count)
    return node(root(of: leaves.prefix(split)), root(of: leaves.dropFirst(split)))
  }

  /// The largest power of two below `count`, which is at least 2.
  private static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// For each leaf the siblings from it up to the root. Complexity: O(n) hashes.
  func paths() -> [[Digest]] {
    var paths = [[Digest]](repeating: [], count: leaves.count)
    _ = Self.collect(leaves[...], &paths)
    return paths
  }

  /// Appends to the path of every leaf of a subtree the siblings within it; returns its root.
  private static func collect(_ leaves: ArraySlice<Digest>, _ paths: inout [[Digest]]) -> Digest {
    guard leaves.count > 1 else { return root(of: leaves) }
    let split = split(leaves.count)
    let (lower, upper) = (leaves.prefix(split), leaves.dropFirst(split))
    let (left, right) = (collect(lower, &paths), collect(upper, &paths))
    for index in lower.indices { paths[index].append(right) }
    for index in upper.indices { paths[index].append(left) }
    return node(left, right)
  }

  /// The root that a path leads to from an advertisement; `nil` if the sender is not among the ids,
  /// or the path does not have the shape of their tree.
  ///
  /// Complexity: O(log n) hashes.
  static func root(
    from advertisement: KeyAdvertisement, by path: [Digest], ids: RosterIDs
  ) -> Digest? {
    guard let rank = ids.rank(of: advertisement.sender) else { return nil }
    // From the root down, each split says on which side the leaf is; from the leaf up, the sibling
    // of that level is on the other.
    var sides: [Bool] = []
    var (position, size) = (rank, ids.count)
    while size > 1 {
      let split = split(size)
      let isRight = position >= split
      sides.append(isRight)
      (position, size) = isRight ? (position - split, size - split) : (position, split)
    }
    guard sides.count == path.count else { return nil }
    var root = leaf(advertisement)
    for (sibling, isRight) in zip(path, sides.reversed()) {
      root = isRight ? node(sibling, root) : node(root, sibling)
    }
    return root
  }
}

/// Which clients of the cohort are on the roster: one bit for each id.
///
/// The commitment to the roster is to these bits as well, so that the rank of a client follows from
/// its id: a server cannot put one client at two places of the neighbour graph.
public struct RosterIDs: Sendable, Hashable {
  /// The bits, that of id 1 being the lowest of the first byte. The last byte is that of the
  /// largest id, so it is not zero: a set has one encoding.
  public let bytes: [UInt8]
  /// For each byte the number of clients in those before it.
  private let ranks: [Int]

  /// The largest number of bytes, that of a roster with the largest id there is.
  public static let maximumByteCount = SessionParameters.maximumCohortSize / 8

  /// Validates bits from outside; `nil` without any, and unless the last byte has one.
  public init?(bytes: [UInt8]) {
    guard bytes.count <= Self.maximumByteCount, bytes.last ?? 0 != 0 else { return nil }
    self.init(unchecked: bytes)
  }

  /// The set of clients with these ids, all of a cohort.
  init(_ ids: some Sequence<ClientID>) {
    var bytes: [UInt8] = []
    for id in ids {
      let (byte, bit) = Self.place(of: id)
      if byte >= bytes.count {
        bytes.append(contentsOf: repeatElement(0, count: byte + 1 - bytes.count))
      }
      bytes[byte] |= bit
    }
    self.init(unchecked: bytes)
  }

  private init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
    var ranks = [0]
    ranks.reserveCapacity(bytes.count + 1)
    for byte in bytes { ranks.append(ranks[ranks.count - 1] + byte.nonzeroBitCount) }
    self.ranks = ranks
  }

  private static func place(of id: ClientID) -> (byte: Int, bit: UInt8) {
    let index = Int(id.rawValue) - 1
    return (index / 8, 1 << UInt8(index % 8))
  }

  /// The number of clients.
  public var count: Int { ranks[ranks.count - 1] }

  /// The largest id, 0 for no clients.
  var largest: Int {
    guard let last = bytes.last else { return 0 }
    return 8 * bytes.count - last.leadingZeroBitCount
  }

  /// The clients at some ranks, which are ascending and below the number of clients.
  ///
  /// Complexity: O(bytes).
  func clients(atRanks wanted: [Int]) -> [ClientID] {
    var clients: [ClientID] = []
    clients.reserveCapacity(wanted.count)
    var rank = 0
    var next = wanted[...]
    for (place, byte) in bytes.enumerated() where byte != 0 {
      for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
        if next.first == rank, let client = ClientID(UInt32(8 * place + bit + 1)) {
          clients.append(client)
          next = next.dropFirst()
        }
        rank += 1
      }
      if next.isEmpty { break }
    }
    return clients
  }

  /// The rank of a client in id order, from 0; `nil` if it is not on the roster.
  public func rank(of id: ClientID) -> Int? {
    let (byte, bit) = Self.place(of: id)
    guard byte < bytes.count, bytes[byte] & bit != 0 else { return nil }
    return ranks[byte] + (bytes[byte] & (bit - 1)).nonzeroBitCount
  }
}

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
