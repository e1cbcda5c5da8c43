/// What the server holds once the contributors are fixed: who is in the sum, the sum under its
/// masks, and the values that recovered secrets are checked against.
struct Contributions: Sendable {
  let roster: ServerRoster
  /// The self-mask commitments of the clients that shared their secrets; `nil` for the others.
  let commitments: [Digest?]
  /// For each of these clients, its commitments to the shares that its neighbours are to reveal, in the
  /// order of its neighbours; empty for the others.
  let shareCommitments: [[ShareCommitment]]
  let isContributor: [Bool]
  var sum: MaskedSum
  /// The number of contributors.
  let count: Int

  init(
    roster: ServerRoster, commitments: [Digest?], shareCommitments: [[ShareCommitment]],
    isContributor: [Bool], sum: MaskedSum
  ) {
    self.roster = roster
    self.commitments = commitments
    self.shareCommitments = shareCommitments
    self.isContributor = isContributor
    self.sum = sum
    count = isContributor.count { $0 }
  }

  /// The secret of a client that is needed: of a contributor the self mask, of others the mask key.
  func kind(of index: Int) -> SecretKind { Self.kind(isContributor: isContributor[index]) }

  static func kind(isContributor: Bool) -> SecretKind { isContributor ? .selfMask : .maskKey }

  /// The places of those revealed shares that are not the ones that the client dealt.
  ///
  /// Complexity: a hash and O(log k) comparisons for each share.
  func wrongPlaces(
    in collected: CollectedShares, dealtBy dealer: Int, session: Digest
  ) -> [Int] {
    let neighbours = roster.neighbours(of: dealer).map { roster.id(at: $0) }
    let commitments = shareCommitments[dealer]
    let id = roster.id(at: dealer)
    var committer = ShareCommitter(
      kind(of: dealer),
      of: DealtShares(session: session, roster: roster.commitment, dealer: id, holder: id))
    return collected.holders.indices.filter { place in
      let holder = collected.holders[place]
      let position = neighbours.partitionPoint { $0 >= holder }
      guard position < commitments.count, neighbours[position] == holder else { return true }
      return commitments[position]
        != committer.commitment(to: collected.shares[place], for: holder)
    }
  }

  /// The contributors among a client and its neighbours, in id order.
  func visibleContributors(to index: Int) -> [ClientID] {
    (roster.neighbours(of: index) + [index]).filter { isContributor[$0] }.sorted()
      .map { roster.id(at: $0) }
  }

  /// Checks that every secret that is needed can be recovered from the clients that will be asked.
  ///
  /// Complexity: O(n).
  ///
  /// - Throws: `ServerError.unrecoverable`.
  func checkRecoverability(
    threshold: Int, from isAsked: [Bool]
  ) throws(ServerError) {
    let contributing = roster.neighbourCounts(in: isContributor)
    let holders = roster.neighbourCounts(in: isAsked)
    for index in commitments.indices where commitments[index] != nil {
      // A client that dropped out and has no contributing neighbour masked nobody: nothing to recover.
      guard isContributor[index] || contributing[index] > 0 else { continue }
      guard holders[index] >= threshold else {
        throw .unrecoverable(
          subject: roster.id(at: index), holders: holders[index], threshold: threshold)
      }
    }
  }
}
