import CSecAggABI
import FLMath
import Testing

/// A session of recommended parameters over updates that are no whole numbers, compared with the plain mean.
struct RealNumberSession {
  private let cohortSize: UInt32 = 10
  private let count = 1000
  private let fedAvg: Handle
  private let parameters: Handle
  private var clients: [(handle: Handle, update: [Double], weight: UInt64)] = []

  init(seed: UInt64) throws {
    var settings = secagg_fedavg_settings(
      struct_size: UInt32(MemoryLayout<secagg_fedavg_settings>.size), minimum_value_bits: 20,
      parameter_count: UInt64(count), clipping_bound: 1, norm_bound: 0, maximum_weight: 100,
      maximum_contributors: cohortSize, counter_count: 0)
    let fedAvg = try Handle({ secagg_fedavg_free($0) }) {
      secagg_fedavg_create(&settings, $0, $1)
    }
    var assumptions = secagg_assumptions(
      struct_size: UInt32(MemoryLayout<secagg_assumptions>.size), cohort_size: cohortSize,
      threat_model: UInt32(SECAGG_SEMI_HONEST), security_bits: 0, failure_bits: 0,
      minimum_contributors: 0, corrupt_fraction: -1, dropout_fraction: -1,
      mask_ciphers: secagg_mask_ciphers(), corrupt_clients_drop_out: 0)
    let model = [Float](repeating: 0.25, count: count)
    var context = [UInt8](repeating: 0, count: 32)
    try succeed {
      secagg_fedavg_context_float32(
        fedAvg.value, model, model.count, 3, "task", &context, $0)
    }
    let parameters = try Handle({ secagg_parameters_free($0) }) {
      secagg_parameters_recommended(&assumptions, fedAvg.value, context, $0, $1)
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
          secagg_client_create(parameters.value, id, &policy, nil, nil, $0, $1)
        }
      }
      let update = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
      clients.append((handle, update, UInt64.random(in: 1...100, using: &generator)))
    }
    self.fedAvg = fedAvg
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
          var response: UInt32 = 0
          try succeed {
            secagg_client_handle(
              client.handle.value, message, message.count, 1, &response, $0)
          }
          #expect((Int(response) == SECAGG_INPUT_NEEDED) == (round == SECAGG_MASKED_INPUT))
          if Int(response) == SECAGG_INPUT_NEEDED {
            try succeed {
              secagg_client_mask_float64(
                client.handle.value, fedAvg.value, client.update, count, client.weight, 0, $0)
            }
          }
        }
        let answer = try Handle.bytes { secagg_client_message(client.handle.value, $0, $1) }
        try succeed { secagg_server_receive(server.value, id, answer, answer.count, $0) }
      }
      if round != SECAGG_UNMASKING {
        var out: OpaquePointer?
        try succeed { secagg_server_close_round(server.value, nil, 0, &out, $0) }
      }
    }
    let aggregate = try Handle({ secagg_aggregate_free($0) }) {
      secagg_server_close_round(server.value, nil, 0, $0, $1)
    }
    var mean = [Float](repeating: .nan, count: count)
    var totalWeight: UInt64 = 0
    try succeed {
      secagg_aggregate_mean_float32(
        aggregate.value, fedAvg.value, &mean, count, &totalWeight, $0)
    }
    #expect(totalWeight == clients.reduce(0) { $0 + $1.weight })
    for index in 0..<count {
      let sum = clients.reduce(0.0) { $0 + Double($1.weight) * $1.update[index] }
      #expect(abs(Double(mean[index]) - sum / Double(totalWeight)) < 1e-4)
    }
  }
}
