import CSecAggABI
import FLMath
import Testing

/// Inputs with counters and a context, through `secagg_input`.
@Suite("Inputs")
struct InputTests {
  private static let context = (0..<32).map { UInt8($0) }
  private static let otherContext = (1..<33).map { UInt8($0) }
  /// Of an element of `ExactFedAvg`.
  private static let largest: UInt64 = 1 << 17 - 1

  /// Client 1 with its delivery, twice, from the same stored bytes; its updates are encoded without randomness.
  private func twins(of session: TestSession) throws -> [TestClient] {
    var key = [UInt8](repeating: 0, count: 32)
    try succeed { secagg_storage_key(&key, $0) }
    let client = session.clients[0]
    #expect(try client.response(to: session.message(for: 1)) == SECAGG_INPUT_NEEDED)
    let stored = try Handle.bytes { secagg_client_store(client.handle.value, key, 1, $0, $1) }
    return try (0..<2).map { _ in
      let twin = try TestClient(
        id: 1, parameters: session.parameters, identity: client.identity,
        directory: client.directory, update: client.update, weight: client.weight)
      twin.handle = try Handle({ secagg_client_free($0) }) {
        secagg_client_restore(
          stored, stored.count, key, client.identity?.value, client.directory?.value, $0, $1)
      }
      return twin
    }
  }

  @Test(
    "without counters and context, the bytes are those of the functions for one type of number",
    arguments: Setting.all, [false, true])
  func sameBytes(setting: Setting, isDouble: Bool) throws {
    let session = try TestSession(setting)
    try session.run(to: SECAGG_MASKED_INPUT)
    let twins = try twins(of: session)
    #expect(twins[0].mask(session.fedAvg, asDouble: isDouble).status == SECAGG_OK)
    #expect(twins[1].mask(with: session.fedAvg, asDouble: isDouble).status == SECAGG_OK)
    #expect(try twins[0].message() == twins[1].message())
  }

  @Test("an input context changes the masks")
  func otherBytes() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let twins = try twins(of: session)
    for (twin, context) in zip(twins, [Self.context, nil]) {
      let answer = twin.mask(with: session.fedAvg, inputContext: context)
      #expect(answer.status == SECAGG_OK)
    }
    #expect(try twins[0].message() != twins[1].message())
  }

  @Test(
    "sessions with dropouts have the right mean and the right sums of counters",
    arguments: Setting.all, [context, nil])
  func sessions(setting: Setting, context: [UInt8]?) throws {
    let session = try TestSession(setting, seed: 7, counterCount: 5)
    let leaving: [UInt32: Int] = [
      2: SECAGG_SHARE_KEYS, 5: SECAGG_MASKED_INPUT, 9: SECAGG_UNMASKING,
    ]
    var generator = SimulationGenerator(seed: 7)
    let counters = (0..<12).map { client in
      (0..<5).map { counter in
        counter == 4 || client == 0
          ? Self.largest : UInt64.random(in: 0...Self.largest, using: &generator)
      }
    }
    try session.run(to: SECAGG_MASKED_INPUT, leaving: leaving)
    try session.collectInputs(
      leaving: leaving, counters: { counters[Int($0) - 1] }, inputContext: { _ in context })
    try session.collectAnswers(leaving: leaving)
    let aggregate = try session.aggregate(inputContext: context)
    let result = try MeanResult(aggregate, fedAvg: session.fedAvg)
    #expect(result.contributors == [1, 3, 4, 6, 7, 8, 9, 10, 11, 12])
    let plain = try TestSession(setting, seed: 7)
    #expect(try result == plain.swiftMean(of: result.contributors))
    let sums = try numbers(UInt64(0)) {
      secagg_aggregate_counters(
        aggregate.value, session.fedAvg.value, $0, $1, $2, $3)
    }
    let expected = (0..<5).map { counter in
      result.contributors.reduce(0) { $0 + counters[Int($1) - 1][counter] }
    }
    #expect(sums == expected)
    #expect(sums[4] == 10 * Self.largest)
  }

  /// The contexts of most clients, of client 3, and of the server.
  @Test(
    "with another context at one client or the server, or with none, there is no sum",
    arguments: [Setting.semiHonest, .malicious],
    [
      (context, otherContext, context), (context, nil, context), (nil, context, nil),
      (context, context, otherContext), (context, context, nil), (nil, nil, context),
    ] as [([UInt8]?, [UInt8]?, [UInt8]?)])
  func differences(setting: Setting, contexts: ([UInt8]?, [UInt8]?, [UInt8]?)) throws {
    let (most, one, server) = contexts
    let session = try TestSession(setting)
    try session.run(to: SECAGG_MASKED_INPUT)
    try session.collectInputs { $0 == 3 ? one : most }
    try session.collectAnswers()
    session.expectNoAggregate(SECAGG_SUM_INCONSISTENT, inputContext: server)
    #expect(try session.round() == SECAGG_ENDED)
    // The right one is too late.
    session.expectNoAggregate(SECAGG_WRONG_ROUND, inputContext: most)
  }

  @Test("an input that does not fit leaves the client as it was")
  func errors() throws {
    let session = try TestSession(.semiHonest, counterCount: 2)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    #expect(try client.response(to: session.message(for: 1)) == SECAGG_INPUT_NEEDED)
    let other = [Double](repeating: 0, count: client.update.count)
    func status(
      _ counters: [UInt64] = [1, 2], fedAvg: Handle? = nil,
      _ change: (inout secagg_input) -> Void = { _ in }
    ) -> Int {
      client.mask(
        with: fedAvg ?? session.fedAvg, counters: counters,
        inputContext: Self.context, change
      ).status
    }
    func odd<Number>(_ pointer: UnsafePointer<Number>?) -> UnsafePointer<Number>? {
      UnsafePointer(bitPattern: UInt(bitPattern: pointer) | 1)
    }
    other.withUnsafeBufferPointer { other in
      #expect(status { $0.float64 = other.baseAddress } == SECAGG_INVALID_ARGUMENT, "both")
    }
    let arguments: [(String, (inout secagg_input) -> Void)] = [
      ("no update", { $0.float32 = nil }),
      ("float32 misaligned", { $0.float32 = odd($0.float32) }),
      (
        "float64 misaligned",
        {
          $0.float64 = odd(UnsafeRawPointer($0.float32)?.assumingMemoryBound(to: Double.self))
          $0.float32 = nil
        }
      ),
      ("counters misaligned", { $0.counters = odd($0.counters) }),
      ("counters NULL", { $0.counters = nil }),
      ("counters beyond memory", { $0.counter_count = .max }),
      ("update beyond memory", { $0.count = .max }),
      ("no size", { $0.struct_size = 0 }),
      ("a shorter struct", { $0.struct_size -= 8 }),
      ("a longer struct than there is", { $0.struct_size = 1 << 20 }),
    ]
    for (name, change) in arguments {
      #expect(status([1, 2], change) == SECAGG_INVALID_ARGUMENT, "\(name)")
    }
    let updates: [(String, [UInt64], (inout secagg_input) -> Void)] = [
      ("no counters", [], { _ in }),
      ("one counter", [1], { _ in }),
      ("three counters", [1, 2, 3], { _ in }),
      ("a large counter", [0, Self.largest + 1], { _ in }),
      ("the largest counter", [.max, 0], { _ in }),
      ("a short update", [1, 2], { $0.count -= 1 }),
      ("a large weight", [1, 2], { $0.weight = 9 }),
    ]
    for (name, counters, change) in updates {
      #expect(status(counters, change) == SECAGG_INVALID_UPDATE, "\(name)")
    }
    let without = try ExactFedAvg.handle(cohortSize: 12)
    #expect(status([], fedAvg: without) == SECAGG_INVALID_ARGUMENT, "other settings")
    #expect(try client.awaited() == SECAGG_INPUT)
    #expect(status([Self.largest, 0]) == SECAGG_OK)
    let sent = try client.message()
    #expect(status([Self.largest, 0]) == SECAGG_WRONG_ROUND, "a client masks once")
    #expect(try client.message() == sent)
  }

  @Test("counters where the settings have none are refused")
  func unexpected() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    #expect(try client.response(to: session.message(for: 1)) == SECAGG_INPUT_NEEDED)
    let answer = client.mask(with: session.fedAvg, counters: [0])
    #expect(answer.status == SECAGG_INVALID_UPDATE)
  }

  @Test("sums of counters are read with the session's settings, and into enough memory")
  func counters() throws {
    let session = try TestSession(.semiHonest, counterCount: 3)
    try session.run(to: SECAGG_MASKED_INPUT)
    try session.collectInputs(
      counters: { [UInt64($0), 1, 0] }, inputContext: { _ in Self.context })
    try session.collectAnswers()
    let aggregate = try session.aggregate(inputContext: Self.context)
    var sums = [UInt64](repeating: 99, count: 3)
    var count = 0
    for capacity in 0..<3 {
      expect(SECAGG_BUFFER_TOO_SMALL) {
        secagg_aggregate_counters(
          aggregate.value, session.fedAvg.value, &sums, capacity, &count, $0)
      }
      #expect(count == 3)
      #expect(sums == [99, 99, 99])
    }
    for other in [0, 2, 4] {
      let fedAvg = try ExactFedAvg.handle(cohortSize: 12, counterCount: other)
      expect(SECAGG_INVALID_ARGUMENT, "\(other) counters") {
        secagg_aggregate_counters(aggregate.value, fedAvg.value, &sums, 3, &count, $0)
      }
    }
    expect(SECAGG_OK) {
      secagg_aggregate_counters(
        aggregate.value, session.fedAvg.value, &sums, 3, &count, $0)
    }
    #expect(sums == [78, 12, 0])
  }

  @Test("the elements of a vector include the counters", arguments: [0, 1, 100])
  func elements(counterCount: Int) throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12, counterCount: counterCount)
    var info = secagg_fedavg_info()
    info.struct_size = UInt32(MemoryLayout<secagg_fedavg_info>.size)
    try succeed { secagg_fedavg_get_info(fedAvg.value, &info, $0) }
    #expect(Int(info.element_count) == ExactFedAvg.parameterCount + 1 + counterCount)
    #expect(info.value_bits == 17)
  }
}
