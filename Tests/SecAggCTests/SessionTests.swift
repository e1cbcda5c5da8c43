import CSecAggABI
import FLMath
import SecAgg
import SecAggWire
import Testing

/// Whole sessions through the header: the mean is that of the Swift library, bit by bit.
@Suite("Sessions through the C interface")
struct SessionTests {
  /// Clients leave before each round; enough stay in every setting.
  static let leaving: [UInt32: Int] = [
    2: SECAGG_ADVERTISE_KEYS, 5: SECAGG_SHARE_KEYS, 9: SECAGG_MASKED_INPUT,
  ]

  @Test("all stay", arguments: Setting.all)
  func complete(setting: Setting) throws {
    let session = try TestSession(setting)
    let result = try MeanResult(session.run(), fedAvg: session.fedAvg)
    #expect(result.mean.contains { abs($0) > 1 })
    #expect(result.contributors == Array(1...UInt32(TestSession.cohortSize)))
    #expect(try result == session.swiftMean(of: result.contributors))
    #expect(try session.round() == SECAGG_ENDED)
  }

  @Test("clients leave before every round, and in the last", arguments: Setting.all)
  func dropouts(setting: Setting) throws {
    let session = try TestSession(setting, seed: 2)
    var leaving = Self.leaving
    if setting.degree == 0 { leaving[12] = SECAGG_UNMASKING }
    let result = try MeanResult(
      session.run(leaving: leaving), fedAvg: session.fedAvg)
    #expect(result.contributors == [1, 3, 4, 6, 7, 8, 10, 11, 12])
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test(
    "every client and the server are stored and restored at every step", arguments: Setting.all)
  func stored(setting: Setting) throws {
    let session = try TestSession(setting, seed: 3)
    session.beforeEachMessage = { try $0.storeAndRestore() }
    session.afterEachMessage = { try $0.storeAndRestore() }
    let result = try MeanResult(
      session.run(leaving: Self.leaving), fedAvg: session.fedAvg)
    #expect(result.contributors == [1, 3, 4, 6, 7, 8, 10, 11, 12])
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test(
    "messages can be asked for again and are the same", arguments: [Setting.semiHonest, .malicious])
  func repeatedMessages(setting: Setting) throws {
    let session = try TestSession(setting)
    for round in setting.rounds {
      try session.collect(round)
      let client = session.clients[3]
      #expect(try client.message() == client.message())
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    #expect(try session.clients[3].awaited() == SECAGG_ENDED)
  }

  @Test("clients of the Swift library take part, and read what the C interface writes")
  func mixed() throws {
    let session = try TestSession(.semiHonest, seed: 4)
    let bytes = try Handle.bytes {
      secagg_parameters_serialize(session.parameters.value, $0, $1)
    }
    let parameters = try SessionParameters(serialized: bytes)
    let secure = try ExactFedAvg.swift(cohortSize: TestSession.cohortSize)
    var generator = SystemRandomNumberGenerator()
    // Client 6 is in Swift, the others behind handles.
    let id = try #require(ClientID(6))
    let data = session.clients[5]
    func send(_ message: ClientMessage) throws {
      let answer = session.receive(try message.serialized(), from: 6)
      if answer.status != SECAGG_OK { throw answer }
    }
    let others: [UInt32: Int] = [6: SECAGG_ADVERTISE_KEYS]
    var client = try ClientSession(
      id: id, parameters: parameters,
      policy: ClientPolicy(applicationContext: parameters.applicationContext))
    for round in session.setting.rounds {
      if round != SECAGG_ADVERTISE_KEYS {
        switch try client.handle(ServerMessage(serialized: session.message(for: 6))) {
        case .reply: break
        case .inputNeeded:
          _ = try client.mask(
            secure.encode(
              ClientUpdate(delta: data.update.map(Double.init), weight: data.weight),
              using: &generator))
        case .stray(let error): throw error
        }
      }
      let message = client.message
      try send(#require(message))
      try session.collect(round, leaving: others)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    let result = try MeanResult(session.aggregate(), fedAvg: session.fedAvg)
    #expect(result.contributors.count == TestSession.cohortSize)
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test("recommended parameters make a session that computes a mean of real numbers")
  func recommended() throws {
    let session = try RealNumberSession(seed: 5)
    try session.run()
  }
}
