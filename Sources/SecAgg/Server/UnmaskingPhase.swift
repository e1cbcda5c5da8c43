internal import FLMath

/// Round 4 at the server: shares of exactly one secret of each client that shared any.
struct UnmaskingPhase: Sendable {
  private(set) var contributions: CollectedInputs
  /// Who is asked for shares: all contributors, in the malicious model those that signed.
  let isAsked: [Bool]
  /// The signatures of the set of contributors; empty in the semi-honest model.
  let endorsements: [Signature?]
  private(set) var collected: [CollectedShares]
  private(set) var hasAnswered: [Bool]
  private(set) var unopened: [ShareFault]

  init(
    _ contributions: CollectedInputs, isAsked: [Bool], endorsements: [Signature?] = [],
    collected: [CollectedShares]? = nil, hasAnswered: [Bool]? = nil, unopened: [ShareFault] = []
  ) {
    let count = contributions.roster.count
    self.contributions = contributions
    self.isAsked = isAsked
    self.endorsements = endorsements
    self.collected = collected ?? Array(repeating: CollectedShares(), count: count)
    self.hasAnswered = hasAnswered ?? Array(repeating: false, count: count)
    self.unopened = unopened
  }

  var roster: ServerRoster { contributions.roster }
  var isContributor: [Bool] { contributions.isContributor }

  func request(
    for id: ClientID, parameters: SessionParameters
  ) throws(ServerError) -> UnmaskingRequest {
    guard let index = roster.index(of: id), isAsked[index] else { throw .noMessage(for: id) }
    return UnmaskingRequest(
      session: parameters.digest, recipient: id, contributorCount: contributions.count,
      contributors: contributions.visibleContributors(to: index),
      endorsements: endorsements(for: index, atMost: parameters.threshold))
  }

  /// As many of the endorsers' signatures as a client wants to see, other than its own.
  private func endorsements(for index: Int, atMost limit: Int) -> [Endorsement] {
    guard !endorsements.isEmpty else { return [] }
    var shown: [Endorsement] = []
    for endorser in roster.endorsers where shown.count < limit && endorser != index {
      guard let signature = endorsements[endorser] else { continue }
      shown.append(Endorsement(signer: roster.id(at: endorser), signature: signature))
    }
    return shown
  }

  mutating func receive(_ message: UnmaskingResponse) throws(ServerError) {
    let sender = message.sender
    guard let holder = roster.index(of: sender), isAsked[holder] else {
      throw .stranger(sender)
    }
    guard !hasAnswered[holder] else { throw .duplicate(from: sender, round: .unmasking) }
    // Everything is checked before anything is kept.
    var next = (share: 0, report: 0)
    var subjects: [Int] = []
    for subject in roster.neighbours(of: holder)
    where contributions.commitments[subject] != nil {
      let id = roster.id(at: subject)
      if next.share < message.shares.count, message.shares[next.share].subject == id {
        guard message.shares[next.share].kind == contributions.kind(of: subject) else {
          throw .wrongSecretKind(from: sender, subject: id)
        }
        subjects.append(subject)
        next.share += 1
      } else if next.report < message.unopened.count, message.unopened[next.report] == id {
        next.report += 1
      } else {
        throw .answerNotForNeighbours(from: sender)
      }
    }
    guard next == (message.shares.count, message.unopened.count) else {
      throw .answerNotForNeighbours(from: sender)
    }
    for (subject, revealed) in zip(subjects, message.shares) {
      collected[subject].append(revealed.share, from: sender)
    }
    for id in message.unopened {
      guard let subject = roster.index(of: id) else { continue }
      unopened.append(
        ShareFault(
          holder: sender, dealer: id, kind: contributions.kind(of: subject), finding: .unopened))
    }
    hasAnswered[holder] = true
  }

  /// Recovers every secret that is needed, checks each against what its owner published, and only
  /// then takes the masks off a copy of the sum.
  ///
  /// - Returns: the sum of the words and the faults found on the way.
  /// - Throws: `ServerError`; more answers may still be taken then.
  func unmask(
    parameters: SessionParameters, inputContext: Digest?, on execution: Execution
  ) throws(ServerError) -> (sum: MaskedSum, faults: [ShareFault]) {
    let recovery = MaskRecovery(
      contributions, parameters: parameters, inputContext: inputContext, on: execution)
    var faults: [ShareFault] = []
    let masks = try recovery.masks(from: collected, unopened: unopened, faults: &faults)
    var sum = contributions.sum
    do {
      try sum.apply(masks, on: execution, watch: recovery.watch)
    } catch {
      throw .cancelled
    }
    return (sum, faults)
  }
}

/// The sum of all contributors' vectors: the only thing that a server ever decodes, and made by
/// the last round of a session only.
public struct UnmaskedAggregate: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The session's layout.
  public let layout: VectorLayout
  /// Whose vectors are in the sum, in id order.
  public let contributors: [ClientID]
  /// The sum of each element over all contributors. In unsigned lanes no sum exceeds what so many
  /// contributors can have put there; in signed lanes it is right if it fits its lane and the one
  /// below did.
  public let sums: VectorElements
  /// Shares that did not open or were wrong. The sum is right in spite of them.
  public let faults: [ShareFault]

  /// Unpacks a sum of words after checking all that can be checked: the count of contributors that
  /// travelled inside it, and that no unsigned lane exceeds what so many contributors can have put
  /// there. A signed lane may hold anything: it may have wrapped.
  ///
  /// - Throws: `ServerError.sumInconsistent`.
  init(
    _ sum: MaskedSum, of session: SessionParameters, contributors: [ClientID],
    faults: [ShareFault]
  ) throws(ServerError) {
    let layout = session.layout
    let words = sum.words
    guard words[layout.elementWordCount] == UInt64(contributors.count) else {
      throw .sumInconsistent
    }
    let sums = layout.elements(in: words)
    if case .unsigned(let lanes) = layout.lanes, let sums = sums.unsigned {
      let largest = lanes.maximumSum(contributors: contributors.count)
      var isWithinLanes = layout.unusedBitsAreZero(in: words)
      for sum in sums where sum > largest { isWithinLanes = false }
      guard isWithinLanes else { throw .sumInconsistent }
    }
    self.session = session.digest
    self.layout = layout
    self.contributors = contributors
    self.sums = sums
    self.faults = faults
  }
}
