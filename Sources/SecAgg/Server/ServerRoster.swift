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
