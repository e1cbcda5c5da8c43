import CSecAggABI
import Testing

@testable import SecAggC

/// What callers are told.
@Suite("Failures")
struct FailureTests {
  @Test(
    "a long message is cut between characters", arguments: [500, 501, 502, 503, 504, 505, 5000])
  func longMessage(length: Int) {
    for start in ["", "a", "ab", "abc"] {
      let message = start + String(repeating: "\u{20ac}", count: length / 3)
      let answer = Answer { failure in
        SecAggC.answer(failure) { () throws(Failure) in throw Failure(.noMessage, message) }
      }
      #expect(answer.status == SECAGG_NO_MESSAGE)
      #expect(message.hasPrefix(answer.message))
      #expect(answer.message.utf8.count <= 503)
      #expect(answer.message == message || answer.message.utf8.count > 500)
    }
  }

  @Test("failures of the caller name what is wrong")
  func messages() throws {
    let session = try TestSession(.semiHonest)
    var out: OpaquePointer?
    let null = Answer { secagg_client_message(nil, &out, $0) }
    #expect(null.message.contains("secagg_client"))
    let size = Answer { failure in
      var settings = secagg_fedavg_settings()
      return secagg_fedavg_create(&settings, &out, failure)
    }
    #expect(size.message.contains("struct_size"))
    let wrongRound = Answer {
      secagg_server_message(session.server.value, 1, &out, $0)
    }
    #expect(wrongRound.message.contains("advertise keys"))
    let early = session.clients[0].mask(session.fedAvg)
    #expect(early.message.contains("waits for the message that opens round \"share keys\""))
  }
}
