/// Round 0 at the server: key advertisements.
struct AdvertisingPhase: Sendable {
  private(set) var advertisements: [ClientID: KeyAdvertisement] = [:]
  /// The identity keys that they were verified with, in the malicious model. The directory is asked once
  /// for each client: a later answer of it changes nothing.
  private(set) var identityKeys: [ClientID: IdentityPublicKey] = [:]
  private var keys: Set<PublicKey> = []

  init() {}

  /// The phase that a roster came from.
  init(of roster: ServerRoster) {
    for advertisement in roster.advertisements {
      advertisements[advertisement.sender] = advertisement
    }
    for (advertisement, key) in zip(roster.advertisements, roster.identityKeys) {
      identityKeys[advertisement.sender] = key
    }
  }

  mutating func receive(
    _ message: KeyAdvertisement, parameters: SessionParameters,
    identityKey: (ClientID) -> IdentityPublicKey?
  ) throws(ServerError) {
    let sender = message.sender
    guard sender.rawValue <= UInt32(parameters.cohortSize) else { throw .stranger(sender) }
    guard advertisements[sender] == nil else {
      throw .duplicate(from: sender, round: .advertiseKeys)
    }
    guard message.sealingKey != message.maskKey, !keys.contains(message.sealingKey),
      !keys.contains(message.maskKey)
    else { throw .repeatedKey(from: sender) }
    let identityKey = parameters.threatModel == .malicious ? identityKey(sender) : nil
    guard message.isAuthentic(in: parameters.threatModel, by: identityKey) else {
      throw .notAuthentic(from: sender)
    }
    identityKeys[sender] = identityKey
    keys.insert(message.sealingKey)
    keys.insert(message.maskKey)
    advertisements[sender] = message
  }

  /// Fixes the roster; it must be large enough for the minimum of contributors and for everyone
  /// to have as many neighbours as the threshold.
  func close(parameters: SessionParameters) throws(ServerError) -> SharingPhase {
    let minimum = max(parameters.minimumContributors, parameters.threshold + 1)
    guard advertisements.count >= minimum else {
      throw .tooFewClients(round: .advertiseKeys, found: advertisements.count, minimum: minimum)
    }
    return SharingPhase(
      roster: ServerRoster(
        Array(advertisements.values), identityKeys: identityKeys, parameters: parameters))
  }
}

/// Round 1 at the server: sealed shares, which it cannot open.
struct SharingPhase: Sendable {
  let roster: ServerRoster
  private(set) var distributions: [ShareDistribution?]

  init(roster: ServerRoster, distributions: [ShareDistribution?]? = nil) {
    self.roster = roster
    self.distributions = distributions ?? Array(repeating: nil, count: roster.count)
  }

  func announcement(
    for id: ClientID, session: Digest
  ) throws(ServerError) -> RosterAnnouncement {
    guard let index = roster.index(of: id) else { throw .noMessage(for: id) }
    return RosterAnnouncement(
      session: session, recipient: id, rosterSize: roster.count, commitment: roster.commitment,
      neighbours: roster.neighbours(of: index).map { roster.advertisements[$0] },
      membership: roster.membership(of: index))
  }

  mutating func receive(_ message: ShareDistribution) throws(ServerError) {
    let sender = message.sender
    guard let index = roster.index(of: sender) else { throw .stranger(sender) }
    guard distributions[index] == nil else { throw .duplicate(from: sender, round: .shareKeys) }
    let expected = roster.neighbours(of: index).map { roster.id(at: $0) }
    guard message.shares.map(\.peer).elementsEqual(expected) else {
      throw .sharesNotForNeighbours(from: sender)
    }
    distributions[index] = message
  }

  /// Fixes the clients that shared. A client is left out if fewer of its neighbours than the
  /// threshold shared: its secrets could not be recovered. Others may lack neighbours in turn.
  ///
  /// Complexity: O(n k log k), whoever is left out.
  func close(parameters: SessionParameters) throws(ServerError) -> MaskedInputPhase {
    let isSharer = roster.core(
      of: distributions.map { $0 != nil }, minimumDegree: parameters.threshold)
    let found = isSharer.count { $0 }
    guard found >= parameters.minimumContributors else {
      throw .tooFewClients(
        round: .shareKeys, found: found, minimum: parameters.minimumContributors)
    }
    guard roster.isConnected({ isSharer[$0] }) else { throw .disconnected(round: .shareKeys) }
    let kept = zip(distributions, isSharer).map { distribution, isSharer in
      isSharer ? distribution : nil
    }
    return MaskedInputPhase(
      roster: roster, distributions: kept, wordCount: parameters.layout.wordCount)
  }
}

/// The clients that advertised keys, in id order, and who is whose neighbour.
struct ServerRoster: Sendable {
  let advertisements: [KeyAdvertisement]
  /// The identity keys that the advertisements were verified with, in the same order; empty in the
  /// semi-honest model.
  let identityKeys: [IdentityPublicKey]
  let commitment: Digest
  /// The indices of those who sign the set of contributors for all others, in ascending order.
  let endorsers: [Int]
  private let rosterIDs: RosterIDs
  /// The paths that clients check their neighbours with; empty where nobody needs them: in the
  /// semi-honest model, and where every client sees the whole roster.
  private let paths: [[Digest]]
  private let graph: NeighbourGraph
  private let indices: [ClientID: Int]

  init(
    _ advertisements: [KeyAdvertisement], identityKeys: [ClientID: IdentityPublicKey] = [:],
    parameters: SessionParameters
  ) {
    let sorted = advertisements.sorted { $0.sender < $1.sender }
    let tree = RosterCommitment(sorted)
    let commitment = tree.digest(session: parameters.digest)
    let needsProofs =
      parameters.threatModel == .malicious && parameters.degree < sorted.count - 1
    self.advertisements = sorted
    self.identityKeys = sorted.compactMap { identityKeys[$0.sender] }
    self.commitment = commitment
    rosterIDs = tree.ids
    paths = needsProofs ? tree.paths() : []
    graph = NeighbourGraph(
      count: sorted.count, degree: parameters.degree, commitment: commitment)
    endorsers = parameters.threatModel == .malicious ? graph.endorsers : []
    indices = Dictionary(
      sorted.enumerated().map { ($1.sender, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var count: Int { advertisements.count }

  func id(at index: Int) -> ClientID { advertisements[index].sender }

  /// The ids, in order, of the clients whose index satisfies `isIncluded`.
  func ids(where isIncluded: (Int) -> Bool) -> [ClientID] {
    advertisements.indices.filter(isIncluded).map { id(at: $0) }
  }

  func index(of id: ClientID) -> Int? { indices[id] }

  /// The proofs for a client and its neighbours, if they are needed.
  func membership(of index: Int) -> RosterMembership? {
    guard !paths.isEmpty else { return nil }
    return RosterMembership(
      ids: rosterIDs, ownPath: paths[index],
      neighbourPaths: neighbours(of: index).map { paths[$0] })
  }

  /// The neighbours' indices in ascending order, which is id order.
  func neighbours(of index: Int) -> [Int] { graph.neighbours(of: index) }

  /// For each client the number of its neighbours that are included. Complexity: O(n).
  func neighbourCounts(in isIncluded: [Bool]) -> [Int] {
    graph.neighbourCounts(in: isIncluded)
  }

  /// The largest part of the included clients in which each has at least `minimumDegree` neighbours.
  func core(of isIncluded: [Bool], minimumDegree: Int) -> [Bool] {
    graph.core(of: isIncluded, minimumDegree: minimumDegree)
  }

  /// Whether the clients whose index satisfies `isIncluded` hold together by edges among
  /// themselves. If not, the sum of each piece could be unmasked by itself.
  func isConnected(_ isIncluded: (Int) -> Bool) -> Bool { graph.isConnected(isIncluded) }
}
