import CSecAggABI
import FLMath
import SecAgg
import SecAggWire
import Testing

/// The structs that may grow, and what settings there can be.
@Suite("Settings")
struct SettingsTests {
  /// A struct as a program of another version has it: `extra` bytes longer.
  private func longer<Struct, Result>(
    _ value: Struct, by extra: Int, filledWith filling: UInt8,
    _ body: (UnsafeMutablePointer<Struct>) -> Result
  ) throws -> (result: Result, tail: [UInt8]) {
    let size = MemoryLayout<Struct>.size
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size + extra, alignment: 16)
    defer { memory.deallocate() }
    for index in memory.indices { memory[index] = filling }
    let pointer = try #require(memory.baseAddress).bindMemory(to: Struct.self, capacity: 1)
    pointer.pointee = value
    UnsafeMutableRawPointer(pointer).storeBytes(of: UInt32(size + extra), as: UInt32.self)
    let result = body(pointer)
    return (result, Array(memory[size...]))
  }

  @Test("a longer struct is taken if what is not known is 0", arguments: [8, 64])
  func longerInput(extra: Int) throws {
    var out: OpaquePointer?
    let settings = ExactFedAvg.settings(cohortSize: 12)
    let taken = try longer(settings, by: extra, filledWith: 0) { settings in
      Answer { secagg_fedavg_create(settings, &out, $0) }
    }
    #expect(taken.result.status == SECAGG_OK)
    #expect(Int(secagg_fedavg_free(out)) == SECAGG_OK)
    let refused = try longer(settings, by: extra, filledWith: 1) { settings in
      Answer { secagg_fedavg_create(settings, &out, $0) }
    }
    #expect(refused.result.status == SECAGG_INVALID_ARGUMENT)
  }

  @Test("what is not known of a longer result is set to 0, and nothing beyond it")
  func longerOutput() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    let written = try longer(secagg_fedavg_info(), by: 16, filledWith: 9) { info in
      UnsafeMutableRawPointer(info).storeBytes(
        of: UInt32(MemoryLayout<secagg_fedavg_info>.size + 8), as: UInt32.self)
      return (Answer { secagg_fedavg_get_info(fedAvg.value, info, $0) }, info.pointee)
    }
    #expect(written.result.0.status == SECAGG_OK)
    #expect(written.result.1.step == 1)
    #expect(written.result.1.struct_size == UInt32(MemoryLayout<secagg_fedavg_info>.size + 8))
    #expect(written.tail == [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 9, count: 8))
  }

  @Test("a struct_size that cannot be is refused", arguments: [0, 3, 47, 4097, UInt32.max])
  func wrongSize(size: UInt32) {
    var settings = ExactFedAvg.settings(cohortSize: 12)
    settings.struct_size = size
    var out: OpaquePointer?
    expect(SECAGG_INVALID_ARGUMENT) { secagg_fedavg_create(&settings, &out, $0) }
  }

  @Test("impossible settings of fedavg")
  func fedAvg() {
    let changes: [(String, Int, (inout secagg_fedavg_settings) -> Void)] = [
      ("parameters", SECAGG_INVALID_PARAMETERS, { $0.parameter_count = 0 }),
      ("parameters", SECAGG_INVALID_PARAMETERS, { $0.parameter_count = 1 << 40 }),
      ("parameters", SECAGG_INVALID_ARGUMENT, { $0.parameter_count = .max }),
      ("bound", SECAGG_INVALID_PARAMETERS, { $0.clipping_bound = 0 }),
      ("bound", SECAGG_INVALID_PARAMETERS, { $0.clipping_bound = .nan }),
      ("bound", SECAGG_INVALID_PARAMETERS, { $0.clipping_bound = -1 }),
      ("norm", SECAGG_INVALID_PARAMETERS, { $0.norm_bound = .nan }),
      ("norm", SECAGG_INVALID_PARAMETERS, { $0.norm_bound = -.infinity }),
      ("weight", SECAGG_INVALID_PARAMETERS, { $0.maximum_weight = 0 }),
      ("weight", SECAGG_INVALID_PARAMETERS, { $0.maximum_weight = .max }),
      ("contributors", SECAGG_INVALID_PARAMETERS, { $0.maximum_contributors = 0 }),
      ("bits", SECAGG_INVALID_PARAMETERS, { $0.minimum_value_bits = 0 }),
      ("bits", SECAGG_INVALID_PARAMETERS, { $0.minimum_value_bits = 65 }),
      ("counters", SECAGG_INVALID_PARAMETERS, { $0.counter_count = .max }),
    ]
    for (name, status, change) in changes {
      var settings = ExactFedAvg.settings(cohortSize: 12)
      change(&settings)
      var out = OpaquePointer(bitPattern: 1)
      expect(status, "\(name)") { secagg_fedavg_create(&settings, &out, $0) }
      #expect(out == nil)
    }
  }

  @Test("sessions of impossible settings")
  func sessions() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    let context = TestSession.context
    let changes: [(String, Int, (inout secagg_session_settings) -> Void)] = [
      ("cohort", SECAGG_INVALID_PARAMETERS, { $0.cohort_size = 2 }),
      ("cohort", SECAGG_INVALID_PARAMETERS, { $0.cohort_size = .max }),
      ("degree", SECAGG_INVALID_PARAMETERS, { $0.degree = 7 }),
      ("threshold", SECAGG_INVALID_PARAMETERS, { $0.threshold = 1 }),
      ("threshold", SECAGG_INVALID_PARAMETERS, { $0.threshold = 12 }),
      ("contributors", SECAGG_INVALID_PARAMETERS, { $0.minimum_contributors = 1 }),
      ("contributors", SECAGG_INVALID_PARAMETERS, { $0.minimum_contributors = 13 }),
      (
        "majority", SECAGG_INVALID_PARAMETERS,
        {
          $0.threat_model = UInt32(SECAGG_MALICIOUS)
          $0.threshold = 5
        }
      ),
      ("model", SECAGG_INVALID_ARGUMENT, { $0.threat_model = 3 }),
      ("model", SECAGG_INVALID_ARGUMENT, { $0.threat_model = 257 }),
      ("cipher", SECAGG_INVALID_ARGUMENT, { $0.mask_cipher = 0 }),
      ("cipher", SECAGG_INVALID_ARGUMENT, { $0.mask_cipher = 3 }),
      ("reserved", SECAGG_INVALID_ARGUMENT, { $0.reserved = 1 }),
    ]
    for (name, status, change) in changes {
      var settings = secagg_session_settings(
        struct_size: UInt32(MemoryLayout<secagg_session_settings>.size), threat_model: 1,
        cohort_size: 12, degree: 0, threshold: 6, minimum_contributors: 4, mask_cipher: 1,
        reserved: 0)
      change(&settings)
      var out: OpaquePointer?
      expect(status, "\(name)") {
        secagg_parameters_create(&settings, fedAvg.value, context, &out, $0)
      }
    }
  }

  @Test("assumptions that cannot be withstood")
  func assumptions() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    let changes: [(String, Int, (inout secagg_assumptions) -> Void)] = [
      ("cohort", SECAGG_INVALID_PARAMETERS, { $0.cohort_size = 0 }),
      ("corrupt", SECAGG_INVALID_PARAMETERS, { $0.corrupt_fraction = 1 }),
      ("corrupt", SECAGG_INVALID_PARAMETERS, { $0.corrupt_fraction = .nan }),
      ("corrupt", SECAGG_INVALID_PARAMETERS, { $0.corrupt_fraction = -0.5 }),
      ("dropouts", SECAGG_INVALID_PARAMETERS, { $0.dropout_fraction = 0.99 }),
      ("security", SECAGG_INVALID_PARAMETERS, { $0.security_bits = 1000 }),
      ("failure", SECAGG_INVALID_PARAMETERS, { $0.failure_bits = .max }),
      ("contributors", SECAGG_INVALID_PARAMETERS, { $0.minimum_contributors = 100 }),
      ("ciphers", SECAGG_INVALID_ARGUMENT, { $0.mask_ciphers = 4 }),
      ("ciphers", SECAGG_INVALID_ARGUMENT, { $0.mask_ciphers = .max }),
      ("model", SECAGG_INVALID_ARGUMENT, { $0.threat_model = 0 }),
      ("corrupt dropouts", SECAGG_INVALID_ARGUMENT, { $0.corrupt_clients_drop_out = 7 }),
    ]
    for (name, status, change) in changes {
      var assumptions = secagg_assumptions(
        struct_size: UInt32(MemoryLayout<secagg_assumptions>.size), cohort_size: 12,
        threat_model: 1, security_bits: 0, failure_bits: 0, minimum_contributors: 0,
        corrupt_fraction: -1, dropout_fraction: -1, mask_ciphers: 0, corrupt_clients_drop_out: 0)
      change(&assumptions)
      var out: OpaquePointer?
      expect(status, "\(name)") {
        secagg_parameters_recommended(
          &assumptions, fedAvg.value, TestSession.context, &out, $0)
      }
    }
  }

  @Test("corrupt clients that drop out lower the minimum of contributors")
  func corruptDropouts() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    let minima = try [UInt32(0), 1].map { dropOut in
      var assumptions = secagg_assumptions(
        struct_size: UInt32(MemoryLayout<secagg_assumptions>.size), cohort_size: 12,
        threat_model: UInt32(SECAGG_MALICIOUS), security_bits: 0, failure_bits: 0,
        minimum_contributors: 0, corrupt_fraction: 0.1, dropout_fraction: 0.1, mask_ciphers: 0,
        corrupt_clients_drop_out: dropOut)
      let parameters = try Handle({ secagg_parameters_free($0) }) {
        secagg_parameters_recommended(
          &assumptions, fedAvg.value, TestSession.context, $0, $1)
      }
      var info = secagg_parameters_info()
      info.struct_size = UInt32(MemoryLayout<secagg_parameters_info>.size)
      try succeed { secagg_parameters_get_info(parameters.value, &info, $0) }
      return info.minimum_contributors
    }
    #expect(minima == [11, 10])
  }

  @Test("parameters say what the Swift library says of them", arguments: Setting.all)
  func info(setting: Setting) throws {
    let session = try TestSession(setting)
    var info = secagg_parameters_info()
    info.struct_size = UInt32(MemoryLayout<secagg_parameters_info>.size)
    try succeed { secagg_parameters_get_info(session.parameters.value, &info, $0) }
    let bytes = try Handle.bytes {
      secagg_parameters_serialize(session.parameters.value, $0, $1)
    }
    let swift = try SessionParameters(serialized: bytes)
    #expect(Int(info.threat_model) == setting.threatModel)
    #expect(Int(info.cohort_size) == swift.cohortSize)
    #expect(Int(info.degree) == swift.degree)
    #expect(Int(info.threshold) == swift.threshold)
    #expect(Int(info.minimum_contributors) == swift.minimumContributors)
    #expect(Int(info.maximum_contributors) == swift.maximumContributors)
    #expect(UInt8(info.mask_cipher) == swift.maskCipher.rawValue)
    #expect(Int(info.element_count) == swift.layout.elementCount)
    #expect(Int(info.word_count) == swift.layout.wordCount)
    #expect(Int(info.maximum_client_message_length) == swift.maximumClientMessageByteCount)
    #expect(Int(info.maximum_server_message_length) == swift.maximumServerMessageByteCount)
    #expect(withUnsafeBytes(of: info.session_id, Array.init) == swift.sessionID.bytes)
    #expect(withUnsafeBytes(of: info.digest, Array.init) == swift.digest.bytes)
    #expect(withUnsafeBytes(of: info.application_context, Array.init) == TestSession.context)
    // Parsed, handed out by a client and by a server, they are the same.
    let copies = [
      try Handle({ secagg_parameters_free($0) }) {
        secagg_parameters_parse(bytes, bytes.count, $0, $1)
      },
      try Handle({ secagg_parameters_free($0) }) {
        secagg_client_parameters(session.clients[0].handle.value, $0, $1)
      },
      try Handle({ secagg_parameters_free($0) }) {
        secagg_server_parameters(session.server.value, $0, $1)
      },
    ]
    for copy in copies {
      #expect(try Handle.bytes { secagg_parameters_serialize(copy.value, $0, $1) } == bytes)
    }
  }

  @Test("damaged parameters are refused")
  func damaged() throws {
    let session = try TestSession(.semiHonest)
    let bytes = try Handle.bytes {
      secagg_parameters_serialize(session.parameters.value, $0, $1)
    }
    var out: OpaquePointer?
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x10
      expect(SECAGG_MESSAGE_REFUSED) {
        secagg_parameters_parse(damaged, damaged.count, &out, $0)
      }
    }
    expect(SECAGG_MESSAGE_REFUSED) { secagg_parameters_parse(bytes, 0, &out, $0) }
  }

  @Test("a context is that of the Swift library, for float32 as for float64")
  func context() throws {
    let fedAvg = try ExactFedAvg.handle(cohortSize: 12)
    let secure = try ExactFedAvg.swift(cohortSize: 12)
    let model = (0..<ExactFedAvg.parameterCount).map { Float($0) / 7 }
    let wide = model.map(Double.init)
    var (narrow, double) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
    try succeed {
      secagg_fedavg_context_float32(
        fedAvg.value, model, model.count, 9, "résumé", &narrow, $0)
    }
    try succeed {
      secagg_fedavg_context_float64(
        fedAvg.value, wide, wide.count, 9, "résumé", &double, $0)
    }
    let parameters = try ParameterVector(
      layout: .init([.init(name: "parameters", shape: [wide.count])]), values: wide)
    let swift = secure.applicationContext(
      of: Broadcast(model: parameters, round: 9), task: "résumé")
    #expect(narrow == swift.bytes)
    #expect(double == swift.bytes)
  }

  @Test("mask ciphers are those of this processor")
  func maskCiphers() {
    let expected = MaskCipher.available.reduce(UInt32(0)) { $0 | UInt32($1.rawValue) }
    #expect(secagg_mask_ciphers() == expected)
    #expect(Int(secagg_mask_ciphers()) & SECAGG_CHACHA20 != 0)
  }

  @Test("the versions")
  func versions() throws {
    #expect(secagg_abi_version() == UInt32(SECAGG_ABI_MAJOR) << 16 | UInt32(SECAGG_ABI_MINOR))
    #expect(SECAGG_ABI_MAJOR == 2)
    #expect(SECAGG_ABI_MINOR == 0)
    let version = String(cString: try #require(secagg_version()))
    #expect(version.split(separator: ".").compactMap { Int($0) }.count == 3)
  }
}
