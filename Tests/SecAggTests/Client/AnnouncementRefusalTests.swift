import SecAgg
import Testing

/// What a client refuses in round 1. `shareKeys` consumes the client: after an error there is no
/// value that could reveal anything, which the compiler checks.
@Suite("Refused rosters")
struct AnnouncementRefusalTests {
  private static func lone(
    degree: Int? = nil, threshold: Int = 3, policy: ClientPolicy? = nil
  ) throws -> LoneClient {
    try LoneClient(
      number: 4,
      parameters: testParameters(cohortSize: 9, degree: degree, threshold: threshold),
      policy: policy)
  }

  private func expect(
    _ error: ClientError, from lone: LoneClient, for announcement: RosterAnnouncement,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let round = try lone.advertise()
    do {
      _ = try round.shareKeys(with: announcement)
      Issue.record("accepted, expected \(error)", sourceLocation: sourceLocation)
    } catch let found {
      #expect(found == error, sourceLocation: sourceLocation)
    }
  }

  @Test("an honest roster is accepted, whoever the neighbours are")
  func accepted() throws {
    let lone = try Self.lone()
    for others in [[1, 2, 3, 5, 6, 7, 8, 9], [1, 5, 9], [5, 6, 7]] {
      let next = try lone.share(withNeighbours: others)
      let peers = next.message.shares.map(\.peer)
      #expect(peers == (try others.map { try client($0) }))
    }
    let sparse = try Self.lone(degree: 4)
    let next = try sparse.share(withNeighbours: [1, 2, 8, 9], rosterSize: 7)
    let count = next.message.shares.count
    #expect(count == 4)
  }

  @Test("of another session")
  func otherSession() throws {
    let lone = try Self.lone()
    let other = try Self.lone().parameters.digest
    let neighbours = try lone.advertisements(of: [1, 2, 3])
    try expect(
      .otherSession(expected: lone.parameters.digest, found: other), from: lone,
      for: lone.announcement(neighbours: neighbours, session: other))
  }

  @Test("with a neighbour of another session")
  func neighbourOfAnotherSession() throws {
    let lone = try Self.lone()
    let other = try Self.lone()
    let neighbours =
      try lone.advertisements(of: [1, 2]) + other.advertisements(of: [3])
    try expect(
      .otherSession(expected: lone.parameters.digest, found: other.parameters.digest), from: lone,
      for: lone.announcement(neighbours: neighbours))
  }

  @Test("for another client")
  func otherRecipient() throws {
    let lone = try Self.lone()
    let neighbours = try lone.advertisements(of: [1, 2, 3])
    try expect(
      .addressedToAnother(client(5)), from: lone,
      for: lone.announcement(neighbours: neighbours, recipient: client(5)))
  }

  @Test("of an impossible size", arguments: [Int.min, -1, 0, 1, 2, 10, 1 << 32, Int.max])
  func rosterSize(size: Int) throws {
    let lone = try Self.lone()
    let neighbours = try lone.advertisements(of: [1, 2, 3])
    try expect(
      .rosterSize(found: size, atMost: 9), from: lone,
      for: lone.announcement(neighbours: neighbours, rosterSize: size))
  }

  @Test("smaller than the policy's cohort")
  func rosterBelowPolicy() throws {
    let lone = try Self.lone(policy: ClientPolicy.testing(minimumCohortSize: 6))
    try expect(
      .policy(.cohortSize(found: 5, floor: 6)), from: lone,
      for: lone.announcement(neighbours: lone.advertisements(of: [1, 2, 3, 5])))
    let next = try lone.share(withNeighbours: [1, 2, 3, 5, 6])
    let count = next.message.shares.count
    #expect(count == 5)
  }

  @Test(
    "with another number of neighbours than size and degree give",
    arguments: [(4, 3), (4, 5), (4, 0), (8, 7), (8, 5)])
  func neighbourCount(degree: Int, found: Int) throws {
    let lone = try Self.lone(degree: degree)
    let others = [1, 2, 3, 5, 6, 7, 8, 9]
    try expect(
      .neighbourCount(found: found, expected: degree), from: lone,
      for: lone.announcement(
        neighbours: lone.advertisements(of: Array(others.prefix(found))), rosterSize: 9))
  }

  @Test("too small for the threshold")
  func neighboursBelowThreshold() throws {
    let lone = try Self.lone(threshold: 5)
    try expect(
      .neighboursBelowThreshold(found: 4, threshold: 5), from: lone,
      for: lone.announcement(neighbours: lone.advertisements(of: [1, 2, 3, 5])))
  }

  @Test(
    "with oneself, repeated or unordered neighbours",
    arguments: [
      ([1, 3, 4, 5], 4), ([4, 5, 6, 7], 4), ([1, 2, 3, 4], 4), ([1, 2, 2, 5], 2),
      ([1, 1, 2, 3], 1), ([2, 1, 3, 5], 1), ([1, 2, 5, 3], 3), ([9, 8, 7, 6], 8),
    ])
  func invalidNeighbour(numbers: [Int], culprit: Int) throws {
    let lone = try Self.lone()
    try expect(
      .invalidNeighbour(client(culprit)), from: lone,
      for: lone.announcement(neighbours: lone.advertisements(of: numbers)))
  }

  @Test("with a neighbour outside the cohort", arguments: [10, 11, Int(UInt32.max)])
  func outsideCohort(number: Int) throws {
    let lone = try Self.lone()
    let others = try lone.advertisements(of: [1, 2, 3])
    let outside = KeyAdvertisement(
      session: others[2].session, sender: try client(number), sealingKey: others[2].sealingKey,
      maskKey: others[2].maskKey)
    try expect(
      .invalidNeighbour(client(number)), from: lone,
      for: lone.announcement(neighbours: [others[0], others[1], outside]))
  }

  @Test("with a key of one neighbour advertised by another")
  func repeatedKeys() throws {
    let lone = try Self.lone()
    let others = try lone.advertisements(of: [1, 2, 3])
    let (first, last) = (others[0], others[2])
    for (sealingKey, maskKey) in [
      (first.sealingKey, last.maskKey), (last.sealingKey, first.maskKey),
      (first.maskKey, last.maskKey), (last.sealingKey, first.sealingKey),
      (last.sealingKey, last.sealingKey), (last.maskKey, last.maskKey),
    ] {
      let repeated = KeyAdvertisement(
        session: last.session, sender: last.sender, sealingKey: sealingKey, maskKey: maskKey)
      try expect(
        .repeatedKey(last.sender), from: lone,
        for: lone.announcement(neighbours: [first, others[1], repeated]))
    }
  }

  @Test("with this client's own keys reflected under another name", arguments: 0..<4)
  func reflectedKeys(which: Int) throws {
    let lone = try Self.lone()
    let round = try lone.advertise()
    let own = round.message
    let others = try lone.advertisements(of: [1, 2, 3])
    let peer = others[1]
    let reflected = KeyAdvertisement(
      session: own.session, sender: peer.sender,
      sealingKey: [own.sealingKey, own.maskKey, peer.sealingKey, peer.sealingKey][which],
      maskKey: [peer.maskKey, peer.maskKey, own.maskKey, own.sealingKey][which])
    do {
      _ = try round.shareKeys(
        with: lone.announcement(neighbours: [others[0], reflected, others[2]]))
      Issue.record("accepted")
    } catch {
      #expect(error == .repeatedKey(peer.sender))
    }
  }
}
