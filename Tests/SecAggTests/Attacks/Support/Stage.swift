import FLMath
import Testing

@testable import SecAgg

/// A session that an adversary has led to the point where all masked inputs are in. It kept
/// everything; the honest clients are asleep, so that a test can try one continuation after the
/// other with the same clients.
struct Stage {
  let parameters: SessionParameters
  let honest: [ClientID]
  let traitors: [Traitor]
  let advertisements: [ClientID: KeyAdvertisement]
  let roster: [ClientID]
  let commitment: Digest
  let neighbours: [ClientID: [ClientID]]
  let distributions: [ClientID: ShareDistribution]
  /// Pairs of an owner of shares and a recipient that the server withheld them from.
  let withheld: Set<[ClientID]>
  let inputs: [ClientID: PackedVector]
  /// Of the clients that masked with one. The adversary knows them: it chose them.
  let inputContexts: [ClientID: Digest]
  /// The masked inputs.
  let words: [ClientID: [UInt64]]
  let asleep: [ClientID: [UInt8]]

  init(
    parameters: SessionParameters, traitors numbers: [Int] = [], ghosts: [Traitor] = [],
    seed: UInt64, policy: ClientPolicy? = nil, inputContexts: [ClientID: Digest] = [:]
  ) throws {
    self.parameters = parameters
    let traitors =
      try numbers.map { try Traitor(id: client($0), parameters: parameters) } + ghosts
    let honest = ClientID.all(cohortSize: parameters.cohortSize).filter { id in
      !traitors.contains { $0.id == id }
    }
    var server = ServerSession(
      parameters: parameters, identities: TestIdentities.directory)
    var advertisements: [ClientID: KeyAdvertisement] = [:]
    var asleep: [ClientID: [UInt8]] = [:]
    for id in honest {
      let round = try Self.advertise(id, parameters, policy ?? .expecting(parameters))
      advertisements[id] = round.message
      asleep[id] = round.stored().copied()
    }
    for traitor in traitors { advertisements[traitor.id] = traitor.advertisement }
    for (id, message) in advertisements {
      try server.receive(.keyAdvertisement(message), from: id)
    }
    try server.closeRound()
    roster = server.awaited
    var neighbours: [ClientID: [ClientID]] = [:]
    var distributions: [ClientID: ShareDistribution] = [:]
    var commitment = parameters.digest
    for id in roster {
      let announcement = try server.message(for: id).announcedRoster()
      commitment = announcement.commitment
      neighbours[id] = announcement.neighbours.map(\.sender)
      if let bytes = asleep[id] {
        let round = try AdvertiseKeysRound(restoring: SecretBytes(copying: bytes)).shareKeys(
          with: announcement, identities: TestIdentities.directory)
        distributions[id] = round.message
        asleep[id] = round.stored().copied()
      }
    }
    for traitor in traitors {
      distributions[traitor.id] = try traitor.distribution(to: neighbours[traitor.id] ?? [])
    }
    for (id, message) in distributions {
      try server.receive(.shareDistribution(message), from: id)
    }
    try server.closeRound()
    var generator = SimulationGenerator(seed: seed)
    let largest = parameters.layout.lanes.maximumSum(contributors: 1)
    var inputs: [ClientID: PackedVector] = [:]
    var words: [ClientID: [UInt64]] = [:]
    for id in honest {
      let elements = (0..<parameters.layout.elementCount).map { _ in generator.next() & largest }
      let input = try PackedVector(elements, layout: parameters.layout)
      inputs[id] = input
      let bytes = try #require(asleep[id])
      let round = try ShareKeysRound(restoring: SecretBytes(copying: bytes)).maskInput(
        input, delivery: server.message(for: id).delivery(), inputContext: inputContexts[id])
      words[id] = round.message.words
      asleep[id] = round.stored().copied()
    }
    self.honest = honest
    self.traitors = traitors
    self.advertisements = advertisements
    self.commitment = commitment
    self.neighbours = neighbours
    self.distributions = distributions
    withheld = []
    self.inputs = inputs
    self.inputContexts = inputContexts
    self.words = words
    self.asleep = asleep
  }

  private static func advertise(
    _ id: ClientID, _ parameters: SessionParameters, _ policy: ClientPolicy
  ) throws -> AdvertiseKeysRound {
    switch parameters.threatModel {
    case .semiHonest:
      try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
    case .malicious:
      try AdvertiseKeysRound(
        id: id, parameters: parameters, policy: policy, signedBy: TestIdentities.key(of: id))
    }
  }

  /// An honest client, awake and waiting for the message that follows its masked input.
  func awake(_ id: ClientID) throws -> MaskedInputRound {
    try MaskedInputRound(restoring: SecretBytes(copying: try #require(asleep[id])))
  }

  /// A set of clients, one bit for each.
  func set(_ members: some Sequence<ClientID>) -> ContributorSet {
    let members = Set(members)
    return ContributorSet(roster.map { members.contains($0) })
  }

  func announcement(
    of members: some Sequence<ClientID>, to id: ClientID
  ) -> ContributorAnnouncement {
    ContributorAnnouncement(session: parameters.digest, recipient: id, contributors: set(members))
  }

  /// What the request to unmask the sum of these looks like to one client.
  func request(
    of members: some Sequence<ClientID>, to id: ClientID, endorsements: [Endorsement] = []
  ) -> UnmaskingRequest {
    let members = Set(members)
    return UnmaskingRequest(
      session: parameters.digest, recipient: id, contributorCount: members.count,
      contributors: members.intersection((neighbours[id] ?? []) + [id]).sorted(),
      endorsements: endorsements)
  }

  /// The client's signature of a set and, asleep, the client that gave it.
  func signed(
    _ members: some Sequence<ClientID>, by id: ClientID
  ) throws -> (endorsement: Endorsement, asleep: [UInt8]) {
    let round = try awake(id).checkConsistency(
      of: announcement(of: members, to: id), signedBy: TestIdentities.key(of: id))
    let endorsement = Endorsement(signer: id, signature: round.message.signature)
    return (endorsement, round.stored().copied())
  }

  /// Gives every honest client a survivor set of its own and returns the answers of those that
  /// gave one. In the malicious model each is shown the signatures of all that signed the same set.
  func answers(to views: [ClientID: Set<ClientID>]) throws -> [UnmaskingResponse] {
    switch parameters.threatModel {
    case .semiHonest:
      try views.compactMap { id, members in
        let round = try awake(id)
        do {
          return try round.unmask(request(of: members, to: id))
        } catch is ClientError {
          return nil
        }
      }
    case .malicious:
      try answersAfterSigning(views)
    }
  }

  private func answersAfterSigning(
    _ views: [ClientID: Set<ClientID>]
  ) throws -> [UnmaskingResponse] {
    var signers: [ClientID: [UInt8]] = [:]
    var endorsements: [Set<ClientID>: [Endorsement]] = [:]
    for (id, members) in views {
      do {
        let (endorsement, bytes) = try signed(members, by: id)
        signers[id] = bytes
        endorsements[members, default: []].append(endorsement)
      } catch is ClientError {
        continue
      }
    }
    for members in endorsements.keys {
      for traitor in traitors where !traitor.isGhost {
        let endorsement = try traitor.endorsement(of: set(members), roster: commitment)
        endorsements[members]?.append(endorsement)
      }
    }
    return try signers.compactMap { id, bytes in
      let members = views[id] ?? []
      let round = try ConsistencyCheckRound(restoring: SecretBytes(copying: bytes))
      do {
        return try round.unmask(
          request(of: members, to: id, endorsements: endorsements[members] ?? []))
      } catch is ClientError {
        return nil
      }
    }
  }
}

extension ServerMessage {
  func announcedRoster() throws -> RosterAnnouncement {
    guard case .rosterAnnouncement(let message) = self else {
      throw ServerError.noMessage(for: recipient)
    }
    return message
  }

  func delivery() throws -> ShareDelivery {
    guard case .shareDelivery(let message) = self else {
      throw ServerError.noMessage(for: recipient)
    }
    return message
  }

  func contributorAnnouncement() throws -> ContributorAnnouncement {
    guard case .contributorAnnouncement(let message) = self else {
      throw ServerError.noMessage(for: recipient)
    }
    return message
  }

  func unmaskingRequest() throws -> UnmaskingRequest {
    guard case .unmaskingRequest(let message) = self else {
      throw ServerError.noMessage(for: recipient)
    }
    return message
  }
}
