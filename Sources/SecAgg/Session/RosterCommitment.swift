/// The Merkle root over all advertisements in id order, bound to the session and their number.
///
/// The tree has the shape of RFC 6962, section 2.1 (a list splits at the largest power of two below
/// its length), with BLAKE2b-256 and a domain label for leaves and another for nodes.
enum RosterCommitment {
  /// Complexity: O(n) hashes.
  static func commitment(to advertisements: [KeyAdvertisement], session: Digest) -> Digest {
    let leaves = advertisements.map { advertisement in
      Hashing.digest(.rosterLeaf) { writer in
        writer.write(advertisement.sender)
        writer.write(raw: advertisement.sealingKey.bytes)
        writer.write(raw: advertisement.maskKey.bytes)
      }
    }
    let root = root(of: leaves[...])
    return Hashing.digest(.rosterCommitment) {
      $0.write(session)
      $0.write(count: leaves.count)
      $0.write(root)
    }
  }

  private static func root(of leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else {
      return leaves.first ?? Hashing.digest(.rosterNode) { _ in }
    }
    var split = 1
    while 2 * split < leaves.count { split *= 2 }
    let left = root(of: leaves.prefix(split))
    let right = root(of: leaves.dropFirst(split))
    return Hashing.digest(.rosterNode) {
      $0.write(left)
      $0.write(right)
    }
  }
}
