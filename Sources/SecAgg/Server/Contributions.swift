/// What the server holds once the contributors are fixed: who is in the sum, the sum under its
/// masks, and the values that recovered secrets are checked against.
struct Contributions: Sendable {
  let roster: ServerRoster
  /// The self-mask commitments of the clients that shared their secrets; `nil` for the others.
  let commitments: [Digest?]
  let isContributor: [Bool]
  var sum: MaskedSum
  /// The number of contributors.
  let count: Int

  init(
    roster: ServerRoster, commitments: [Digest?], isContributor: [Bool], sum: MaskedSum
  ) {
    self.roster = roster
    self.commitments = commitments
    self.isContributor = isContributor
    self.sum = sum
    count = isContributor.count { $0 }
  }

  /// The secret of a client that is needed: of a contributor the self mask, of others the mask key.
  func kind(of index: Int) -> SecretKind { isContributor[index] ? .selfMask : .maskKey }

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
