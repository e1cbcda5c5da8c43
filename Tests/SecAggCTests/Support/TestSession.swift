import CSecAggABI
import FLMath
import SecAgg
import Testing

/// A server and clients behind handles, in one process.
final class TestSession {
  static let cohortSize = 12

  let setting: Setting
  let fedAvg: Handle
  let parameters: Handle
  let directory: Handle?
  let clients: [TestClient]
  var server: Handle
  /// Called with every client before it sends its message.
  var beforeEachMessage: (TestClient) throws -> Void = { _ in }
  /// Called after every message that the server took.
  var afterEachMessage: (TestSession) throws -> Void = { _ in }

  init(_ setting: Setting, seed: UInt64 = 1, counterCount: Int = 0) throws {
    self.setting = setting
    fedAvg = try ExactFedAvg.handle(
      cohortSize: Self.cohortSize, counterCount: counterCount)
    parameters = try Self.parameters(setting, fedAvg: fedAvg)
    let identities = try (1...Self.cohortSize).map { _ in
      setting.isMalicious
        ? try Handle({ secagg_identity_free($0) }) { secagg_identity_generate($0, $1) } : nil
    }
    let directory = try Self.directory(of: identities.compactMap { $0 })
    self.directory = directory
    var generator = SimulationGenerator(seed: seed)
    var clients: [TestClient] = []
    for (index, identity) in identities.enumerated() {
      let update = (0..<ExactFedAvg.parameterCount).map { _ in
        Float(8 * Int.random(in: -4095...4095, using: &generator))
      }
      clients.append(
        try TestClient(
          id: UInt32(index + 1), parameters: parameters, identity: identity,
          directory: directory, update: update,
          weight: UInt64.random(in: 1...8, using: &generator)))
    }
    self.clients = clients
    server = try Handle({ [parameters, directory] in
      _ = (parameters, directory)
      return secagg_server_free($0)
    }) { [parameters, directory] in
      secagg_server_create(parameters.value, directory?.value, $0, $1)
    }
  }

  static func parameters(_ setting: Setting, fedAvg: Handle) throws -> Handle {
    var settings = secagg_session_settings(
      struct_size: UInt32(MemoryLayout<secagg_session_settings>.size),
      threat_model: UInt32(setting.threatModel), cohort_size: UInt32(cohortSize),
      degree: setting.degree, threshold: setting.degree == 0 ? 6 : 5,
      minimum_contributors: 4, mask_cipher: UInt32(SECAGG_CHACHA20), reserved: 0)
    return try Handle({ secagg_parameters_free($0) }) {
      secagg_parameters_create(&settings, fedAvg.value, context, $0, $1)
    }
  }

  static let context = [UInt8](repeating: 7, count: 32)

  /// The directory of clients 1, 2, ...; none of no identities.
  static func directory(of identities: [Handle]) throws -> Handle? {
    guard !identities.isEmpty else { return nil }
    var keys: [UInt8] = []
    for identity in identities {
      var key = [UInt8](repeating: 0, count: 32)
      try succeed { secagg_identity_public_key(identity.value, &key, $0) }
      keys += key
    }
    let ids = (1...UInt32(identities.count)).map { $0 }
    return try Handle({ secagg_directory_free($0) }) {
      secagg_directory_create(ids, keys, ids.count, $0, $1)
    }
  }

  /// The server's message that opens the present round for a client.
  func message(for id: UInt32) throws -> [UInt8] {
    try Handle.bytes { secagg_server_message(server.value, id, $0, $1) }
  }

  func receive(_ message: [UInt8], from id: UInt32) -> Answer {
    Answer { secagg_server_receive(server.value, id, message, message.count, $0) }
  }

  func awaited() throws -> [UInt32] {
    try numbers(0) { secagg_server_awaited(server.value, $0, $1, $2, $3) }
  }

  func received() throws -> [UInt32] {
    try numbers(0) { secagg_server_received(server.value, $0, $1, $2, $3) }
  }

  func round() throws -> Int {
    var round: UInt32 = 99
    try succeed { secagg_server_round(server.value, &round, $0) }
    return Int(round)
  }

  /// Opens the next round.
  func closeRound() throws {
    var out = OpaquePointer(bitPattern: 1)
    try succeed { secagg_server_close_round(server.value, nil, 2, &out, $0) }
    #expect(out == nil, "no aggregate yet")
  }

  /// The server from its stored bytes.
  func storeAndRestore() throws {
    let stored = try Handle.bytes { secagg_server_store(server.value, $0, $1) }
    server = try Handle({ secagg_server_free($0) }) {
      secagg_server_restore(stored, stored.count, directory?.value, $0, $1)
    }
    let again = try Handle.bytes { secagg_server_store(server.value, $0, $1) }
    #expect(again == stored)
  }

  /// One round: those that are awaited and have not left send their message.
  ///
  /// - Parameter leaving: the round before which a client leaves.
  func collect(_ round: Int, leaving: [UInt32: Int] = [:]) throws {
    for id in try awaited() where round < leaving[id] ?? .max {
      let client = clients[Int(id) - 1]
      if round != SECAGG_ADVERTISE_KEYS {
        try client.respond(to: message(for: id), fedAvg: fedAvg, asDouble: id % 2 == 0)
      }
      try beforeEachMessage(client)
      #expect(try client.awaited() == setting.round(after: round))
      let answer = receive(try client.message(), from: id)
      guard answer.status == SECAGG_OK else { throw answer }
      try afterEachMessage(self)
    }
  }

  /// All rounds up to one, which is open afterwards.
  func run(to last: Int, leaving: [UInt32: Int] = [:]) throws {
    for round in setting.rounds where round < last {
      try collect(round, leaving: leaving)
      try closeRound()
    }
    #expect(try round() == last)
  }

  /// The whole session.
  func run(leaving: [UInt32: Int] = [:]) throws -> Handle {
    try run(to: SECAGG_UNMASKING, leaving: leaving)
    try collect(SECAGG_UNMASKING, leaving: leaving)
    return try aggregate()
  }

  /// Takes the masks off.
  func aggregate() throws -> Handle { try aggregate(inputContext: nil) }

  /// Tries to take the masks off, and expects a status other than SECAGG_OK.
  @discardableResult
  func expectNoAggregate(
    _ status: Int, inputContext: [UInt8]? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Answer {
    var out = OpaquePointer(bitPattern: 1)
    let answer = expect(status, sourceLocation: sourceLocation) {
      secagg_server_close_round(server.value, inputContext, 1, &out, $0)
    }
    #expect(out == nil, sourceLocation: sourceLocation)
    return answer
  }
}
