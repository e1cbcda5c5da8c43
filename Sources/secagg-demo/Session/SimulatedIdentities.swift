import FLMath
import SecAgg

/// Identity keys of simulated clients, remade from a seed whenever one signs. Real clients keep
/// theirs in a keychain, and pin or look up those of others.
struct SimulatedIdentities: IdentityDirectory {
  private let seed: UInt64
  private let keys: [ClientID: IdentityPublicKey]

  /// Keys for the cohort of a session in the malicious model; none are needed in the other.
  init(seed: UInt64, for parameters: SessionParameters) throws {
    self.seed = seed
    var keys: [ClientID: IdentityPublicKey] = [:]
    if parameters.threatModel == .malicious {
      for id in ClientID.all(cohortSize: parameters.cohortSize) {
        keys[id] = try Self.key(of: id, seed: seed).publicKey
      }
    }
    self.keys = keys
  }

  func identityKey(of id: ClientID) -> IdentityPublicKey? { keys[id] }

  /// A client's key pair.
  func key(of id: ClientID) throws -> IdentityKey {
    try Self.key(of: id, seed: seed)
  }

  private static func key(of id: ClientID, seed: UInt64) throws -> IdentityKey {
    var generator = SimulationGenerator(seed: seed ^ UInt64(id.rawValue) &* 0x9e37_79b9_7f4a_7c15)
    let bytes = (0..<IdentityKey.seedByteCount).map { _ in
      UInt8(truncatingIfNeeded: generator.next())
    }
    return try IdentityKey(seed: SecretBytes(copying: bytes))
  }
}
