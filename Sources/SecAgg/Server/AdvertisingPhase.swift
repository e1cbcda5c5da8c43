/// Round 0 at the server: key advertisements.
struct AdvertisingPhase: Sendable {
  private(set) var advertisements: [ClientID: KeyAdvertisement] = [:]
  /// The identity keys that they were verified with, in the malicious model. The directory is asked once
  /// for each client: a later answer of it changes nothing.
  private(set) var identityKeys: [ClientID: IdentityPublicKey] = [:]
  private var keys: Set<PublicKey> = []

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
