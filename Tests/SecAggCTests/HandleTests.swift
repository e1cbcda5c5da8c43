import CSecAggABI
import FLMath
import Testing

/// Handles that are none, were freed, or are of another kind.
@Suite("Handles")
struct HandleTests {
  /// One live handle of each kind, with what is called with it.
  private struct Kind {
    let name: String
    let value: OpaquePointer
    let owner: AnyObject
    let use: (OpaquePointer?, UnsafeMutablePointer<secagg_failure>) -> secagg_status
    let free: (OpaquePointer?) -> secagg_status
  }

  private func kinds() throws -> [Kind] {
    let session = try TestSession(.malicious)
    let ended = try TestSession(.semiHonest)
    let aggregate = try ended.run()
    let identity = try #require(session.clients[0].identity)
    let directory = try #require(session.directory)
    let bytes = try Handle({ secagg_bytes_free($0) }) {
      secagg_parameters_serialize(session.parameters.value, $0, $1)
    }
    let owners: [AnyObject] = [session, aggregate, bytes]
    func kind(
      _ name: String, _ handle: Handle,
      _ use: @escaping (OpaquePointer?, UnsafeMutablePointer<secagg_failure>) -> secagg_status,
      _ free: @escaping (OpaquePointer?) -> secagg_status
    ) -> Kind {
      Kind(
        name: name, value: handle.value, owner: owners as AnyObject, use: use, free: free)
    }
    return [
      kind(
        "bytes", bytes,
        { handle, failure in
          var (data, length) = (UnsafePointer<UInt8>?.none, 0)
          return secagg_bytes_view(handle, &data, &length, failure)
        }, { secagg_bytes_free($0) }),
      kind(
        "fedavg", session.fedAvg,
        { handle, failure in
          var info = secagg_fedavg_info()
          info.struct_size = UInt32(MemoryLayout<secagg_fedavg_info>.size)
          return secagg_fedavg_get_info(handle, &info, failure)
        }, { secagg_fedavg_free($0) }),
      kind(
        "parameters", session.parameters,
        { handle, failure in
          var info = secagg_parameters_info()
          info.struct_size = UInt32(MemoryLayout<secagg_parameters_info>.size)
          return secagg_parameters_get_info(handle, &info, failure)
        }, { secagg_parameters_free($0) }),
      kind(
        "identity", identity,
        { handle, failure in
          var key = [UInt8](repeating: 0, count: 32)
          return secagg_identity_public_key(handle, &key, failure)
        }, { secagg_identity_free($0) }),
      kind(
        "directory", directory,
        { handle, failure in
          var out: OpaquePointer?
          defer { _ = secagg_server_free(out) }
          return secagg_server_create(session.parameters.value, handle, &out, failure)
        }, { secagg_directory_free($0) }),
      kind(
        "client", session.clients[0].handle,
        { handle, failure in
          var id: UInt32 = 0
          return secagg_client_id(handle, &id, failure)
        }, { secagg_client_free($0) }),
      kind(
        "server", session.server,
        { handle, failure in
          var round: UInt32 = 0
          return secagg_server_round(handle, &round, failure)
        }, { secagg_server_free($0) }),
      kind(
        "aggregate", aggregate,
        { handle, failure in
          var (count, ids) = (0, [UInt32](repeating: 0, count: 12))
          return secagg_aggregate_contributors(handle, &ids, 12, &count, failure)
        }, { secagg_aggregate_free($0) }),
    ]
  }

  @Test("NULL, other kinds, damaged and made-up handles are refused by use and by free")
  func foreign() throws {
    let kinds = try kinds()
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    for kind in kinds {
      expect(SECAGG_OK, "\(kind.name)") { kind.use(kind.value, $0) }
      // A directory may be left out, but not here.
      let null = kind.name == "directory" ? SECAGG_INVALID_ARGUMENT : SECAGG_INVALID_HANDLE
      expect(null, "\(kind.name), NULL") { kind.use(nil, $0) }
      #expect(Int(kind.free(nil)) == SECAGG_OK, "\(kind.name), NULL")
      var others = kinds.filter { $0.name != kind.name }.map(\.value)
      let own = UInt(bitPattern: kind.value)
      others += (0..<64).compactMap { OpaquePointer(bitPattern: own ^ 1 << $0) }
      others += (0..<2000).compactMap { _ in OpaquePointer(bitPattern: UInt(generator.next())) }
      others += (1..<100).compactMap { OpaquePointer(bitPattern: $0) }
      withUnsafeMutablePointer(to: &generator) { others.append(OpaquePointer($0)) }
      for other in others {
        expect(SECAGG_INVALID_HANDLE, "\(kind.name), \(other), seed \(seed)") {
          kind.use(other, $0)
        }
        #expect(
          Int(kind.free(other)) == SECAGG_INVALID_HANDLE, "\(kind.name), \(other), seed \(seed)")
      }
      expect(SECAGG_OK, "\(kind.name), after all that") { kind.use(kind.value, $0) }
    }
  }

  @Test("a freed handle is refused, also after others were made")
  func freed() throws {
    let kinds = try kinds()
    for kind in kinds {
      #expect(Int(kind.free(kind.value)) == SECAGG_OK)
      _ = try TestSession(.semiHonest)
      expect(SECAGG_INVALID_HANDLE, "\(kind.name)") { kind.use(kind.value, $0) }
      #expect(Int(kind.free(kind.value)) == SECAGG_INVALID_HANDLE, "\(kind.name)")
    }
  }

  @Test("what a handle was made of may be freed before it")
  func independent() throws {
    let session = try TestSession(.malicious)
    #expect(session.parameters.end() == SECAGG_OK)
    let directory = try #require(session.directory)
    for client in session.clients { #expect(client.identity?.end() == SECAGG_OK) }
    #expect(directory.end() == SECAGG_OK)
    try session.collect(SECAGG_ADVERTISE_KEYS)
    try session.closeRound()
    try session.collect(SECAGG_SHARE_KEYS)
    try session.closeRound()
    try session.collect(SECAGG_MASKED_INPUT)
    try session.closeRound()
    try session.collect(SECAGG_CONSISTENCY_CHECK)
    try session.closeRound()
    try session.collect(SECAGG_UNMASKING)
    let aggregate = try session.aggregate()
    #expect(session.server.end() == SECAGG_OK)
    _ = try MeanResult(aggregate, fedAvg: session.fedAvg)
  }

  @Test("no handle is given twice")
  func distinct() throws {
    var values: Set<OpaquePointer> = []
    for _ in 0..<2000 {
      values.insert(
        try Handle({ secagg_identity_free($0) }) { secagg_identity_generate($0, $1) }.value)
    }
    #expect(values.count == 2000)
  }
}
