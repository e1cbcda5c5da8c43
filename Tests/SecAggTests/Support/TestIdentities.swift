import SecAgg

/// Identity keys of test clients, the same in every test: that of client n is made of a seed of n.
enum TestIdentities {
  /// Any client's key pair.
  static func key(of id: ClientID) throws -> IdentityKey {
    try IdentityKey(seed: SecretBytes(copying: seed(of: id)))
  }

  private static func seed(of id: ClientID) -> [UInt8] {
    SessionParameters.applicationContext(of: Array("identity of \(id)".utf8)).bytes
  }

  /// The keys of clients 1 to 128.
  static let directory: PinnedIdentities? = {
    var keys: [ClientID: IdentityPublicKey] = [:]
    for id in ClientID.all(cohortSize: 128) { keys[id] = try? key(of: id).publicKey }
    return try? PinnedIdentities(keys)
  }()
}
