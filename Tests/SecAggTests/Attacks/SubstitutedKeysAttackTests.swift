import Testing

@testable import SecAgg

/// A server that puts keys of its own in the place of a client's, and what it may do about the
/// signature that it cannot make.
@Suite("Attack: substituted keys")
struct SubstitutedKeysAttackTests {
  private let parameters: SessionParameters
  private let clients: [SigningClient]
  private let target = 2

  init() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3)
    clients = try (1...5).map { try SigningClient($0, parameters: parameters) }
    self.parameters = parameters
  }

  /// The announcement for client 1 with another advertisement for client 3, under the commitment
  /// that fits.
  private func announcement(_ advertisement: KeyAdvertisement) -> RosterAnnouncement {
    var leaves = clients.map(\.advertisement)
    leaves[target] = advertisement
    return RosterAnnouncement(
      session: parameters.digest, recipient: clients[0].id, rosterSize: 5,
      commitment: ForgedRoster(leaves, parameters: parameters).commitment,
      neighbours: Array(leaves.dropFirst()))
  }

  private func expectRefusal(
    of advertisement: KeyAdvertisement, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let id = clients[target].id
    clients[0].expectRefusal(
      of: announcement(advertisement), .notAuthentic(id), comment, sourceLocation: sourceLocation)
    var server = ServerSession(parameters: parameters, identities: TestIdentities.directory)
    server.expectRefusal(
      of: .keyAdvertisement(advertisement), from: id, .notAuthentic(from: id),
      sourceLocation: sourceLocation)
  }

  /// Keys of which the server knows the private halves, under the client's name.
  private func servers(signature: Signature?) throws -> KeyAdvertisement {
    try Traitor(id: clients[target].id, parameters: parameters).advertisement
      .with(signature: signature)
  }

  @Test("the client's own advertisement is accepted")
  func honest() throws {
    _ = try clients[0].share(announcement(clients[target].advertisement))
  }

  @Test("the server's keys under the client's signature of its own")
  func keptSignature() throws {
    try expectRefusal(of: servers(signature: clients[target].advertisement.signature))
  }

  @Test("one of the two keys replaced, and the two exchanged")
  func halves() throws {
    let honest = clients[target].advertisement
    let other = try servers(signature: nil)
    for (sealing, mask) in [
      (other.sealingKey, honest.maskKey), (honest.sealingKey, other.maskKey),
      (honest.maskKey, honest.sealingKey),
    ] {
      try expectRefusal(
        of: KeyAdvertisement(
          session: parameters.digest, sender: honest.sender, sealingKey: sealing, maskKey: mask,
          signature: honest.signature))
    }
  }

  @Test("the server's keys signed by an identity of the server's, by another client's and by none")
  func otherIdentities() throws {
    let unsigned = try servers(signature: nil)
    try expectRefusal(of: unsigned.signed(by: IdentityKey()), "an identity of the server's")
    for peer in clients where peer.id != clients[target].id {
      try expectRefusal(
        of: unsigned.signed(by: TestIdentities.key(of: peer.id)), "another client's")
    }
    try expectRefusal(of: unsigned, "stripped")
    try expectRefusal(of: clients[target].advertisement.with(signature: nil), "stripped")
  }

  @Test("each bit of the signature flipped")
  func forged() throws {
    let honest = clients[target].advertisement
    let signature = try #require(honest.signature)
    for bit in 0..<512 {
      var bytes = signature.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let forged = honest.with(signature: try Signature(bytes: bytes))
      clients[0].expectRefusal(
        of: announcement(forged), .notAuthentic(clients[target].id), "bit \(bit)")
    }
  }

  /// S + L is the same scalar (RFC 8032, section 5.1.7 demands S < L).
  @Test("the other encoding of the same signature")
  func malleated() throws {
    let honest = clients[target].advertisement
    var bytes = try #require(honest.signature).bytes
    let order =
      OctetString.hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    for index in 0..<32 {
      let sum = Int(bytes[32 + index]) + Int(order[index]) + carry
      bytes[32 + index] = UInt8(sum & 255)
      carry = sum >> 8
    }
    try expectRefusal(of: honest.with(signature: Signature(bytes: bytes)))
  }

  @Test("a signature of contributors for one of keys")
  func otherPurpose() throws {
    let id = clients[target].id
    let signature = ContributorSet([true, true, true, true, true]).endorsement(
      by: try TestIdentities.key(of: id), session: parameters.digest, roster: parameters.digest)
    try expectRefusal(of: servers(signature: signature))
    // Nor does it help if what was signed reads like keys.
    let unsigned = try servers(signature: nil)
    let mislabelled = try TestIdentities.key(of: id).sign(.contributorSet) {
      unsigned.writeSigned(to: &$0)
    }
    try expectRefusal(of: unsigned.with(signature: mislabelled))
  }

  @Test("a client that the directory does not name, and no directory at all")
  func unknown() throws {
    var keys: [ClientID: IdentityPublicKey] = [:]
    for peer in clients where peer.id != clients[target].id {
      keys[peer.id] = try TestIdentities.key(of: peer.id).publicKey
    }
    let announcement = announcement(clients[target].advertisement)
    clients[0].expectRefusal(
      of: announcement, identities: try PinnedIdentities(keys), .notAuthentic(clients[target].id))
    clients[0].expectRefusal(of: announcement, identities: nil, .directoryNeeded)
    var server = ServerSession(parameters: parameters)
    server.expectRefusal(
      of: .keyAdvertisement(clients[0].advertisement), from: clients[0].id,
      .notAuthentic(from: clients[0].id))
  }

  @Test("a signature in the semi-honest model, where nobody would look at it")
  func addedSignature() throws {
    let parameters = try testParameters(cohortSize: 5, threshold: 3)
    let round = try AdvertiseKeysRound(
      id: client(3), parameters: parameters, policy: .expecting(parameters))
    let signed = round.message.signed(by: try TestIdentities.key(of: client(3)))
    var server = ServerSession(parameters: parameters, identities: TestIdentities.directory)
    server.expectRefusal(
      of: .keyAdvertisement(signed), from: try client(3), .notAuthentic(from: try client(3)))
  }

  @Test("two clients under one identity cannot be pinned")
  func sharedIdentity() throws {
    let key = try TestIdentities.key(of: client(1)).publicKey
    let keys = try [client(1): key, client(2): key]
    let error = try PinnedIdentitiesError.sharedKey(client(1), client(2))
    #expect(throws: error) { _ = try PinnedIdentities(keys) }
  }

  /// A directory in which everybody has the identity of client 2.
  private struct SharedDirectory: IdentityDirectory {
    let key: IdentityPublicKey
    func identityKey(of id: ClientID) -> IdentityPublicKey? { key }
  }

  /// The id is in what is signed, so that a directory that is not as careful does no more harm.
  @Test("keys of one client under the name of another with the same identity")
  func sharedIdentityElsewhere() throws {
    let key = try TestIdentities.key(of: client(2))
    let directory = SharedDirectory(key: key.publicKey)
    let own = clients[1].advertisement
    let renamed = KeyAdvertisement(
      session: own.session, sender: try client(3), sealingKey: own.sealingKey,
      maskKey: own.maskKey, signature: own.signature)
    let rest = clients.dropFirst(3).map { $0.advertisement.signed(by: key) }
    for (third, isRefused) in [(renamed, true), (renamed.signed(by: key), false)] {
      let leaves = [clients[0].advertisement, third] + rest
      let announcement = RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropFirst()))
      if isRefused {
        clients[0].expectRefusal(
          of: announcement, identities: directory, .notAuthentic(try client(3)))
      } else {
        _ = try clients[0].share(announcement, identities: directory)
      }
    }
  }
}
