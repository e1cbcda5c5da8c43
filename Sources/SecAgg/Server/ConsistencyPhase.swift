/// Round 3 at the server, in the malicious model: the contributors' signatures of the set of
/// contributors. Each of them wants to see those of the endorsers before it reveals a share.
struct ConsistencyPhase: Sendable {
  let contributions: CollectedInputs
  private(set) var endorsements: [Signature?]
  private let contributors: ContributorSet

  init(_ contributions: CollectedInputs, endorsements: [Signature?]? = nil) {
    self.contributions = contributions
    contributors = ContributorSet(contributions.isContributor)
    self.endorsements =
      endorsements ?? Array(repeating: nil, count: contributions.roster.count)
  }

  func announcement(
    for id: ClientID, session: Digest
  ) throws(ServerError) -> ContributorAnnouncement {
    guard let index = contributions.roster.index(of: id), contributions.isContributor[index]
    else { throw .noMessage(for: id) }
    return ContributorAnnouncement(
      session: session, recipient: id, contributors: contributors)
  }

  mutating func receive(
    _ message: ContributorEndorsement
  ) throws(ServerError) {
    let sender = message.sender
    guard let index = contributions.roster.index(of: sender), contributions.isContributor[index]
    else { throw .stranger(sender) }
    guard endorsements[index] == nil else {
      throw .duplicate(from: sender, round: .consistencyCheck)
    }
    guard index < contributions.roster.identityKeys.count,
      contributors.isEndorsed(
        by: contributions.roster.identityKeys[index], message.signature, session: message.session,
        roster: contributions.roster.commitment)
    else { throw .notAuthentic(from: sender) }
    endorsements[index] = message.signature
  }

  /// Fixes who will be asked: the contributors that signed, if enough other endorsers did. Others would
  /// refuse.
  consuming func close(parameters: SessionParameters) throws(ServerError) -> UnmaskingPhase {
    let threshold = parameters.threshold
    let signed = Set(contributions.roster.endorsers.filter { endorsements[$0] != nil })
    let isAsked = endorsements.indices.map { index in
      endorsements[index] != nil
        && signed.count - (signed.contains(index) ? 1 : 0) >= threshold
    }
    try contributions.checkRecoverability(threshold: threshold, from: isAsked)
    return UnmaskingPhase(contributions, isAsked: isAsked, endorsements: endorsements)
  }
}
