import SecAgg
import Testing

/// One client under test and the messages with which an honest server would lead it through a
/// session, of which a test can send it spoilt ones. Its neighbours need not take part: a client
/// opens their shares only when it is asked to unmask.
struct LoneClient {
  let id: ClientID
  let parameters: SessionParameters
  let policy: ClientPolicy

  init(
    number: Int, parameters: SessionParameters, policy: ClientPolicy? = nil
  ) throws {
    id = try client(number)
    self.parameters = parameters
    self.policy = policy ?? .expecting(parameters)
  }

  func advertise() throws -> AdvertiseKeysRound {
    try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
  }

  /// Advertisements of other clients, whoever they are.
  func advertisements(of numbers: [Int]) throws -> [KeyAdvertisement] {
    try numbers.map { number in
      let peer = try AdvertiseKeysRound(
        id: client(number), parameters: parameters, policy: .expecting(parameters))
      return peer.message
    }
  }

  func announcement(
    neighbours: [KeyAdvertisement], rosterSize: Int? = nil, session: Digest? = nil,
    recipient: ClientID? = nil
  ) -> RosterAnnouncement {
    RosterAnnouncement(
      session: session ?? parameters.digest, recipient: recipient ?? id,
      rosterSize: rosterSize ?? neighbours.count + 1,
      commitment: SessionParameters.applicationContext(of: Array("roster".utf8)),
      neighbours: neighbours)
  }

  /// The client in round 1, with these neighbours.
  func share(
    withNeighbours numbers: [Int], rosterSize: Int? = nil
  ) throws -> ShareKeysRound {
    try advertise().shareKeys(
      with: announcement(neighbours: advertisements(of: numbers), rosterSize: rosterSize))
  }

  func delivery(
    from numbers: [Int], session: Digest? = nil, recipient: ClientID? = nil
  ) throws -> ShareDelivery {
    let sealed = try #require(
      SealedShares(bytes: [UInt8](repeating: 7, count: SealedShares.byteCount)))
    return ShareDelivery(
      session: session ?? parameters.digest, recipient: recipient ?? id,
      shares: try numbers.map { AddressedShares(peer: try client($0), shares: sealed) })
  }

  func input() throws -> PackedVector {
    try PackedVector(
      [UInt64](repeating: 1, count: parameters.layout.elementCount), layout: parameters.layout)
  }

  /// The client in round 2, with these of its neighbours having shared.
  func mask(
    withNeighbours numbers: [Int], sharers: [Int], rosterSize: Int? = nil
  ) throws -> MaskedInputRound {
    try share(withNeighbours: numbers, rosterSize: rosterSize).maskInput(
      input(), delivery: delivery(from: sharers))
  }

  func request(
    contributors numbers: [Int], count: Int? = nil, session: Digest? = nil,
    recipient: ClientID? = nil
  ) throws -> UnmaskingRequest {
    UnmaskingRequest(
      session: session ?? parameters.digest, recipient: recipient ?? id,
      contributorCount: count ?? numbers.count, contributors: try numbers.map { try client($0) })
  }
}
