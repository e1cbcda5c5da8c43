import CSecAggABI
import Testing

/// Stored clients and servers that are damaged, cut short, or opened with the wrong thing.
@Suite("Stored states")
struct StoredStateTests {
  private let key = [UInt8](repeating: 5, count: 32)

  private func stored(_ client: TestClient, keepingMessage: Int32 = 1) throws -> [UInt8] {
    try Handle.bytes { secagg_client_store(client.handle.value, key, keepingMessage, $0, $1) }
  }

  private func restore(
    _ stored: [UInt8], key: [UInt8]? = nil, identity: Handle?, directory: Handle?
  ) -> (answer: Answer, client: OpaquePointer?) {
    var out: OpaquePointer?
    let answer = Answer {
      secagg_client_restore(
        stored, stored.count, key ?? self.key, identity?.value, directory?.value, &out, $0)
    }
    return (answer, out)
  }

  @Test(
    "a stored client opens with its key only, unchanged only",
    arguments: [Setting.semiHonest, .malicious])
  func client(setting: Setting) throws {
    let session = try TestSession(setting)
    let client = session.clients[0]
    let signed = try TestSession(.malicious).clients[0]
    for round in setting.rounds {
      try session.collect(round)
      let stored = try stored(client)
      func status(of bytes: [UInt8], key: [UInt8]? = nil) -> Int {
        let (answer, restored) = restore(
          bytes, key: key, identity: client.identity, directory: client.directory)
        #expect(restored == nil)
        return answer.status
      }
      var otherKey = key
      otherKey[0] ^= 1
      #expect(status(of: stored, key: otherKey) == SECAGG_STATE_UNREADABLE)
      var damaged = Array(0..<60) + Array(stride(from: 60, to: stored.count, by: 97))
      damaged.append(stored.count - 1)
      for index in damaged {
        var bytes = stored
        bytes[index] ^= 4
        #expect(status(of: bytes) == SECAGG_STATE_UNREADABLE, "\(index)")
      }
      for count in [0, 1, 2, 40, 41, 42, stored.count - 1] {
        #expect(status(of: Array(stored.prefix(count))) == SECAGG_STATE_UNREADABLE)
      }
      #expect(status(of: stored + [0]) == SECAGG_STATE_UNREADABLE)
      // What belongs to the other threat model, or half of it.
      let wrong =
        setting.isMalicious ? (nil, nil) : (signed.identity, signed.directory)
      for (identity, directory) in [wrong, (signed.identity, nil), (nil, signed.directory)] {
        let (answer, restored) = restore(stored, identity: identity, directory: directory)
        #expect(answer.status == SECAGG_INVALID_ARGUMENT)
        #expect(restored == nil)
      }
      let (answer, restored) = restore(
        stored, identity: client.identity, directory: client.directory)
      #expect(answer.status == SECAGG_OK)
      var id: UInt32 = 0
      try succeed { secagg_client_id(restored, &id, $0) }
      #expect(id == 1)
      #expect(Int(secagg_client_free(restored)) == SECAGG_OK)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
  }

  @Test("storing the same client twice gives other bytes, and no secret in the open")
  func sealing() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_SHARE_KEYS)
    try session.collect(SECAGG_SHARE_KEYS)
    let stored = try stored(session.clients[0])
    let again = try self.stored(session.clients[0])
    #expect(again.count == stored.count)
    #expect(again != stored)
    // Incompressible: each byte value about as often as any other.
    var counts = [Int](repeating: 0, count: 256)
    for byte in stored { counts[Int(byte)] += 1 }
    let expected = Double(stored.count) / 256
    let chiSquare = counts.reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    // With about ten expected of each value, uniform bytes come beyond 520 less than once in 10^9, by
    // Chernoff's bound for independent Poisson counts; readable states are in the thousands.
    #expect(chiSquare < 520, "\(stored.count) bytes")
  }

  @Test("a client can be stored without the masked update that was sent", arguments: Setting.all)
  func withoutMessage(setting: Setting) throws {
    let session = try TestSession(setting)
    let client = session.clients[0]
    try session.run(to: SECAGG_MASKED_INPUT)
    let delivery = try session.message(for: 1)
    try session.collect(SECAGG_MASKED_INPUT)
    let sent = try client.message()
    let short = try stored(client, keepingMessage: 0)
    #expect(try stored(client).count > short.count + sent.count / 2)
    #expect(try client.message() == sent, "storing leaves the client as it is")
    client.handle = try Handle({ secagg_client_free($0) }) {
      secagg_client_restore(
        short, short.count, key, client.identity?.value, client.directory?.value, $0, $1)
    }
    var out: OpaquePointer?
    expect(SECAGG_NO_MESSAGE) { secagg_client_message(client.handle.value, &out, $0) }
    #expect(try client.response(to: delivery) == SECAGG_STRAY, "its reply is not there")
    #expect(client.mask(session.fedAvg).status == SECAGG_WRONG_ROUND)
    try session.closeRound()
    try session.collectAnswers()
    let result = try MeanResult(session.aggregate(), fedAvg: session.fedAvg)
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test("a client is stored while it needs its input, at its end, and after an error")
  func ends() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let delivery = try session.message(for: 1)
    let client = session.clients[0]
    #expect(try client.response(to: delivery) == SECAGG_INPUT_NEEDED)
    try client.storeAndRestore()
    #expect(try client.awaited() == SECAGG_INPUT)
    try session.collect(SECAGG_MASKED_INPUT)
    try session.closeRound()
    try session.collect(SECAGG_UNMASKING)
    try client.storeAndRestore()
    #expect(try client.awaited() == SECAGG_ENDED)

    let rejecting = try TestSession(.semiHonest)
    try rejecting.run(to: SECAGG_MASKED_INPUT)
    let other = rejecting.clients[0]
    let bad = try DeliveryWithFirstOnly.bytes(of: rejecting.message(for: 1))
    #expect(other.handle(bad).answer.status == SECAGG_SESSION_REFUSED)
    let stored = try stored(other)
    let (answer, restored) = restore(stored, identity: nil, directory: nil)
    #expect(answer.status == SECAGG_OK)
    var out: OpaquePointer?
    expect(SECAGG_WRONG_ROUND) { secagg_client_message(restored, &out, $0) }
    #expect(Int(secagg_client_free(restored)) == SECAGG_OK)
  }

  @Test("storage keys differ")
  func keys() throws {
    var keys: Set<[UInt8]> = []
    for _ in 0..<100 {
      var key = [UInt8](repeating: 0, count: 32)
      try succeed { secagg_storage_key(&key, $0) }
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
