/// The Merkle root over all advertisements in id order, bound to the session and their number.
///
/// The tree has the shape of RFC 6962, section 2.1 (a list splits at the largest power of two below
/// its length), with BLAKE2b-256 and a domain label for leaves and another for nodes.
struct RosterCommitment {
  private let leaves: [Digest]

  /// Hashes the advertisements, which are in id order. Complexity: O(n) hashes.
  init(_ advertisements: [KeyAdvertisement]) {
    leaves = advertisements.map(Self.leaf)
  }

  /// The commitment of a session to its roster. Complexity: O(n) hashes.
  func digest(session: Digest) -> Digest {
    Self.digest(root: Self.root(of: leaves[...]), count: leaves.count, session: session)
  }

  private static func digest(root: Digest, count: Int, session: Digest) -> Digest {
    Hashing.digest(.rosterCommitment) {
      $0.write(session)
      $0.write(count: count)
      $0.write(root)
    }
  }

  private static func leaf(_ advertisement: KeyAdvertisement) -> Digest {
    Hashing.digest(.rosterLeaf) { writer in
      writer.write(advertisement.sender)
      writer.write(raw: advertisement.sealingKey.bytes)
      writer.write(raw: advertisement.maskKey.bytes)
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

  /// All nodes of the tree, from which the proofs of all leaves are read. Complexity: O(n) hashes.
  func proofs() -> [InclusionProof] {
    var paths = [[Digest]](repeating: [], count: leaves.count)
    _ = Self.collect(leaves[...], &paths)
    return paths.enumerated().map { InclusionProof(position: $0, path: $1) }
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

  /// The commitment that a proof leads to from an advertisement; `nil` if the proof does not have
  /// the shape of a tree of `count` leaves.
  static func digest(
    from advertisement: KeyAdvertisement, by proof: InclusionProof, count: Int, session: Digest
  ) -> Digest? {
    guard proof.position >= 0, proof.position < count else { return nil }
    // From the root down, each split says on which side the leaf is; from the leaf up, the sibling
    // of that level is on the other.
    var sides: [Bool] = []
    var (position, size) = (proof.position, count)
    while size > 1 {
      let split = split(size)
      let isRight = position >= split
      sides.append(isRight)
      (position, size) = isRight ? (position - split, size - split) : (position, split)
    }
    guard sides.count == proof.path.count else { return nil }
    var root = leaf(advertisement)
    for (sibling, isRight) in zip(proof.path, sides.reversed()) {
      root = isRight ? node(sibling, root) : node(root, sibling)
    }
    return digest(root: root, count: count, session: session)
  }
}

/// Where an advertisement stands in the roster, and the hashes that lead from it to the commitment.
public struct InclusionProof: Sendable, Hashable {
  /// The rank of the client in id order, from 0.
  public let position: Int
  /// The siblings from the leaf to the root.
  public let path: [Digest]

  /// A proof of its parts.
  public init(position: Int, path: [Digest]) {
    self.position = position
    self.path = path
  }
}
