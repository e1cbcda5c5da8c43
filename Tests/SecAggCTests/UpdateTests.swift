import CSecAggABI
import FLMath
import Testing

/// Updates that cannot be encoded, and sums that are no mean.
@Suite("Updates and means")
struct UpdateTests {
  private let count = ExactAveraging.parameterCount

  @Test("an update that does not fit leaves the client as it was", arguments: [false, true])
  func updates(isDouble: Bool) throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    let message = try session.message(for: 1)
    func mask(
      _ update: [Float], count: Int? = nil, weight: UInt64 = 1, averaging: Handle? = nil
    ) -> Answer {
      let averaging = (averaging ?? session.averaging).value
      let count = count ?? update.count
      return Answer { failure in
        isDouble
          ? secagg_client_mask_float64(
            client.handle.value, message, message.count, averaging, update.map(Double.init),
            count, weight, 1, failure)
          : secagg_client_mask_float32(
            client.handle.value, message, message.count, averaging, update, count, weight, 1,
            failure)
      }
    }
    let zeros = [Float](repeating: 0, count: count)
    #expect(mask(zeros, count: count - 1).status == SECAGG_INVALID_UPDATE)
    #expect(mask(zeros, count: 0).status == SECAGG_INVALID_UPDATE)
    #expect(mask(zeros + [0]).status == SECAGG_INVALID_UPDATE)
    #expect(mask(zeros, weight: 9).status == SECAGG_INVALID_UPDATE)
    for bad in [Float.nan, .infinity, -.infinity] {
      var update = zeros
      update[count - 1] = bad
      #expect(mask(update).status == SECAGG_INVALID_UPDATE)
    }
    let other = try ExactAveraging.handle(cohortSize: 40)
    #expect(mask(zeros, averaging: other).status == SECAGG_INVALID_ARGUMENT)
    #expect(try client.round() == SECAGG_SHARE_KEYS)
    #expect(mask(zeros).status == SECAGG_OK)
    let first = try client.message()
    #expect(mask(zeros).status == SECAGG_WRONG_PHASE, "a client masks once")
    #expect(try client.message() == first)
  }

  @Test("a sum of weight 0 is no mean, and a mean has the model's length")
  func means() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let zeros = [Float](repeating: 0, count: count)
    for client in session.clients {
      let message = try session.message(for: client.id)
      try succeed {
        secagg_client_mask_float32(
          client.handle.value, message, message.count, session.averaging.value, zeros, count, 0, 0,
          $0)
      }
      #expect(session.receive(try client.message(), from: client.id).status == SECAGG_OK)
    }
    try session.closeRound()
    try session.collect(SECAGG_UNMASKING)
    let aggregate = try session.unmask()
    var mean = [Double](repeating: 5, count: count + 1)
    var weight: UInt64 = 5
    func decode(_ count: Int, _ averaging: Handle) -> Int {
      Answer {
        secagg_aggregate_mean_float64(
          aggregate.value, averaging.value, &mean, count, &weight, $0)
      }.status
    }
    #expect(decode(count, session.averaging) == SECAGG_SUM_INCONSISTENT)
    #expect(decode(count - 1, session.averaging) == SECAGG_INVALID_ARGUMENT)
    #expect(decode(count + 1, session.averaging) == SECAGG_INVALID_ARGUMENT)
    let other = try ExactAveraging.handle(cohortSize: 40)
    #expect(decode(count, other) == SECAGG_INVALID_ARGUMENT)
    #expect(mean.allSatisfy { $0 == 5 })
    #expect(weight == 5)
  }

  @Test("a masked input that another session's masks are on ends the server without a sum")
  func inconsistent() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    // Client 1 is put to sleep and wakes twice: the second masks with the same masks, but what was sent
    // of it is of a delivery without one neighbour.
    let client = session.clients[0]
    let message = try session.message(for: 1)
    let shortened = try DeliveryWithoutLast.bytes(of: message)
    let answer = client.take(
      shortened, opening: SECAGG_MASKED_INPUT, averaging: session.averaging, directory: nil)
    #expect(answer.status == SECAGG_OK)
    #expect(session.receive(try client.message(), from: 1).status == SECAGG_OK)
    try session.collect(SECAGG_MASKED_INPUT)
    try session.closeRound()
    // What client 1 answers is not for all its neighbours; it is refused, and the others suffice.
    for client in session.clients.dropFirst() {
      let request = try session.message(for: client.id)
      let answer = client.take(
        request, opening: SECAGG_UNMASKING, averaging: session.averaging, directory: nil)
      #expect(answer.status == SECAGG_OK)
      #expect(session.receive(try client.message(), from: client.id).status == SECAGG_OK)
    }
    var out: OpaquePointer?
    expect(SECAGG_SUM_INCONSISTENT) { secagg_server_unmask(session.server.value, 1, &out, $0) }
    #expect(out == nil)
    #expect(try session.phase() == SECAGG_ENDED)
  }
}
