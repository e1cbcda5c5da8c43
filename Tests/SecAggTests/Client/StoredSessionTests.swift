import FLMath
import SecAgg
import Testing

/// Sessions that are stored, sealed under a key of their owner's, and restored.
@Suite("Stored client sessions")
struct StoredSessionTests {
  private func key(_ byte: UInt8) -> StorageKey {
    let bytes = [UInt8](repeating: byte, count: StorageKey.byteCount)
    return StorageKey(bytes: SecretBytes(copying: bytes)) ?? StorageKey()
  }

  /// A session of client 2 that has handled the first messages of a session and given its input if asked.
  private func session(
    _ lone: LoneClient, afterHandling count: Int, masking: Bool = true
  ) throws -> ClientSession {
    var session = try ClientSession(
      id: lone.id, parameters: lone.parameters, policy: lone.policy)
    for message in try messages(to: lone).prefix(count) {
      if case .inputNeeded = try session.handle(message), masking {
        _ = try session.mask(lone.input())
      }
    }
    return session
  }

  private func messages(to lone: LoneClient) throws -> [ServerMessage] {
    [
      .rosterAnnouncement(
        lone.announcement(neighbours: try lone.advertisements(of: [1, 3, 4, 6]))),
      .shareDelivery(try lone.delivery(from: [1, 4, 6])),
      .unmaskingRequest(try lone.request(contributors: [1, 2, 4])),
    ]
  }

  private func lone() throws -> LoneClient {
    try LoneClient(number: 2, parameters: testParameters(cohortSize: 6, threshold: 2))
  }

  @Test("a restored session stands where the stored one stood", arguments: 0...3)
  func roundTrip(count: Int) throws {
    let session = try session(lone(), afterHandling: count)
    let restored = try ClientSession(restoring: session.stored(under: key(1)), under: key(1))
    let (before, after) = (session.message, restored.message)
    #expect(after == before && after != nil)
    let openings = (session.opening, restored.opening)
    #expect(openings.0 == openings.1)
    let standing = (session.awaited, restored.awaited, session.isFinished, restored.isFinished)
    #expect(standing.0 == standing.1)
    #expect(standing.2 == standing.3)
  }

  @Test("a session that waits for its input can be stored, and masks after it was restored")
  func beforeMasking() throws {
    let lone = try lone()
    let session = try session(lone, afterHandling: 2, masking: false)
    let bytes = session.stored(under: key(1))
    var restored = try ClientSession(restoring: bytes, under: key(1))
    let delivery = try messages(to: lone)[1]
    let response = try restored.handle(delivery)
    #expect(response == .inputNeeded)
    guard case .maskedInput(let masked) = try restored.mask(lone.input()) else {
      Issue.record("no masked input")
      return
    }
    var again = try ClientSession(restoring: bytes, under: key(1))
    guard case .maskedInput(let other) = try again.mask(lone.input()) else {
      Issue.record("no masked input")
      return
    }
    #expect(masked == other, "the same masks, so the state has to be replaced before it is sent")
  }

  @Test("stored without its message, a session has none to repeat, and goes on")
  func withoutMessage() throws {
    let lone = try lone()
    let session = try session(lone, afterHandling: 2)
    let whole = session.stored(under: key(1))
    let bytes = session.stored(under: key(1), keepingMessage: false)
    #expect(bytes.count == whole.count - 8 * lone.parameters.layout.wordCount)
    var restored = try ClientSession(restoring: bytes, under: key(1))
    let message = restored.message
    #expect(message == nil)
    let messages = try messages(to: lone)
    let repeated = try restored.handle(messages[1])
    #expect(repeated == .stray(.otherRound(found: .maskedInput, expected: .unmasking)))
    guard case .reply(.unmaskingResponse) = try restored.handle(messages[2]) else {
      Issue.record("no answer")
      return
    }
  }

  @Test("an input is refused before it is needed, of another layout, and twice; nothing changes")
  func inputs() throws {
    let lone = try lone()
    var early = try session(lone, afterHandling: 1)
    #expect(throws: ClientError.inputNotNeeded(awaited: .maskedInput)) {
      _ = try early.mask(lone.input())
    }
    var session = try session(lone, afterHandling: 2, masking: false)
    let other = try testParameters(cohortSize: 6, threshold: 2, elementCount: 8).layout
    #expect(throws: ClientError.layoutMismatch) {
      _ = try session.mask(PackedVector([UInt64](repeating: 1, count: 8), layout: other))
    }
    let needsInput = session.needsInput
    #expect(needsInput)
    _ = try session.mask(lone.input())
    #expect(throws: ClientError.inputNotNeeded(awaited: .unmasking)) {
      _ = try session.mask(lone.input())
    }
    guard case .reply(.unmaskingResponse) = try session.handle(messages(to: lone)[2]) else {
      Issue.record("no answer")
      return
    }
  }

  @Test("another key opens nothing")
  func otherKey() throws {
    let bytes = try session(lone(), afterHandling: 1).stored(under: key(1))
    #expect(throws: ClientError.notUnsealed) {
      _ = try ClientSession(restoring: bytes, under: key(2))
    }
  }

  @Test("no byte can be changed and none be missing, not even those that are readable")
  func damage() throws {
    let bytes = try session(lone(), afterHandling: 1).stored(under: key(1))
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      let expected: ClientError =
        index == 0
        ? .notRestorable(.notThisKind(expected: "a stored client of this version"))
        : .notUnsealed
      #expect(throws: expected) { _ = try ClientSession(restoring: damaged, under: key(1)) }
    }
    for count in 0..<bytes.count {
      #expect(throws: ClientError.self) {
        _ = try ClientSession(restoring: Array(bytes.prefix(count)), under: key(1))
      }
    }
  }

  @Test("a session of one threat model is not restored as one of the other")
  func threatModels() throws {
    let bytes = try session(lone(), afterHandling: 1).stored(under: key(1))
    #expect(throws: ClientError.notInThreatModel(.semiHonest)) {
      _ = try ClientSession(
        restoring: bytes, under: key(1), signedBy: TestIdentities.key(of: client(2)),
        identities: #require(TestIdentities.directory))
    }
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 6, degree: 4, threshold: 3)
    let signed = try ClientSession(
      id: client(2), parameters: parameters, policy: .expecting(parameters),
      signedBy: TestIdentities.key(of: client(2)), identities: #require(TestIdentities.directory))
    let stored = signed.stored(under: key(1))
    #expect(throws: ClientError.identityNeeded) {
      _ = try ClientSession(restoring: stored, under: key(1))
    }
    let restored = try ClientSession(
      restoring: stored, under: key(1), signedBy: TestIdentities.key(of: client(2)),
      identities: #require(TestIdentities.directory))
    let openings = (signed.opening, restored.opening)
    #expect(openings.0 == openings.1)
  }

  @Test("keys of another length are no keys", arguments: [0, 16, 31, 33])
  func keyLengths(count: Int) {
    let key = StorageKey(bytes: SecretBytes(copying: [UInt8](repeating: 1, count: count)))
    let isThere = key != nil
    #expect(!isThere)
  }
}
