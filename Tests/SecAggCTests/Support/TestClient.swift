import CSecAggABI
import Testing

/// A client behind a handle, with its data.
final class TestClient {
  let id: UInt32
  let identity: Handle?
  let update: [Float]
  let weight: UInt64
  var handle: Handle

  init(
    id: UInt32, parameters: Handle, identity: Handle?, update: [Float], weight: UInt64
  ) throws {
    self.id = id
    self.identity = identity
    self.update = update
    self.weight = weight
    handle = try withPolicy { policy in
      try Handle({ secagg_client_free($0) }) {
        secagg_client_create(parameters.value, id, policy, identity?.value, $0, $1)
      }
    }
  }

  /// The message of the present round.
  func message() throws -> [UInt8] {
    try Handle.bytes { secagg_client_message(handle.value, $0, $1) }
  }

  /// The round.
  func round() throws -> Int {
    var round: UInt32 = 99
    try succeed { secagg_client_round(handle.value, &round, $0) }
    return Int(round)
  }

  /// Takes the server's message that opens a round, which is its status.
  func take(
    _ message: [UInt8], opening round: Int, averaging: Handle, directory: Handle?,
    asDouble: Bool = false
  ) -> Answer {
    Answer { failure in
      switch round {
      case SECAGG_SHARE_KEYS:
        secagg_client_share_keys(
          handle.value, message, message.count, directory?.value, 2, failure)
      case SECAGG_MASKED_INPUT where asDouble:
        secagg_client_mask_float64(
          handle.value, message, message.count, averaging.value, update.map(Double.init),
          update.count, weight, 2, failure)
      case SECAGG_MASKED_INPUT:
        secagg_client_mask_float32(
          handle.value, message, message.count, averaging.value, update, update.count, weight, 2,
          failure)
      case SECAGG_CONSISTENCY_CHECK:
        secagg_client_endorse(handle.value, message, message.count, failure)
      default:
        secagg_client_unmask(handle.value, message, message.count, failure)
      }
    }
  }

  /// The client from sealed bytes, its handle a new one.
  func sleepAndWake() throws {
    var key = [UInt8](repeating: 0, count: 32)
    try succeed { secagg_sealing_key(&key, $0) }
    let before = try (message(), round())
    let sealed = try Handle.bytes { secagg_client_suspend(handle.value, key, $0, $1) }
    #expect(try round() == SECAGG_ENDED)
    expect(SECAGG_WRONG_PHASE) { failure in
      var out: OpaquePointer?
      return secagg_client_message(handle.value, &out, failure)
    }
    handle = try Handle({ secagg_client_free($0) }) {
      secagg_client_resume(sealed, sealed.count, key, identity?.value, $0, $1)
    }
    let after = try (message(), round())
    #expect(after == before)
  }
}
