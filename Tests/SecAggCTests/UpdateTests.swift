import CSecAggABI
import FLMath
import Testing

/// Updates that cannot be encoded, and sums that are no mean.
@Suite("Updates and means")
struct UpdateTests {
  private let count = ExactFedAvg.parameterCount

  @Test("an update that does not fit leaves the client as it was", arguments: [false, true])
  func updates(isDouble: Bool) throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let client = session.clients[0]
    #expect(try client.response(to: session.message(for: 1)) == SECAGG_INPUT_NEEDED)
    func mask(
      _ update: [Float], count: Int? = nil, weight: UInt64 = 1, fedAvg: Handle? = nil
    ) -> Answer {
      let fedAvg = (fedAvg ?? session.fedAvg).value
      let count = count ?? update.count
      return Answer { failure in
        isDouble
          ? secagg_client_mask_float64(
            client.handle.value, fedAvg, update.map(Double.init), count, weight, 1, failure)
          : secagg_client_mask_float32(
            client.handle.value, fedAvg, update, count, weight, 1, failure)
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
    let other = try ExactFedAvg.handle(cohortSize: 40)
    #expect(mask(zeros, fedAvg: other).status == SECAGG_INVALID_ARGUMENT)
    #expect(try client.awaited() == SECAGG_INPUT)
    #expect(mask(zeros).status == SECAGG_OK)
    let first = try client.message()
    #expect(mask(zeros).status == SECAGG_WRONG_ROUND, "a client masks once")
    #expect(try client.message() == first)
  }

  @Test("a sum of weight 0 is no mean, and a mean has the model's length")
  func means() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    let zeros = [Float](repeating: 0, count: count)
    for client in session.clients {
      #expect(try client.response(to: session.message(for: client.id)) == SECAGG_INPUT_NEEDED)
      try succeed {
        secagg_client_mask_float32(
          client.handle.value, session.fedAvg.value, zeros, count, 0, 0, $0)
      }
      #expect(session.receive(try client.message(), from: client.id).status == SECAGG_OK)
    }
    try session.closeRound()
    try session.collect(SECAGG_UNMASKING)
    let aggregate = try session.aggregate()
    var mean = [Double](repeating: 5, count: count + 1)
    var weight: UInt64 = 5
    func decode(_ count: Int, _ fedAvg: Handle) -> Int {
      Answer {
        secagg_aggregate_mean_float64(
          aggregate.value, fedAvg.value, &mean, count, &weight, $0)
      }.status
    }
    #expect(decode(count, session.fedAvg) == SECAGG_SUM_INCONSISTENT)
    #expect(decode(count - 1, session.fedAvg) == SECAGG_INVALID_ARGUMENT)
    #expect(decode(count + 1, session.fedAvg) == SECAGG_INVALID_ARGUMENT)
    let other = try ExactFedAvg.handle(cohortSize: 40)
    #expect(decode(count, other) == SECAGG_INVALID_ARGUMENT)
    #expect(mean.allSatisfy { $0 == 5 })
    #expect(weight == 5)
  }

  @Test("a masked input that another session's masks are on ends the server without a sum")
  func inconsistent() throws {
    let session = try TestSession(.semiHonest)
    try session.run(to: SECAGG_MASKED_INPUT)
    // Client 1 masks with a delivery that leaves out one neighbour, which masks for client 1.
    let client = session.clients[0]
    let shortened = try DeliveryWithoutLast.bytes(of: session.message(for: 1))
    try client.respond(to: shortened, fedAvg: session.fedAvg)
    #expect(session.receive(try client.message(), from: 1).status == SECAGG_OK)
    try session.collect(SECAGG_MASKED_INPUT)
    try session.closeRound()
    // The answer of client 1 is not for all its neighbours and is rejected; the others suffice.
    for client in session.clients.dropFirst() {
      try client.respond(to: session.message(for: client.id), fedAvg: session.fedAvg)
      #expect(session.receive(try client.message(), from: client.id).status == SECAGG_OK)
    }
    session.expectNoAggregate(SECAGG_SUM_INCONSISTENT)
    #expect(try session.round() == SECAGG_ENDED)
  }
}
