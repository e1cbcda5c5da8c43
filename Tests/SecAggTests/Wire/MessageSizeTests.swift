import FLMath
import SecAgg
import SecAggWire
import Testing

@Suite("Wire: largest messages")
struct MessageSizeTests {
  /// A session's shape.
  struct Shape: Sendable, CustomTestStringConvertible {
    let threatModel: ThreatModel
    let cohortSize: Int
    let degree: Int
    var elementCount = 1

    var testDescription: String {
      "\(threatModel), \(cohortSize) clients, \(degree) neighbours, \(elementCount) elements"
    }

    func parameters() throws -> SessionParameters {
      try testParameters(
        threatModel: threatModel, cohortSize: cohortSize, degree: degree,
        threshold: degree / 2 + 1, elementCount: elementCount)
    }

    static let simulated: [Shape] = ThreatModel.allCases.flatMap { threatModel in
      [(3, 2), (10, 9), (10, 4), (40, 39), (40, 10), (100, 20)].map {
        Shape(threatModel: threatModel, cohortSize: $0.0, degree: $0.1)
      } + [Shape(threatModel: threatModel, cohortSize: 10, degree: 9, elementCount: 5_000)]
    }

    static let forged: [Shape] = ThreatModel.allCases.flatMap { threatModel in
      [(1_000, 60), (1_000, 800), (1 << 20, 8), (1 << 20, 62)].map {
        Shape(threatModel: threatModel, cohortSize: $0.0, degree: $0.1)
      } + [Shape(threatModel: threatModel, cohortSize: 1 << 20, degree: 62, elementCount: 100_000)]
    }
  }

  private final class Longest {
    var fromClient = 0
    var fromServer = 0
  }

  @Test(
    "no message of a session is longer than the most that is stated, and the longest is nearly so long",
    arguments: Shape.simulated, [false, true])
  func sessions(shape: Shape, dropsOut: Bool) throws {
    let parameters = try shape.parameters()
    let longest = Longest()
    var session = try SimulatedSession(parameters: parameters, seed: 1)
    session.onTheWay = { message in
      longest.fromClient = max(longest.fromClient, (try? message.serialized().count) ?? .max)
      return message
    }
    // A client that drops out makes others reveal their shares of its mask key.
    let leaving: [ClientID: LeavingPoint] =
      dropsOut && shape.cohortSize > 3 ? [try client(2): .beforeMaskedInput] : [:]
    for round in ProtocolRound.rounds(in: shape.threatModel) {
      try session.collect(round, leaving: leaving)
      guard round != .unmasking else { continue }
      try session.server.closeRound()
      for message in session.server.messages {
        longest.fromServer = max(longest.fromServer, try message.serialized().count)
      }
    }
    #expect(try session.server.unmask().contributors.count == shape.cohortSize - leaving.count)
    let (client, server) = (
      parameters.maximumClientMessageByteCount, parameters.maximumServerMessageByteCount
    )
    #expect((10 * client / 13...client).contains(longest.fromClient))
    #expect((10 * server / 13...server).contains(longest.fromServer))
  }

  /// Messages as the last client of a session sends and gets them whose neighbours have the ids before
  /// its own. Sessions of so many clients take too long.
  @Test("messages with the longest ids and proofs reach the most exactly", arguments: Shape.forged)
  func longestIDs(shape: Shape) throws {
    let parameters = try shape.parameters()
    let (fromClient, fromServer) = try longestMessages(of: parameters)
    #expect(
      try fromClient.map { try $0.serialized().count }.max()
        == parameters.maximumClientMessageByteCount)
    #expect(
      try fromServer.map { try $0.serialized().count }.max()
        == parameters.maximumServerMessageByteCount)
  }

  private func longestMessages(
    of parameters: SessionParameters
  ) throws -> (fromClient: [ClientMessage], fromServer: [ServerMessage]) {
    let session = parameters.digest
    let isMalicious = parameters.threatModel == .malicious
    let last = parameters.cohortSize
    let sender = try client(last)
    let peers = try (1...parameters.degree).map { try client(last - $0) }
    let sealed = try #require(
      SealedShares(bytes: [UInt8](repeating: 1, count: SealedShares.byteCount)))
    let addressed = peers.map { AddressedShares(peer: $0, shares: sealed) }
    let share = try SecretShare(bytes: [UInt8](repeating: 1, count: SecretShare.byteCount))
    let signature = try Signature(bytes: [UInt8](repeating: 1, count: Signature.byteCount))
    let keys = try AdvertiseKeysRound(
      id: client(1),
      parameters: testParameters(cohortSize: 3, threshold: 2), policy: .testing()
    ).message
    let neighbours = peers.map {
      KeyAdvertisement(
        session: session, sender: $0, sealingKey: keys.sealingKey, maskKey: keys.maskKey,
        signature: isMalicious ? signature : nil)
    }
    let everybody = [UInt8](repeating: 255, count: last / 8)
    // A tree of so many leaves is as deep as the logarithm, rounded up.
    let depth = (0...20).first { 1 << $0 >= last } ?? 20
    let path = [Digest](repeating: session, count: depth)
    let membership: RosterMembership? =
      isMalicious && parameters.degree < last - 1
      ? RosterMembership(
        ids: try #require(RosterIDs(bytes: everybody)), ownPath: path,
        neighbourPaths: peers.map { _ in path })
      : nil
    var fromClient: [ClientMessage] = [
      .keyAdvertisement(neighbours[0]),
      .shareDistribution(
        ShareDistribution(
          session: session, sender: sender, selfMaskCommitment: session, shares: addressed)),
      .maskedInput(
        MaskedInput(
          session: session, sender: sender,
          words: [UInt64](repeating: 1, count: parameters.layout.wordCount))),
      .unmaskingResponse(
        UnmaskingResponse(
          session: session, sender: sender,
          shares: peers.map { RevealedShare(subject: $0, kind: .maskKey, share: share) },
          unopened: [])),
    ]
    var fromServer: [ServerMessage] = [
      .rosterAnnouncement(
        RosterAnnouncement(
          session: session, recipient: sender, rosterSize: last, commitment: session,
          neighbours: neighbours, membership: membership)),
      .shareDelivery(ShareDelivery(session: session, recipient: sender, shares: addressed)),
      .unmaskingRequest(
        UnmaskingRequest(
          session: session, recipient: sender, contributorCount: last,
          contributors: peers + [sender],
          endorsements: isMalicious
            ? peers.prefix(parameters.threshold).map {
              Endorsement(signer: $0, signature: signature)
            }
            : [])),
    ]
    if isMalicious {
      fromClient.append(
        .contributorEndorsement(
          ContributorEndorsement(session: session, sender: sender, signature: signature)))
      fromServer.append(
        .contributorAnnouncement(
          ContributorAnnouncement(
            session: session, recipient: sender,
            contributors: try #require(ContributorSet(rosterSize: last, bytes: everybody)))))
    }
    return (fromClient, fromServer)
  }
}
