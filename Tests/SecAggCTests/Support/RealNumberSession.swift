import CSecAggABI
import FLMath
import Testing

/// A session of recommended parameters over updates that are no whole numbers, compared with the plain mean.
struct RealNumberSession {
  private let cohortSize: UInt32 = 10
  private let count = 1000
  private let averaging: Handle
  private let parameters: Handle
  private var clients: [(handle: Handle, update: [Double], weight: UInt64)] = []

  init(seed: UInt64) throws {
    var settings = secagg_averaging_settings(
      struct_size: UInt32(MemoryLayout<secagg_averaging_settings>.size), minimum_value_bits: 20,
      parameter_count: UInt64(count), clipping_bound: 1, norm_bound: 0, maximum_weight: 100,
      maximum_contributors: cohortSize, counter_count: 0)
    let averaging = try Handle({ secagg_averaging_free($0) }) {
      secagg_averaging_create(&settings, $0, $1)
    }
    var assumptions = secagg_assumptions(
      struct_size: UInt32(MemoryLayout<secagg_assumptions>.size), cohort_size: cohortSize,
      threat_model: UInt32(SECAGG_SEMI_HONEST), security_bits: 0, failure_bits: 0,
      minimum_contributors: 0, corrupt_fraction: -1, dropout_fraction: -1,
      mask_ciphers: secagg_mask_ciphers(), corrupt_clients_drop_out: 0)
    let model = [Float](repeating: 0.25, count: count)
    var context = [UInt8](repeating: 0, count: 32)
    try succeed {
      secagg_averaging_context_float32(
        averaging.value, model, model.count, 3, "task", &context, $0)
    }
    let parameters = try Handle({ secagg_parameters_free($0) }) {
      secagg_parameters_recommended(&assumptions, averaging.value, context, $0, $1)
    }
    var generator = SimulationGenerator(seed: seed)
    for id in 1...cohortSize {
      let handle = try context.withUnsafeBufferPointer { context in
        var policy = secagg_policy(
          struct_size: UInt32(MemoryLayout<secagg_policy>.size), minimum_cohort_size: 10,
          minimum_threshold: 2, minimum_contributors: 3,
          threat_models: UInt32(SECAGG_SEMI_HONEST | SECAGG_MALICIOUS), mask_ciphers: 0,
          application_context: context.baseAddress, corrupt_fraction: 0, security_bits: 0,
          reserved: 0)
        return try Handle({ secagg_client_free($0) }) {
          secagg_client_create(parameters.value, id, &policy, nil, $0, $1)
        }
      }
      let update = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
      clients.append((handle, update, UInt64.random(in: 1...100, using: &generator)))
    }
    self.averaging = averaging
    self.parameters = parameters
  }

  func run() throws {
    let server = try Handle({ secagg_server_free($0) }) {
      secagg_server_create(parameters.value, nil, $0, $1)
    }
    for round in [SECAGG_ADVERTISE_KEYS, SECAGG_SHARE_KEYS, SECAGG_MASKED_INPUT, SECAGG_UNMASKING] {
      for (index, client) in clients.enumerated() {
        let id = UInt32(index + 1)
        if round != SECAGG_ADVERTISE_KEYS {
          let message = try Handle.bytes { secagg_server_message(server.value, id, $0, $1) }
          try succeed { failure in
            switch round {
            case SECAGG_SHARE_KEYS:
              secagg_client_share_keys(
                client.handle.value, message, message.count, nil, 1, failure)
            case SECAGG_MASKED_INPUT:
              secagg_client_mask_float64(
                client.handle.value, message, message.count, averaging.value, client.update,
                count, client.weight, 0, failure)
            default:
              secagg_client_unmask(client.handle.value, message, message.count, failure)
            }
          }
        }
        let answer = try Handle.bytes { secagg_client_message(client.handle.value, $0, $1) }
        try succeed { secagg_server_receive(server.value, id, answer, answer.count, $0) }
      }
      if round != SECAGG_UNMASKING {
        try succeed { secagg_server_close_round(server.value, $0) }
      }
    }
    let aggregate = try Handle({ secagg_aggregate_free($0) }) {
      secagg_server_unmask(server.value, 0, $0, $1)
    }
    var mean = [Float](repeating: .nan, count: count)
    var totalWeight: UInt64 = 0
    try succeed {
      secagg_aggregate_mean_float32(
        aggregate.value, averaging.value, &mean, count, &totalWeight, $0)
    }
    #expect(totalWeight == clients.reduce(0) { $0 + $1.weight })
    for index in 0..<count {
      let sum = clients.reduce(0.0) { $0 + Double($1.weight) * $1.update[index] }
      #expect(abs(Double(mean[index]) - sum / Double(totalWeight)) < 1e-4)
    }
  }
}
