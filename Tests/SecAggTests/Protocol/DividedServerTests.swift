import FLMath
import SecAgg
import Testing

/// A server that tells one half of its clients one thing and the other half another. Whatever it
/// varies enters every key and every sealed envelope, so that nothing of one half fits the other.
///
/// The server relays keys, envelopes and requests between halves whose parameters differ, under
/// whichever session each client believes in.
@Suite("Divided server")
struct DividedServerTests {
  enum Difference: CaseIterable {
    /// Everybody is told the same, for comparison.
    case nothing
    case sessionID
    /// Another global model or task.
    case applicationContext
    case threshold
    case minimumContributors
    case cohortSize
    /// The same number of words, read as other lanes.
    case lanes
    /// The same parameters, another roster.
    case rosterCommitment
  }

  private static let clientCount = 6

  private func parameters(_ difference: Difference, isSecondHalf: Bool) throws -> SessionParameters
  {
    let changed = isSecondHalf ? difference : .nothing
    let name = { (text: String) in SessionParameters.applicationContext(of: Array(text.utf8)) }
    return try SessionParameters(
      sessionID: name(changed == .sessionID ? "session 2" : "session 1"),
      cohortSize: changed == .cohortSize ? 8 : 7, threshold: changed == .threshold ? 3 : 2,
      layout: VectorLayout(
        elementCount: changed == .lanes ? 6 : 5,
        lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 7)),
      minimumContributors: changed == .minimumContributors ? 3 : 2,
      applicationContext: name(changed == .applicationContext ? "model 2" : "model 1"))
  }

  private func isSecondHalf(_ id: ClientID) -> Bool { id.rawValue > 3 }

  private struct Course {
    var server: ServerSession
    var answers: [UnmaskingResponse] = []
  }

  /// Leads everybody to the last round and lets the server, one of the first half, take the
  /// answers.
  private func course(_ difference: Difference) throws -> Course {
    let halves = try [false, true].map { try parameters(difference, isSecondHalf: $0) }
    func own(_ id: ClientID) -> SessionParameters { halves[isSecondHalf(id) ? 1 : 0] }
    let clients = try ClientID.all(cohortSize: Self.clientCount).map { id in
      let elements = [UInt64](repeating: 3, count: own(id).layout.elementCount)
      return try SimulatedClient(
        id: id, parameters: own(id),
        input: PackedVector(elements, layout: own(id).layout))
    }
    var course = Course(server: ServerSession(parameters: halves[0]))
    for round in ProtocolRound.rounds(in: .semiHonest) {
      for client in clients {
        let message: ClientMessage
        if round == .advertiseKeys {
          message = client.opening
        } else {
          let opening = try course.server.message(for: client.id)
          message = try client.answer(
            opening.relayed(
              to: own(client.id).digest,
              withOtherRoster: difference == .rosterCommitment && isSecondHalf(client.id)))
        }
        if case .unmaskingResponse(let answer) = message { course.answers.append(answer) }
        try course.server.receive(message.moved(to: halves[0].digest), from: client.id)
      }
      if round != .unmasking { try course.server.closeRound() }
    }
    return course
  }

  @Test("envelopes of the other half do not open", arguments: Difference.allCases)
  func envelopes(difference: Difference) throws {
    let course = try course(difference)
    try #require(course.answers.count == Self.clientCount)
    let ids = ClientID.all(cohortSize: Self.clientCount)
    for answer in course.answers {
      let ownHalf = ids.filter {
        $0 != answer.sender && isSecondHalf($0) == isSecondHalf(answer.sender)
      }
      let otherHalf = ids.filter { isSecondHalf($0) != isSecondHalf(answer.sender) }
      if difference == .nothing {
        #expect(answer.unopened.isEmpty)
      } else {
        #expect(answer.shares.map(\.subject) == ownHalf)
        #expect(answer.unopened == otherHalf)
      }
    }
  }

  @Test("and there is no sum", arguments: Difference.allCases)
  func noSum(difference: Difference) throws {
    var server = try course(difference).server
    switch difference {
    case .nothing:
      #expect(try server.unmask().sums.unsigned == [18, 18, 18, 18, 18])
    case .rosterCommitment:
      // Self masks do not depend on the roster and come off; those between the halves do not.
      #expect(throws: ServerError.sumInconsistent) { try server.unmask() }
    default:
      // The other half has commitments that only its own session explains.
      let error = #expect(throws: ServerError.self) { try server.unmask() }
      guard case .sharesMissing(let dealer, let kind, let found, let threshold, _)? = error else {
        Issue.record("expected missing shares, found \(error as Any)")
        return
      }
      #expect(try (dealer, kind, found, threshold) == (client(4), .selfMask, 0, 2))
    }
  }
}

extension ServerMessage {
  /// The same message for a client that believes in another session, or another roster.
  fileprivate func relayed(to session: Digest, withOtherRoster isOther: Bool) -> ServerMessage {
    switch self {
    case .rosterAnnouncement(let message):
      .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: message.recipient, rosterSize: message.rosterSize,
          commitment: isOther ? session : message.commitment,
          neighbours: message.neighbours.map {
            KeyAdvertisement(
              session: session, sender: $0.sender, sealingKey: $0.sealingKey, maskKey: $0.maskKey)
          }))
    case .shareDelivery(let message):
      .shareDelivery(
        ShareDelivery(session: session, recipient: message.recipient, shares: message.shares))
    case .contributorAnnouncement(let message):
      .contributorAnnouncement(
        ContributorAnnouncement(
          session: session, recipient: message.recipient, contributors: message.contributors))
    case .unmaskingRequest(let message):
      .unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: message.recipient,
          contributorCount: message.contributorCount, contributors: message.contributors))
    }
  }
}
