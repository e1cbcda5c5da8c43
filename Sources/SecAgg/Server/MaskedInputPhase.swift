/// Round 2 at the server: masked inputs, added to the sum as they arrive and then forgotten.
struct MaskedInputPhase: Sendable {
  let roster: ServerRoster
  let distributions: [ShareDistribution?]
  private(set) var sum: MaskedSum
  private(set) var isContributor: [Bool]
  private var contributorCount: Int

  init(roster: ServerRoster, distributions: [ShareDistribution?], wordCount: Int) {
    self.init(
      roster: roster, distributions: distributions, sum: MaskedSum(wordCount: wordCount),
      isContributor: Array(repeating: false, count: roster.count))
  }

  init(
    roster: ServerRoster, distributions: [ShareDistribution?], sum: MaskedSum,
    isContributor: [Bool]
  ) {
    self.roster = roster
    self.distributions = distributions
    self.sum = sum
    self.isContributor = isContributor
    contributorCount = isContributor.count { $0 }
  }

  func delivery(for id: ClientID, session: Digest) throws(ServerError) -> ShareDelivery {
    guard let index = roster.index(of: id), distributions[index] != nil else {
      throw .noMessage(for: id)
    }
    var shares: [AddressedShares] = []
    for neighbour in roster.neighbours(of: index) {
      guard let distribution = distributions[neighbour],
        let entry = distribution.shares(for: id)
      else { continue }
      shares.append(AddressedShares(peer: distribution.sender, shares: entry))
    }
    return ShareDelivery(session: session, recipient: id, shares: shares)
  }

  mutating func receive(
    _ message: MaskedInput, parameters: SessionParameters
  ) throws(ServerError) {
    let sender = message.sender
    guard let index = roster.index(of: sender), distributions[index] != nil else {
      throw .stranger(sender)
    }
    guard !isContributor[index] else { throw .duplicate(from: sender, round: .maskedInput) }
    guard message.words.count == sum.words.count else {
      throw .vectorLength(
        from: sender, found: message.words.count, expected: sum.words.count)
    }
    guard contributorCount < parameters.maximumContributors else {
      throw .tooManyContributors(from: sender, maximum: parameters.maximumContributors)
    }
    sum.add(message.words)
    isContributor[index] = true
    contributorCount += 1
  }

  /// Fixes the contributors, provided that there are enough of them, that every secret needed to
  /// unmask their sum can still be recovered from those that they hold, and that the masks between
  /// them leave no sum but that of all of them.
  consuming func close(parameters: SessionParameters) throws(ServerError) -> CollectedInputs {
    guard contributorCount >= parameters.minimumContributors else {
      throw .tooFewClients(
        round: .maskedInput, found: contributorCount, minimum: parameters.minimumContributors)
    }
    let contributions = CollectedInputs(
      roster: roster, commitments: distributions.map { $0?.selfMaskCommitment },
      shareCommitments: zip(distributions, isContributor).map { distribution, isContributor in
        let kind = CollectedInputs.kind(isContributor: isContributor)
        return distribution?.shares.map { $0.shares.commitment(to: kind) } ?? []
      },
      isContributor: isContributor, sum: sum)
    try contributions.checkRecoverability(
      threshold: parameters.threshold, from: isContributor)
    guard roster.isConnected({ isContributor[$0] }) else {
      throw .disconnected(round: .maskedInput)
    }
    return contributions
  }
}

/// The running sum of masked inputs: what the server holds of the clients' vectors, and all that
/// it holds. There is no way to read elements from it; only the last round makes an
/// `UnmaskedAggregate` of it.
struct MaskedSum {
  private(set) var words: [UInt64]

  init(wordCount: Int) {
    words = [UInt64](repeating: 0, count: wordCount)
  }

  init(words: [UInt64]) {
    self.words = words
  }

  /// Adds one masked input of the same length.
  mutating func add(_ input: [UInt64]) {
    for index in words.indices { words[index] &+= input[index] }
  }

  /// Applies masks in place.
  mutating func apply(
    _ masks: borrowing MaskCombination, on execution: Execution, watch: ProgressWatch
  ) throws(Cancellation) {
    try masks.apply(to: &words, on: execution, watch: watch)
  }
}

/// What the server holds once the contributors are fixed: who is in the sum, the sum under its
/// masks, and the values that recovered secrets are checked against.
struct CollectedInputs: Sendable {
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
    in collected: CollectedShares, dealtBy dealer: ClientID, session: Digest
  ) -> [Int] {
    guard let rank = roster.index(of: dealer) else { return [] }
    let neighbours = roster.neighbours(of: rank).map { roster.id(at: $0) }
    let commitments = shareCommitments[rank]
    var committer = ShareCommitter(
      kind(of: rank),
      of: DealtShares(
        session: session, roster: roster.commitment, dealer: dealer, holder: dealer))
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
