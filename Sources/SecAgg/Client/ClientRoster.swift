/// The part of the roster that a client knows: its size, the commitment, the neighbours' keys.
struct ClientRoster: Sendable {
  let size: Int
  let commitment: Digest
  let neighbours: [KeyAdvertisement]
  /// In the malicious model.
  let verified: VerifiedRoster?

  /// Takes an announcement apart and refuses whatever is not possible in an honest session.
  init(
    _ announcement: RosterAnnouncement, for client: ClientContext, own: KeyAdvertisement,
    identities: (any IdentityDirectory)?
  ) throws(ClientError) {
    try client.check(session: announcement.session, recipient: announcement.recipient)
    let parameters = client.parameters
    let size = announcement.rosterSize
    guard (3...parameters.cohortSize).contains(size) else {
      throw .rosterSize(found: size, atMost: parameters.cohortSize)
    }
    guard size >= client.policy.minimumCohortSize else {
      throw .policy(.cohortSize(found: size, floor: client.policy.minimumCohortSize))
    }
    let neighbours = announcement.neighbours
    let expected = NeighbourGraph.degree(parameters.degree, inRosterOf: size)
    guard neighbours.count == expected else {
      throw .neighbourCount(found: neighbours.count, expected: expected)
    }
    guard expected >= parameters.threshold else {
      throw .neighboursBelowThreshold(found: expected, threshold: parameters.threshold)
    }
    var keys: Set = [own.sealingKey, own.maskKey]
    var previous: ClientID?
    for neighbour in neighbours {
      let id = neighbour.sender
      let isInOrder = previous.map { $0 < id } ?? true
      guard id != client.id, isInOrder, id.rawValue <= UInt32(parameters.cohortSize) else {
        throw .invalidNeighbour(id)
      }
      guard neighbour.session == client.session else {
        throw .otherSession(expected: client.session, found: neighbour.session)
      }
      guard keys.insert(neighbour.sealingKey).inserted, keys.insert(neighbour.maskKey).inserted
      else { throw .repeatedKey(id) }
      previous = id
    }
    switch parameters.threatModel {
    case .semiHonest:
      verified = nil
    case .malicious:
      verified = try VerifiedRoster(announcement, for: client, own: own, by: identities)
    }
    self.size = size
    self.commitment = announcement.commitment
    self.neighbours = neighbours
  }

  func write(to writer: inout ByteWriter) {
    writer.write(count: size)
    writer.write(commitment)
    writer.write(count: neighbours.count)
    for neighbour in neighbours {
      writer.write(neighbour.sender)
      writer.write(neighbour.sealingKey)
      writer.write(neighbour.maskKey)
    }
    verified?.write(to: &writer)
  }

  init(from reader: inout ByteReader, client: ClientContext) throws(StoredStateError) {
    size = try reader.count("roster size", atMost: SessionParameters.maximumCohortSize)
    commitment = try reader.digest()
    var neighbours: [KeyAdvertisement] = []
    for _ in 0..<(try reader.listCount(entrySize: 68)) {
      neighbours.append(
        KeyAdvertisement(
          session: client.session, sender: try reader.clientID(),
          sealingKey: try reader.publicKey(),
          maskKey: try reader.publicKey()))
    }
    self.neighbours = neighbours
    verified =
      client.parameters.threatModel == .malicious
      ? try VerifiedRoster(from: &reader, neighbourCount: neighbours.count) : nil
  }
}
