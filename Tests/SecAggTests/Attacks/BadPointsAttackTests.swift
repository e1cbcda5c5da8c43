import Testing

@testable import SecAgg

/// Public keys that are no good: what a client would agree on with them is known, or one key has
/// two encodings. Every X25519 string that `PublicKey` takes is on the curve or its twist; X25519 is
/// safe on both (RFC 7748, section 1), and low order on either is refused. `PublicKeyTests` goes
/// through the encodings; here is what becomes of them in an attack.
@Suite("Attack: bad points")
struct BadPointsAttackTests {
  @Test(
    "a point of low order, zero or not canonical is never a key in any message",
    arguments: PublicKeyTests.lowOrder)
  func keys(hex: String) {
    var point = OctetString.hex(hex)
    #expect(throws: PublicKeyError.lowOrder) { _ = try PublicKey(bytes: point) }
    point[31] |= 0x80
    #expect(throws: PublicKeyError.notCanonical) { _ = try PublicKey(bytes: point) }
  }

  @Test("a point of the twist gives a secret like any other")
  func twist() throws {
    // u = 2 is on the twist: 2^3 + 486662 * 2^2 + 2 is no square modulo 2^255 - 19.
    let point = try PublicKey(bytes: [2] + [UInt8](repeating: 0, count: 31))
    let pair = try KeyPair(privateKey: SecretBytes(copying: [UInt8](repeating: 0x5a, count: 32)))
    let other = try KeyPair(privateKey: SecretBytes(copying: [UInt8](repeating: 0x6b, count: 32)))
    let secret = try pair.sharedSecret(with: point).copied()
    #expect(secret != [UInt8](repeating: 0, count: 32))
    #expect(secret != (try other.sharedSecret(with: point).copied()))
  }

  /// The points of Ed25519 whose order divides 8, among them the neutral element, and encodings that
  /// are not canonical: under them, an equation could hold for many messages.
  private static let identities = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0200000000000000000000000000000000000000000000000000000000000000",
  ]

  @Test("an identity of low order or off the curve verifies nothing", arguments: identities)
  func identity(hex: String) throws {
    let identity = try IdentityPublicKey(bytes: OctetString.hex(hex))
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let clients = try (1...4).map { try SigningClient($0, parameters: parameters) }
    var keys: [ClientID: IdentityPublicKey] = [:]
    for peer in clients { keys[peer.id] = try TestIdentities.key(of: peer.id).publicKey }
    keys[clients[2].id] = identity
    let directory = try PinnedIdentities(keys)
    let zero = [UInt8](repeating: 0, count: 32)
    let one = [1] + [UInt8](repeating: 0, count: 31)
    for first in Self.identities.map({ OctetString.hex($0) }) {
      for second in [zero, one] {
        var leaves = clients.map(\.advertisement)
        leaves[2] = leaves[2].with(signature: try Signature(bytes: first + second))
        clients[0].expectRefusal(
          of: RosterAnnouncement(
            session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
            commitment: ForgedRoster(leaves, parameters: parameters).commitment,
            neighbours: Array(leaves.dropFirst())), identities: directory,
          .notAuthentic(clients[2].id))
      }
    }
  }

  @Test("a signature with a commitment of low order is refused under an honest identity")
  func lowOrderCommitment() throws {
    let key = try TestIdentities.key(of: client(1)).publicKey
    for first in Self.identities {
      for scalar in [UInt8(0), 1] {
        let signature = try Signature(
          bytes: OctetString.hex(first) + [scalar] + [UInt8](repeating: 0, count: 31))
        #expect(!key.verifies(signature, .contributorSet) { $0.write(count: 1) })
      }
    }
  }
}
