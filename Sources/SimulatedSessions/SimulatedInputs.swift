import FLMath
package import SecAgg

/// Identity keys of simulated clients, remade from a seed whenever one signs. Real clients keep
/// theirs in a keychain, and pin or look up those of others.
package struct SimulatedIdentities: IdentityDirectory {
  private let seed: UInt64
  private let keys: [ClientID: IdentityPublicKey]

  /// Keys for the cohort of a session in the malicious model; none are needed in the other.
  package init(seed: UInt64, for parameters: SessionParameters) throws {
    self.seed = seed
    var keys: [ClientID: IdentityPublicKey] = [:]
    if parameters.threatModel == .malicious {
      for id in ClientID.all(cohortSize: parameters.cohortSize) {
        keys[id] = try Self.key(of: id, seed: seed).publicKey
      }
    }
    self.keys = keys
  }

  package func identityKey(of id: ClientID) -> IdentityPublicKey? { keys[id] }

  /// A client's key pair.
  package func key(of id: ClientID) throws -> IdentityKey {
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

/// The random vectors of an aggregation, made anew whenever one is asked for.
package struct RandomVectors: Sendable {
  package let seed: UInt64
  package let layout: VectorLayout

  package init(
    seed: UInt64, layout: VectorLayout
  ) {
    self.seed = seed
    self.layout = layout
  }

  /// The vector of a client.
  package func vector(of id: ClientID) throws -> PackedVector {
    try PackedVector(elements(of: id), layout: layout)
  }

  private func elements(of id: ClientID) -> [UInt64] {
    var generator = SimulationGenerator(seed: seed &* 0x1_0000_0001 &+ UInt64(id.rawValue))
    // The aggregations of the demo have unsigned lanes.
    let largest = UInt64.max >> UInt64(UInt64.bitWidth - layout.lanes.valueBits)
    var elements = [UInt64](repeating: 0, count: layout.elementCount)
    for index in elements.indices { elements[index] = generator.next() & largest }
    return elements
  }

  /// The sum that the server must come to.
  package func plaintextSum(of contributors: [ClientID]) throws -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: layout.elementCount)
    for id in contributors {
      let elements = elements(of: id)
      for index in sum.indices { sum[index] += elements[index] }
    }
    return sum
  }
}
