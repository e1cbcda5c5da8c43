import CSecAggABI
import FLMath
import Testing

/// Arguments that are NULL, of the wrong length, or beyond what there can be.
@Suite("Arguments")
struct ArgumentTests {
  private typealias Failing = UnsafeMutablePointer<secagg_failure>

  @Test("NULL for a result or an input is refused, whatever else is passed")
  func null() throws {
    let session = try TestSession(.semiHonest)
    let (fedAvg, parameters) = (session.fedAvg.value, session.parameters.value)
    let (client, server) = (session.clients[0].handle.value, session.server.value)
    let done = try TestSession(.semiHonest)
    let aggregate = try done.run()
    let identity = try Handle({ secagg_identity_free($0) }) { secagg_identity_generate($0, $1) }
    let bytes32 = [UInt8](repeating: 1, count: 32)
    let floats = [Float](repeating: 0, count: ExactFedAvg.parameterCount)
    var settings = ExactFedAvg.settings(cohortSize: 12)
    var graph = secagg_session_settings()
    graph.struct_size = UInt32(MemoryLayout<secagg_session_settings>.size)
    var assumptions = secagg_assumptions()
    assumptions.struct_size = UInt32(MemoryLayout<secagg_assumptions>.size)
    var response: UInt32 = 99
    var out: OpaquePointer?
    var (length, count) = (0, 0)
    var data: UnsafePointer<UInt8>?
    let size = floats.count
    let calls: [(String, (Failing) -> secagg_status)] = [
      ("averaging_create settings", { secagg_fedavg_create(nil, &out, $0) }),
      ("averaging_create out", { secagg_fedavg_create(&settings, nil, $0) }),
      ("averaging_get_info info", { secagg_fedavg_get_info(fedAvg, nil, $0) }),
      (
        "context model",
        { f in
          var context = bytes32
          return secagg_fedavg_context_float32(fedAvg, nil, size, 1, "t", &context, f)
        }
      ),
      (
        "context task",
        { f in
          var context = bytes32
          return secagg_fedavg_context_float32(fedAvg, floats, size, 1, nil, &context, f)
        }
      ),
      (
        "context context",
        {
          secagg_fedavg_context_float32(fedAvg, floats, size, 1, "t", nil, $0)
        }
      ),
      (
        "recommended assumptions",
        {
          secagg_parameters_recommended(nil, fedAvg, bytes32, &out, $0)
        }
      ),
      (
        "recommended context",
        {
          secagg_parameters_recommended(&assumptions, fedAvg, nil, &out, $0)
        }
      ),
      (
        "recommended out",
        {
          secagg_parameters_recommended(&assumptions, fedAvg, bytes32, nil, $0)
        }
      ),
      ("create settings", { secagg_parameters_create(nil, fedAvg, bytes32, &out, $0) }),
      ("create context", { secagg_parameters_create(&graph, fedAvg, nil, &out, $0) }),
      ("create out", { secagg_parameters_create(&graph, fedAvg, bytes32, nil, $0) }),
      ("parse data", { secagg_parameters_parse(nil, 10, &out, $0) }),
      ("parse out", { secagg_parameters_parse(bytes32, 32, nil, $0) }),
      ("serialize out", { secagg_parameters_serialize(parameters, nil, $0) }),
      ("parameters_get_info info", { secagg_parameters_get_info(parameters, nil, $0) }),
      ("generate out", { secagg_identity_generate(nil, $0) }),
      ("from_seed seed", { secagg_identity_from_seed(nil, &out, $0) }),
      ("from_seed out", { secagg_identity_from_seed(bytes32, nil, $0) }),
      ("seed", { secagg_identity_seed(identity.value, nil, $0) }),
      ("public_key", { secagg_identity_public_key(identity.value, nil, $0) }),
      ("directory ids", { secagg_directory_create(nil, bytes32, 1, &out, $0) }),
      ("directory keys", { secagg_directory_create([1], nil, 1, &out, $0) }),
      ("directory out", { secagg_directory_create([1], bytes32, 1, nil, $0) }),
      ("client_create policy", { secagg_client_create(parameters, 1, nil, nil, nil, &out, $0) }),
      (
        "client_create out",
        { failure in
          withPolicy { secagg_client_create(parameters, 1, $0, nil, nil, nil, failure) }
        }
      ),
      ("client_awaited awaited", { secagg_client_awaited(client, nil, $0) }),
      ("client_id id", { secagg_client_id(client, nil, $0) }),
      ("client_parameters out", { secagg_client_parameters(client, nil, $0) }),
      ("client_message out", { secagg_client_message(client, nil, $0) }),
      ("handle message", { secagg_client_handle(client, nil, 5, 1, &response, $0) }),
      ("handle response", { secagg_client_handle(client, bytes32, 32, 1, nil, $0) }),
      ("mask update", { secagg_client_mask_float32(client, fedAvg, nil, size, 1, 1, $0) }),
      ("mask64 update", { secagg_client_mask_float64(client, fedAvg, nil, size, 1, 1, $0) }),
      ("mask input", { secagg_client_mask(client, fedAvg, nil, $0) }),
      ("storage_key", { secagg_storage_key(nil, $0) }),
      ("client_store key", { secagg_client_store(client, nil, 1, &out, $0) }),
      ("client_store out", { secagg_client_store(client, bytes32, 1, nil, $0) }),
      ("client_restore data", { secagg_client_restore(nil, 3, bytes32, nil, nil, &out, $0) }),
      ("client_restore key", { secagg_client_restore(bytes32, 32, nil, nil, nil, &out, $0) }),
      ("client_restore out", { secagg_client_restore(bytes32, 32, bytes32, nil, nil, nil, $0) }),
      ("server_create out", { secagg_server_create(parameters, nil, nil, $0) }),
      ("server_round round", { secagg_server_round(server, nil, $0) }),
      ("server_parameters out", { secagg_server_parameters(server, nil, $0) }),
      ("receive message", { secagg_server_receive(server, 1, nil, 5, $0) }),
      ("received count", { secagg_server_received(server, nil, 0, nil, $0) }),
      ("awaited count", { secagg_server_awaited(server, nil, 0, nil, $0) }),
      ("awaited ids", { secagg_server_awaited(server, nil, 12, &count, $0) }),
      ("message out", { secagg_server_message(server, 1, nil, $0) }),
      ("close_round out", { secagg_server_close_round(server, nil, 1, nil, $0) }),
      (
        "counters count",
        { secagg_aggregate_counters(aggregate.value, fedAvg, nil, 0, nil, $0) }
      ),
      ("server_faults count", { secagg_server_faults(server, nil, 0, nil, $0) }),
      ("store out", { secagg_server_store(server, nil, $0) }),
      ("restore data", { secagg_server_restore(nil, 3, nil, &out, $0) }),
      ("restore out", { secagg_server_restore(bytes32, 32, nil, nil, $0) }),
      (
        "contributors count",
        {
          secagg_aggregate_contributors(aggregate.value, nil, 0, nil, $0)
        }
      ),
      ("faults count", { secagg_aggregate_faults(aggregate.value, nil, 0, nil, $0) }),
      ("mean", { secagg_aggregate_mean_float32(aggregate.value, fedAvg, nil, size, nil, $0) }),
    ]
    for (name, call) in calls {
      out = OpaquePointer(bitPattern: 8)
      expect(SECAGG_INVALID_ARGUMENT, "\(name)", call)
      #expect(out == OpaquePointer(bitPattern: 8) || out == nil, "\(name)")
    }
    let bytes = try Handle({ secagg_bytes_free($0) }) {
      secagg_parameters_serialize(parameters, $0, $1)
    }
    expect(SECAGG_INVALID_ARGUMENT) { secagg_bytes_view(bytes.value, nil, &length, $0) }
    expect(SECAGG_INVALID_ARGUMENT) { secagg_bytes_view(bytes.value, &data, nil, $0) }
    // Nothing has changed.
    #expect(response == 99)
    #expect(try session.clients[0].awaited() == SECAGG_SHARE_KEYS)
    #expect(try session.round() == SECAGG_ADVERTISE_KEYS)
    _ = try session.run()
  }

  @Test("a failure need not be asked for")
  func withoutFailure() {
    var version: UInt32 = 0
    #expect(Int(secagg_server_round(nil, &version, nil)) == SECAGG_INVALID_HANDLE)
    var identity: OpaquePointer?
    #expect(Int(secagg_identity_generate(&identity, nil)) == SECAGG_OK)
    var key = [UInt8](repeating: 0, count: 32)
    #expect(Int(secagg_identity_public_key(identity, &key, nil)) == SECAGG_OK)
    #expect(Int(secagg_identity_free(identity)) == SECAGG_OK)
  }

  @Test("lengths beyond memory are refused, not read", arguments: [Int.min, -1])
  func hugeLengths(length: Int) throws {
    let session = try TestSession(.semiHonest)
    let byte: [UInt8] = [1]
    let float: [Float] = [1]
    let ids: [UInt32] = [1]
    var out: OpaquePointer?
    var count = 0
    expect(SECAGG_INVALID_ARGUMENT) { secagg_parameters_parse(byte, length, &out, $0) }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_server_receive(session.server.value, 1, byte, length, $0)
    }
    var response: UInt32 = 0
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_client_handle(session.clients[0].handle.value, byte, length, 1, &response, $0)
    }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_server_awaited(session.server.value, nil, length, &count, $0)
    }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_directory_create(ids, byte, length, &out, $0)
    }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_directory_create(ids, byte, Int.max / 4, &out, $0)
    }
    var context = [UInt8](repeating: 0, count: 32)
    for count in [length, .max, .max / 4 + 1] {
      expect(SECAGG_INVALID_ARGUMENT) {
        secagg_fedavg_context_float32(
          session.fedAvg.value, float, count, 1, "t", &context, $0)
      }
    }
  }

  @Test("an array that is too small gets nothing but the count", arguments: 0..<12)
  func smallArrays(capacity: Int) throws {
    let session = try TestSession(.semiHonest)
    var ids = [UInt32](repeating: 77, count: 12)
    var count = 0
    expect(SECAGG_BUFFER_TOO_SMALL) {
      secagg_server_awaited(session.server.value, &ids, capacity, &count, $0)
    }
    #expect(count == 12)
    #expect(ids.allSatisfy { $0 == 77 })
  }

  @Test("arrays that are not aligned for their numbers are refused")
  func misaligned() throws {
    let session = try TestSession(.semiHonest)
    var bytes = [UInt8](repeating: 0, count: 4096)
    var context = [UInt8](repeating: 0, count: 32)
    var count = 0
    bytes.withUnsafeMutableBytes { bytes in
      let odd = (bytes.baseAddress.map { UInt(bitPattern: $0) } ?? 0) | 1
      expect(SECAGG_INVALID_ARGUMENT) {
        secagg_fedavg_context_float32(
          session.fedAvg.value, UnsafePointer(bitPattern: odd), 300, 1, "t", &context, $0)
      }
      expect(SECAGG_INVALID_ARGUMENT) {
        secagg_server_awaited(
          session.server.value, UnsafeMutablePointer(bitPattern: odd), 12, &count, $0)
      }
      expect(SECAGG_INVALID_ARGUMENT) {
        secagg_fedavg_create(UnsafePointer(bitPattern: odd), nil, $0)
      }
    }
  }

  @Test("models of another length, with NaN, and tasks that are no text have no context")
  func contexts() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    var model = [Double](repeating: 0.5, count: ExactFedAvg.parameterCount)
    var context = [UInt8](repeating: 0, count: 32)
    func call(_ count: Int, round: UInt64 = 1, task: [CChar] = [65, 0]) -> Int {
      Answer {
        secagg_fedavg_context_float64(
          fedAvg.value, model, count, round, task, &context, $0)
      }.status
    }
    #expect(call(model.count) == SECAGG_OK)
    #expect(call(model.count - 1) == SECAGG_INVALID_ARGUMENT)
    #expect(call(0) == SECAGG_INVALID_ARGUMENT)
    #expect(call(model.count, round: .max) == SECAGG_INVALID_ARGUMENT)
    #expect(call(model.count, task: [-1, 0]) == SECAGG_INVALID_ARGUMENT)
    model[7] = .nan
    #expect(call(model.count) == SECAGG_INVALID_ARGUMENT)
  }

  @Test("what belongs to the malicious model is demanded there and refused elsewhere")
  func threatModels() throws {
    let plain = try TestSession(.semiHonest)
    let signed = try TestSession(.malicious)
    let identity = try #require(signed.clients[0].identity).value
    let directory = try #require(signed.directory).value
    var out: OpaquePointer?
    withPolicy { policy in
      let given: [(OpaquePointer?, OpaquePointer?)] = [(identity, nil), (nil, directory)]
      for (first, second) in given + [(identity, directory)] {
        expect(SECAGG_INVALID_ARGUMENT) {
          secagg_client_create(plain.parameters.value, 1, policy, first, second, &out, $0)
        }
      }
      for (first, second) in given + [(nil, nil)] {
        expect(SECAGG_INVALID_ARGUMENT) {
          secagg_client_create(signed.parameters.value, 1, policy, first, second, &out, $0)
        }
      }
    }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_server_create(plain.parameters.value, directory, &out, $0)
    }
    expect(SECAGG_INVALID_ARGUMENT) {
      secagg_server_create(signed.parameters.value, nil, &out, $0)
    }
  }

  @Test("ids and directories that cannot be")
  func ids() throws {
    let session = try TestSession(.semiHonest)
    var out: OpaquePointer?
    for id in [0, 13, UInt32.max] {
      withPolicy { policy in
        expect(SECAGG_INVALID_ARGUMENT, "\(id)") {
          secagg_client_create(session.parameters.value, id, policy, nil, nil, &out, $0)
        }
      }
    }
    expect(SECAGG_INVALID_ARGUMENT) { secagg_server_message(session.server.value, 0, &out, $0) }
    let keys = [UInt8](0..<96)
    expect(SECAGG_INVALID_ARGUMENT, "0") { secagg_directory_create([1, 0], keys, 2, &out, $0) }
    expect(SECAGG_INVALID_ARGUMENT, "twice") {
      secagg_directory_create([1, 2, 1], keys, 3, &out, $0)
    }
    expect(SECAGG_INVALID_ARGUMENT, "one key") {
      secagg_directory_create([1, 2], [UInt8](repeating: 3, count: 64), 2, &out, $0)
    }
  }
}
