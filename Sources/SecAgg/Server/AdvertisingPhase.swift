/// Round 0 at the server: key advertisements.
struct AdvertisingPhase: Sendable {
  private(set) var advertisements: [ClientID: KeyAdvertisement] = [:]
  private var keys: Set<PublicKey> = []

  mutating func receive(
    _ message: KeyAdvertisement, parameters: SessionParameters,
    identities: (any IdentityDirectory)?
  ) throws(ServerError) {
    let sender = message.sender
    guard sender.rawValue <= UInt32(parameters.cohortSize) else { throw .stranger(sender) }
    guard advertisements[sender] == nil else {
      throw .duplicate(from: sender, round: .advertiseKeys)
    }
    guard message.sealingKey != message.maskKey, !keys.contains(message.sealingKey),
      !keys.contains(message.maskKey)
    else { throw .repeatedKey(from: sender) }
    guard message.isAuthentic(in: parameters.threatModel, by: identities) else {
      throw .notAuthentic(from: sender)
    }
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
      roster: ServerRoster(Array(advertisements.values), parameters: parameters))
  }
}
