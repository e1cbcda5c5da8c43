import CSecAggABI
import Testing

extension TestClient {
  /// Masks with everything that there can be.
  ///
  /// - Parameter change: changes the struct before the call.
  func mask(
    with fedAvg: Handle, counters: [UInt64] = [], inputContext: [UInt8]? = nil,
    asDouble: Bool = false, _ change: (inout secagg_input) -> Void = { _ in }
  ) -> Answer {
    let wide = update.map(Double.init)
    return update.withUnsafeBufferPointer { update in
      wide.withUnsafeBufferPointer { wide in
        counters.withUnsafeBufferPointer { counters in
          (inputContext ?? []).withUnsafeBufferPointer { context in
            var input = secagg_input(
              struct_size: UInt32(MemoryLayout<secagg_input>.size), threads: 1,
              float32: asDouble ? nil : update.baseAddress,
              float64: asDouble ? wide.baseAddress : nil, count: update.count, weight: weight,
              counters: counters.isEmpty ? nil : counters.baseAddress,
              counter_count: counters.count,
              input_context: inputContext == nil ? nil : context.baseAddress)
            change(&input)
            return Answer {
              secagg_client_mask(handle.value, fedAvg.value, &input, $0)
            }
          }
        }
      }
    }
  }
}

extension TestSession {
  /// The round of masked inputs, by `secagg_client_mask`, which the server then closes.
  func collectInputs(
    leaving: [UInt32: Int] = [:], counters: (UInt32) -> [UInt64] = { _ in [] },
    inputContext: (UInt32) -> [UInt8]?
  ) throws {
    for id in try awaited() where SECAGG_MASKED_INPUT < leaving[id] ?? .max {
      let client = clients[Int(id) - 1]
      #expect(try client.response(to: message(for: id)) == SECAGG_INPUT_NEEDED)
      let answer = client.mask(
        with: fedAvg, counters: counters(id), inputContext: inputContext(id),
        asDouble: id % 2 == 0)
      guard answer.status == SECAGG_OK else { throw answer }
      let taken = receive(try client.message(), from: id)
      guard taken.status == SECAGG_OK else { throw taken }
    }
    try closeRound()
  }

  /// The rounds after that of masked inputs.
  func collectAnswers(leaving: [UInt32: Int] = [:]) throws {
    for round in setting.rounds where round > SECAGG_MASKED_INPUT {
      try collect(round, leaving: leaving)
      if round != SECAGG_UNMASKING { try closeRound() }
    }
  }

  /// Takes the masks off, with an input context or none.
  func aggregate(inputContext: [UInt8]?) throws -> Handle {
    try Handle({ secagg_aggregate_free($0) }) {
      secagg_server_close_round(server.value, inputContext, 2, $0, $1)
    }
  }
}
