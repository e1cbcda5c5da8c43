/// Round 3 at the server, in the malicious model: the contributors' signatures of the set of
/// contributors, which each of them will want to see of its neighbours before it reveals a share.
struct ConsistencyPhase: Sendable {
  let contributions: Contributions
  private(set) var endorsements: [Signature?]
  private let contributors: ContributorSet

  init(_ contributions: Contributions, endorsements: [Signature?]? = nil) {
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
    _ message: ContributorEndorsement, identities: (any IdentityDirectory)?
  ) throws(ServerError) {
    let sender = message.sender
    guard let index = contributions.roster.index(of: sender), contributions.isContributor[index]
    else { throw .stranger(sender) }
    guard endorsements[index] == nil else {
      throw .duplicate(from: sender, round: .consistencyCheck)
    }
    guard let key = identities?.identityKey(of: sender),
      contributors.isEndorsed(
        by: key, message.signature, session: message.session,
        roster: contributions.roster.commitment)
    else { throw .notAuthentic(from: sender) }
    endorsements[index] = message.signature
  }

  /// Fixes the clients that will be asked: the contributors that signed and of whose neighbours at
  /// least the threshold signed. Others would refuse.
  ///
  /// Complexity: O(n).
  consuming func close(parameters: SessionParameters) throws(ServerError) -> UnmaskingPhase {
    let hasSigned = endorsements.map { $0 != nil }
    let counts = contributions.roster.neighbourCounts(in: hasSigned)
    let isAsked = zip(hasSigned, counts).map { $0 && $1 >= parameters.threshold }
    try contributions.checkRecoverability(threshold: parameters.threshold, from: isAsked)
    return UnmaskingPhase(contributions, isAsked: isAsked, endorsements: endorsements)
  }
}
