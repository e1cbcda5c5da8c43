import CSecAggABI
import Testing

/// A client behind a handle, with its data.
final class TestClient {
  let id: UInt32
  let identity: Handle?
  let directory: Handle?
  let update: [Float]
  let weight: UInt64
  var handle: Handle

  init(
    id: UInt32, parameters: Handle, identity: Handle?, directory: Handle?, update: [Float],
    weight: UInt64
  ) throws {
    self.id = id
    self.identity = identity
    self.directory = directory
    self.update = update
    self.weight = weight
    handle = try withPolicy { policy in
      try Handle({ secagg_client_free($0) }) {
        secagg_client_create(
          parameters.value, id, policy, identity?.value, directory?.value, $0, $1)
      }
    }
  }

  /// The message to send.
  func message() throws -> [UInt8] {
    try Handle.bytes { secagg_client_message(handle.value, $0, $1) }
  }

  /// What the client awaits.
  func awaited() throws -> Int {
    var awaited: UInt32 = 99
    try succeed { secagg_client_awaited(handle.value, &awaited, $0) }
    return Int(awaited)
  }

  /// Hands it a message of the server, and returns the response too: `nil` if none was written.
  func handle(_ message: [UInt8]) -> (answer: Answer, response: Int?) {
    var response: UInt32 = 99
    let answer = Answer(hasRemark: Int(response) == SECAGG_STRAY) {
      secagg_client_handle(handle.value, message, message.count, 2, &response, $0)
    }
    return (answer, response == 99 ? nil : Int(response))
  }

  /// The response to a message that does not end the client.
  func response(to message: [UInt8]) throws -> Int? {
    let (answer, response) = handle(message)
    guard answer.status == SECAGG_OK else { throw answer }
    return response
  }

  /// Masks the update, by one of the functions for one type of number.
  func mask(_ fedAvg: Handle, asDouble: Bool = false) -> Answer {
    Answer { failure in
      asDouble
        ? secagg_client_mask_float64(
          handle.value, fedAvg.value, update.map(Double.init), update.count, weight, 2, failure)
        : secagg_client_mask_float32(
          handle.value, fedAvg.value, update, update.count, weight, 2, failure)
    }
  }

  /// Handles the message of the server, and masks the update if it is needed: the client's message is ready then.
  func respond(to message: [UInt8], fedAvg: Handle, asDouble: Bool = false) throws {
    let response = try response(to: message)
    #expect(response != SECAGG_STRAY)
    guard response == SECAGG_INPUT_NEEDED else { return }
    let answer = mask(fedAvg, asDouble: asDouble)
    guard answer.status == SECAGG_OK else { throw answer }
  }

  /// The client from its stored bytes, its handle a new one. What was stored goes on as well.
  func storeAndRestore() throws {
    var key = [UInt8](repeating: 0, count: 32)
    try succeed { secagg_storage_key(&key, $0) }
    let before = try (message(), awaited())
    let stored = try Handle.bytes { secagg_client_store(handle.value, key, 1, $0, $1) }
    let unchanged = try (message(), awaited())
    #expect(unchanged == before)
    handle = try Handle({ secagg_client_free($0) }) {
      secagg_client_restore(
        stored, stored.count, key, identity?.value, directory?.value, $0, $1)
    }
    let after = try (message(), awaited())
    #expect(after == before)
  }
}
