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
    let result = try MeanResult(session.run(), averaging: session.averaging)
    #expect(result.mean.contains { abs($0) > 1 })
    #expect(result.contributors == Array(1...UInt32(TestSession.cohortSize)))
    #expect(try result == session.swiftMean(of: result.contributors))
    #expect(try session.phase() == SECAGG_ENDED)
  }

  @Test("clients leave before every round, and in the last", arguments: Setting.all)
  func dropouts(setting: Setting) throws {
    let session = try TestSession(setting, seed: 2)
    var leaving = Self.leaving
    if setting.degree == 0 { leaving[12] = SECAGG_UNMASKING }
    let result = try MeanResult(
      session.run(leaving: leaving), averaging: session.averaging)
    #expect(result.contributors == [1, 3, 4, 6, 7, 8, 10, 11, 12])
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test(
    "every client sleeps and the server is restored at every step", arguments: Setting.all)
  func suspended(setting: Setting) throws {
    let session = try TestSession(setting, seed: 3)
    session.beforeEachMessage = { try $0.sleepAndWake() }
    session.afterEachMessage = { try $0.storeAndRestore() }
    let result = try MeanResult(
      session.run(leaving: Self.leaving), averaging: session.averaging)
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
    #expect(try session.clients[3].round() == SECAGG_UNMASKING)
  }

  @Test("clients of the Swift library take part, and read what the C interface writes")
  func mixed() throws {
    let session = try TestSession(.semiHonest, seed: 4)
    let bytes = try Handle.bytes {
      secagg_parameters_serialize(session.parameters.value, $0, $1)
    }
    let parameters = try SessionParameters(serialized: bytes)
    let secure = try ExactAveraging.swift(cohortSize: TestSession.cohortSize)
    var generator = SystemRandomNumberGenerator()
    // Client 6 is in Swift, the others behind handles.
    let id = try #require(ClientID(6))
    let data = session.clients[5]
    func send(_ message: ClientMessage) throws {
      let answer = session.receive(try message.serialized(), from: 6)
      if answer.status != SECAGG_OK { throw answer }
    }
    let others: [UInt32: Int] = [6: SECAGG_ADVERTISE_KEYS]
    let advertising = try AdvertiseKeysRound(
      id: id, parameters: parameters,
      policy: ClientPolicy(applicationContext: parameters.applicationContext))
    try send(.keyAdvertisement(advertising.message))
    try session.collect(SECAGG_ADVERTISE_KEYS, leaving: others)
    try session.closeRound()
    guard
      case .rosterAnnouncement(let roster) = try ServerMessage(
        serialized: session.message(for: 6))
    else { throw Unexpected() }
    let sharing = try advertising.shareKeys(with: roster)
    try send(.shareDistribution(sharing.message))
    try session.collect(SECAGG_SHARE_KEYS, leaving: others)
    try session.closeRound()
    guard case .shareDelivery(let delivery) = try ServerMessage(serialized: session.message(for: 6))
    else { throw Unexpected() }
    let vector = try secure.encode(
      ClientUpdate(delta: data.update.map(Double.init), weight: data.weight), using: &generator)
    let masking = try sharing.maskInput(vector, delivery: delivery)
    try send(.maskedInput(masking.message))
    try session.collect(SECAGG_MASKED_INPUT, leaving: others)
    try session.closeRound()
    guard
      case .unmaskingRequest(let request) = try ServerMessage(serialized: session.message(for: 6))
    else { throw Unexpected() }
    try send(.unmaskingResponse(masking.unmask(request)))
    try session.collect(SECAGG_UNMASKING, leaving: others)
    let result = try MeanResult(session.unmask(), averaging: session.averaging)
    #expect(result.contributors.count == TestSession.cohortSize)
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  struct Unexpected: Error {}

  @Test("recommended parameters make a session that computes a mean of real numbers")
  func recommended() throws {
    let session = try RealNumberSession(seed: 5)
    try session.run()
  }
}
