import CSecAggABI
import Testing

/// Sealed clients and stored servers that are damaged, cut short, or opened with the wrong thing.
@Suite("Stored states")
struct StoredStateTests {
  private let key = [UInt8](repeating: 5, count: 32)

  private func sealed(_ session: TestSession, after round: Int) throws -> [UInt8] {
    try session.run(to: round)
    try session.collect(round)
    return try Handle.bytes { secagg_client_suspend(session.clients[0].handle.value, key, $0, $1) }
  }

  private func resume(
    _ sealed: [UInt8], key: [UInt8]? = nil, identity: Handle? = nil
  ) -> (answer: Answer, client: OpaquePointer?) {
    var out: OpaquePointer?
    let answer = Answer {
      secagg_client_resume(sealed, sealed.count, key ?? self.key, identity?.value, &out, $0)
    }
    return (answer, out)
  }

  @Test(
    "a sealed client opens with its key only, unchanged only",
    arguments: [Setting.semiHonest, .malicious])
  func client(setting: Setting) throws {
    for round in setting.rounds.dropLast() {
      let session = try TestSession(setting)
      let identity = session.clients[0].identity
      let sealed = try sealed(session, after: round)
      var otherKey = key
      otherKey[0] ^= 1
      #expect(
        resume(sealed, key: otherKey, identity: identity).answer.status == SECAGG_STATE_UNREADABLE)
      var damaged = Array(0..<60) + Array(stride(from: 60, to: sealed.count, by: 97))
      damaged.append(sealed.count - 1)
      for index in damaged {
        var bytes = sealed
        bytes[index] ^= 4
        let (answer, client) = resume(bytes, identity: identity)
        #expect(answer.status == SECAGG_STATE_UNREADABLE, "\(index)")
        #expect(client == nil)
      }
      for count in [0, 1, 2, 40, 41, 42, sealed.count - 1] {
        let bytes = Array(sealed.prefix(count))
        #expect(resume(bytes, identity: identity).answer.status == SECAGG_STATE_UNREADABLE)
      }
      #expect(resume(sealed + [0], identity: identity).answer.status == SECAGG_STATE_UNREADABLE)
      // What belongs to the other threat model.
      let wrong =
        try setting.isMalicious
        ? nil : Handle({ secagg_identity_free($0) }) { secagg_identity_generate($0, $1) }
      #expect(resume(sealed, identity: wrong).answer.status == SECAGG_INVALID_ARGUMENT)
      let (answer, client) = resume(sealed, identity: identity)
      #expect(answer.status == SECAGG_OK)
      var id: UInt32 = 0
      try succeed { secagg_client_id(client, &id, $0) }
      #expect(id == 1)
      #expect(Int(secagg_client_free(client)) == SECAGG_OK)
    }
  }

  @Test("sealing the same client twice gives other bytes, and no secret in the open")
  func sealing() throws {
    let session = try TestSession(.semiHonest)
    let sealed = try sealed(session, after: SECAGG_SHARE_KEYS)
    let (_, client) = resume(sealed)
    let again = try Handle.bytes { secagg_client_suspend(client, key, $0, $1) }
    #expect(again.count == sealed.count)
    #expect(again != sealed)
    #expect(Int(secagg_client_free(client)) == SECAGG_OK)
    // Incompressible: each byte value about as often as any other.
    var counts = [Int](repeating: 0, count: 256)
    for byte in sealed { counts[Int(byte)] += 1 }
    let expected = Double(sealed.count) / 256
    let chiSquare = counts.reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    // With about ten expected of each value, uniform bytes come beyond 520 less than once in 10^9, by
    // Chernoff's bound for independent Poisson counts; readable states are in the thousands.
    #expect(chiSquare < 520, "\(sealed.count) bytes")
  }

  @Test("a client that has answered, or ended, is not put to sleep")
  func nothingLeft() throws {
    let session = try TestSession(.semiHonest)
    _ = try session.run()
    let client = session.clients[0].handle.value
    var out: OpaquePointer?
    expect(SECAGG_WRONG_PHASE) { secagg_client_suspend(client, key, &out, $0) }
    #expect(try session.clients[0].round() == SECAGG_UNMASKING)
    _ = try session.clients[0].message()
  }

  @Test("sealing keys differ")
  func keys() throws {
    var keys: Set<[UInt8]> = []
    for _ in 0..<100 {
      var key = [UInt8](repeating: 0, count: 32)
      try succeed { secagg_sealing_key(&key, $0) }
      keys.insert(key)
    }
    #expect(keys.count == 100)
  }

  @Test("an identity is that of its seed")
  func identity() throws {
    var seed = [UInt8](repeating: 0, count: 32)
    var (key, again) = (seed, seed)
    let identity = try Handle({ secagg_identity_free($0) }) { secagg_identity_generate($0, $1) }
    try succeed { secagg_identity_seed(identity.value, &seed, $0) }
    try succeed { secagg_identity_public_key(identity.value, &key, $0) }
    let copy = try Handle({ secagg_identity_free($0) }) {
      secagg_identity_from_seed(seed, $0, $1)
    }
    try succeed { secagg_identity_public_key(copy.value, &again, $0) }
    #expect(again == key)
    // RFC 8032, section 7.1, test 1.
    let rfcSeed: [UInt8] = [
      0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
      0xc4,
      0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f,
      0x60,
    ]
    let rfcKey: [UInt8] = [
      0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
      0x3a,
      0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51,
      0x1a,
    ]
    let known = try Handle({ secagg_identity_free($0) }) {
      secagg_identity_from_seed(rfcSeed, $0, $1)
    }
    try succeed { secagg_identity_public_key(known.value, &key, $0) }
    #expect(key == rfcKey)
  }

  @Test("a damaged server is not restored", arguments: [Setting.semiHonest, .malicious])
  func server(setting: Setting) throws {
    let session = try TestSession(setting)
    for round in setting.rounds {
      try session.collect(round)
      let stored = try Handle.bytes { secagg_server_store(session.server.value, $0, $1) }
      var out: OpaquePointer?
      for index in stride(from: 0, to: stored.count, by: stored.count / 40 + 1) {
        var damaged = stored
        damaged[index] ^= 64
        expect(SECAGG_STATE_UNREADABLE) {
          secagg_server_restore(damaged, damaged.count, session.directory?.value, &out, $0)
        }
      }
      for count in [0, 1, 31, 32, stored.count - 1] {
        expect(SECAGG_STATE_UNREADABLE) {
          secagg_server_restore(stored, count, session.directory?.value, &out, $0)
        }
      }
      #expect(out == nil)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
  }
}
