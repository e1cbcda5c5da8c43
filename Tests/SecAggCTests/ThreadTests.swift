import CSecAggABI
import Dispatch
import Synchronization
import Testing

/// Any function, on any thread, at any time.
@Suite("Threads")
struct ThreadTests {
  /// Runs `body` on several threads at once and gives what came of each.
  private func together<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }

  @Test("of two calls that mask with one client, one succeeds")
  func maskedOnce() throws {
    for _ in 0..<10 {
      let session = try TestSession(.semiHonest)
      try session.run(to: SECAGG_MASKED_INPUT)
      let client = session.clients[0].handle
      let fedAvg = session.fedAvg
      let response = try session.clients[0].response(to: session.message(for: 1))
      #expect(response == SECAGG_INPUT_NEEDED)
      let update = session.clients[0].update
      let statuses = together(4) { _ in
        Int(
          secagg_client_mask_float32(
            client.value, fedAvg.value, update, update.count, 1, 1, nil))
      }
      #expect(statuses.count { $0 == SECAGG_OK } == 1)
      #expect(statuses.count { $0 == SECAGG_WRONG_ROUND } == 3)
    }
  }

  @Test("a server takes messages from several threads, each once")
  func receive() throws {
    let session = try TestSession(.malicious)
    for round in session.setting.rounds {
      var messages: [(UInt32, [UInt8])] = []
      for client in session.clients {
        if round != SECAGG_ADVERTISE_KEYS {
          try client.respond(to: session.message(for: client.id), fedAvg: session.fedAvg)
        }
        messages.append((client.id, try client.message()))
      }
      let server = session.server
      let sent = messages + messages
      let statuses = together(sent.count) { index in
        let (id, message) = sent[index]
        return Int(secagg_server_receive(server.value, id, message, message.count, nil))
      }
      #expect(statuses.count { $0 == SECAGG_OK } == messages.count)
      #expect(statuses.count { $0 == SECAGG_MESSAGE_REFUSED } == messages.count)
      if round != SECAGG_UNMASKING { try session.closeRound() }
    }
    let result = try MeanResult(session.aggregate(), fedAvg: session.fedAvg)
    #expect(try result == session.swiftMean(of: result.contributors))
  }

  @Test("a handle that is freed while others use it is gone for them, and nothing else happens")
  func freedInUse() throws {
    for _ in 0..<20 {
      let session = try TestSession(.semiHonest)
      try session.run(to: SECAGG_MASKED_INPUT)
      let message = try session.message(for: 1)
      #expect(try session.clients[0].response(to: message) == SECAGG_INPUT_NEEDED)
      let client = session.clients[0].handle
      let server = session.server
      let (fedAvg, update) = (session.fedAvg, session.clients[0].update)
      let key = [UInt8](repeating: 5, count: 32)
      let statuses = together(8) { index -> [Int] in
        switch index {
        case 0: return [client.end(), server.end()]
        case 1:
          return [
            Int(
              secagg_client_mask_float32(
                client.value, fedAvg.value, update, update.count, 1, 2, nil))
          ]
        default:
          return (0..<50).flatMap { _ -> [Int] in
            var (awaited, response, round): (UInt32, UInt32, UInt32) = (0, 0, 0)
            var (sent, kept): (OpaquePointer?, OpaquePointer?) = (nil, nil)
            var stored: OpaquePointer?
            defer {
              _ = secagg_bytes_free(sent)
              _ = secagg_bytes_free(kept)
              _ = secagg_bytes_free(stored)
            }
            return [
              Int(secagg_client_awaited(client.value, &awaited, nil)),
              Int(secagg_client_handle(client.value, message, message.count, 1, &response, nil)),
              Int(secagg_client_message(client.value, &sent, nil)),
              Int(secagg_client_store(client.value, key, 1, &kept, nil)),
              Int(secagg_server_round(server.value, &round, nil)),
              Int(secagg_server_store(server.value, &stored, nil)),
            ]
          }
        }
      }
      #expect(statuses[0] == [SECAGG_OK, SECAGG_OK])
      let possible = [SECAGG_OK, SECAGG_INVALID_HANDLE]
      #expect(statuses.dropFirst().allSatisfy { $0.allSatisfy(possible.contains) })
    }
  }

  @Test("of several threads that free one handle, one does")
  func freedOnce() throws {
    for _ in 0..<50 {
      var out: OpaquePointer?
      try succeed { secagg_identity_generate(&out, $0) }
      let handle = UInt(bitPattern: out)
      let statuses = together(4) { _ in
        Int(secagg_identity_free(OpaquePointer(bitPattern: handle)))
      }
      #expect(statuses.count { $0 == SECAGG_OK } == 1)
      #expect(statuses.count { $0 == SECAGG_INVALID_HANDLE } == 3)
    }
  }

  @Test("sessions on several threads do not meet")
  func sessions() throws {
    let results = together(4) { index -> MeanResult? in
      try? MeanResult.ofSession(seed: UInt64(index))
    }
    for (index, result) in results.enumerated() {
      #expect(try result == MeanResult.ofSession(seed: UInt64(index)))
    }
  }
}

extension MeanResult {
  /// What comes of the session of a seed.
  fileprivate static func ofSession(seed: UInt64) throws -> MeanResult {
    let session = try TestSession(.semiHonest, seed: seed)
    return try MeanResult(session.run(), fedAvg: session.fedAvg)
  }
}
