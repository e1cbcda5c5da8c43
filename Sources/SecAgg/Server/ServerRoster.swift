/// The clients that advertised keys, in id order, and who is whose neighbour.
struct ServerRoster: Sendable {
  let advertisements: [KeyAdvertisement]
  let commitment: Digest
  private let graph: NeighbourGraph
  private let indices: [ClientID: Int]

  init(_ advertisements: [KeyAdvertisement], parameters: SessionParameters) {
    let sorted = advertisements.sorted { $0.sender < $1.sender }
    let commitment = RosterCommitment.commitment(to: sorted, session: parameters.digest)
    self.advertisements = sorted
    self.commitment = commitment
    graph = NeighbourGraph(
      count: sorted.count, degree: parameters.degree, commitment: commitment)
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

  /// The neighbours' indices in ascending order, which is id order.
  func neighbours(of index: Int) -> [Int] { graph.neighbours(of: index) }

  /// Whether the clients whose index satisfies `isIncluded` hold together by edges among
  /// themselves. If not, the sum of each piece could be unmasked by itself.
  func isConnected(_ isIncluded: (Int) -> Bool) -> Bool { graph.isConnected(isIncluded) }
}
