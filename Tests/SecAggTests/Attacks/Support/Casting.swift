import FLMath
import Testing

@testable import SecAgg

/// The parts in an attack that is prepared once the graph is known.
///
/// Real corrupt clients do not choose their places. A test that waited until they stand where an attack
/// needs them would wait for ever, so it chooses those that stand there. Clients that are in none of the sets
/// are on the roster and send noise in place of sealed shares, which nobody opens.
struct Casting {
  /// Clients in league with the server.
  var corrupt: Set<ClientID> = []
  /// Honest clients that have shared their secrets, and whose inputs the server calls late.
  var late: Set<ClientID> = []
  /// Honest clients that go through all rounds.
  var players: Set<ClientID> = []
  /// Pairs of an owner of shares and a recipient that the server withholds them from.
  var withheld: Set<[ClientID]> = []
}

/// Keys that the test knows, of a client that draws them as every other does.
private struct KnownKeys {
  let sealingPrivateKey: [UInt8]
  let maskSecret: [UInt8]
  let advertisement: KeyAdvertisement

  init(_ context: ClientContext) throws {
    sealingPrivateKey = SecureRandom.secretBytes(Digest.byteCount).copied()
    maskSecret = ShamirSharing.randomSecret().copied()
    let round = try AdvertiseKeysRound(
      context: context, sealingPrivateKey: SecretBytes(copying: sealingPrivateKey),
      maskSecret: SecretBytes(copying: maskSecret))
    advertisement = round.message.signed(by: try TestIdentities.key(of: context.id))
  }

  func round(_ context: ClientContext) throws -> AdvertiseKeysRound {
    try AdvertiseKeysRound(
      context: context, sealingPrivateKey: SecretBytes(copying: sealingPrivateKey),
      maskSecret: SecretBytes(copying: maskSecret), signature: advertisement.signature)
  }

  func traitor(_ context: ClientContext) throws -> Traitor {
    Traitor(
      advertisement: advertisement,
      sealingKeys: try KeyPair(privateKey: SecretBytes(copying: sealingPrivateKey)),
      maskKeys: try KeyPair(
        privateKey: MaskSeeds.maskPrivateKey(
          fromSharedSecret: SecretBytes(copying: maskSecret), owner: context.id,
          session: context.session)),
      parameters: context.parameters)
  }
}

extension Stage {
  /// A session of the malicious model in which all clients of the cohort advertise keys, and `cast`, which
  /// is given the clients in the order of their places on the circle, chooses the parts.
  init(
    parameters: SessionParameters, seed: UInt64, cast: (_ circle: [ClientID]) -> Casting
  ) throws {
    let roster = ClientID.all(cohortSize: parameters.cohortSize)
    let contexts = try Dictionary(
      uniqueKeysWithValues: roster.map {
        ($0, try ClientContext(id: $0, parameters: parameters, policy: .expecting(parameters)))
      })
    let keys = try contexts.mapValues { try KnownKeys($0) }
    let advertisements = keys.mapValues(\.advertisement)
    let directory = try PinnedIdentities(
      Dictionary(
        uniqueKeysWithValues: roster.map { ($0, try TestIdentities.key(of: $0).publicKey) }))
    let forged = ForgedRoster(roster.compactMap { advertisements[$0] }, parameters: parameters)
    let circle = RosterPermutation(count: roster.count, commitment: forged.commitment)
    let casting = cast(circle.indexAtPlace.map { roster[$0] })
    let graph = NeighbourGraph(
      count: roster.count, degree: parameters.degree, commitment: forged.commitment)
    var neighbours: [ClientID: [ClientID]] = [:]
    for (rank, id) in roster.enumerated() {
      neighbours[id] = graph.neighbours(of: rank).map { roster[$0] }
    }
    let traitors = try casting.corrupt.sorted().map { id in
      try #require(keys[id]).traitor(try #require(contexts[id]))
    }
    let played = casting.players.union(casting.late)
    var distributions: [ClientID: ShareDistribution] = [:]
    var asleep: [ClientID: [UInt8]] = [:]
    for (rank, id) in roster.enumerated() {
      guard played.contains(id) else {
        let noise = try Traitor(id: id, parameters: parameters)
        distributions[id] = try noise.distribution(to: neighbours[id] ?? [])
        continue
      }
      let round = try #require(keys[id]).round(try #require(contexts[id])).shareKeys(
        with: forged.announcement(for: rank), identities: directory)
      distributions[id] = round.message
      asleep[id] = round.stored().copied()
    }
    var generator = SimulationGenerator(seed: seed)
    let largest = parameters.layout.lanes.maximumSum(contributors: 1)
    var inputs: [ClientID: PackedVector] = [:]
    var words: [ClientID: [UInt64]] = [:]
    for id in casting.players.sorted() {
      let elements = (0..<parameters.layout.elementCount).map { _ in generator.next() & largest }
      let input = try PackedVector(elements, layout: parameters.layout)
      inputs[id] = input
      let shares = (neighbours[id] ?? []).compactMap { owner -> AddressedShares? in
        guard !casting.withheld.contains([owner, id]) else { return nil }
        return distributions[owner]?.shares(for: id).map {
          AddressedShares(peer: owner, shares: $0)
        }
      }
      let bytes = try #require(asleep[id])
      let round = try ShareKeysRound(restoring: SecretBytes(copying: bytes)).maskInput(
        input,
        delivery: ShareDelivery(session: parameters.digest, recipient: id, shares: shares))
      words[id] = round.message.words
      asleep[id] = round.stored().copied()
    }
    self.parameters = parameters
    honest = played.sorted()
    self.traitors = traitors
    self.advertisements = advertisements
    self.roster = roster
    commitment = forged.commitment
    self.neighbours = neighbours
    self.distributions = distributions
    withheld = casting.withheld
    self.inputs = inputs
    inputContexts = [:]
    self.words = words
    self.asleep = asleep
  }

  /// The answers of the players that accept `members` as the set of contributors.
  ///
  /// Each is shown the signatures of all contributors, among which are those that count for it. Honest clients
  /// that are not played would sign as the players do: the set is large enough and connected.
  func answers(
    of players: some Sequence<ClientID>, to members: Set<ClientID>
  ) throws -> [UnmaskingResponse] {
    let signers = members.subtracting(honest)
    let announced = set(members)
    var endorsements = try signers.map { id in
      Endorsement(
        signer: id,
        signature: announced.endorsement(
          by: try TestIdentities.key(of: id), session: parameters.digest, roster: commitment))
    }
    var signed: [ClientID: [UInt8]] = [:]
    for id in players {
      do {
        let (endorsement, bytes) = try self.signed(members, by: id)
        endorsements.append(endorsement)
        signed[id] = bytes
      } catch is ClientError {
        continue
      }
    }
    return try signed.compactMap { id, bytes in
      let round = try ConsistencyCheckRound(restoring: SecretBytes(copying: bytes))
      do {
        return try round.unmask(request(of: members, to: id, endorsements: endorsements))
      } catch is ClientError {
        return nil
      }
    }
  }
}
