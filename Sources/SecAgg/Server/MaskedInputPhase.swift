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
  consuming func close(parameters: SessionParameters) throws(ServerError) -> Contributions {
    guard contributorCount >= parameters.minimumContributors else {
      throw .tooFewClients(
        round: .maskedInput, found: contributorCount, minimum: parameters.minimumContributors)
    }
    let contributions = Contributions(
      roster: roster, commitments: distributions.map { $0?.selfMaskCommitment },
      shareCommitments: zip(distributions, isContributor).map { distribution, isContributor in
        let kind = Contributions.kind(isContributor: isContributor)
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
