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
