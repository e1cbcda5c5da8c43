// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg
internal import SecAggWire

// Parameters of a session.

extension secagg_assumptions: VersionedStruct {}
extension secagg_session_settings: VersionedStruct {}
extension secagg_parameters_info: VersionedStruct {}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_mask_ciphers() -> UInt32 {
  MaskCipher.available.reduce(0) { $0 | UInt32($1.rawValue) }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_recommended(
  _ assumptions: UnsafePointer<secagg_assumptions>?, _ fedAvg: OpaquePointer?,
  _ context: UnsafePointer<UInt8>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.parameters) { () throws(Failure) in
    let given = try unsafe secagg_assumptions.read(assumptions, "assumptions")
    guard given.corrupt_clients_drop_out <= 1 else {
      throw .invalidArgument(
        "assumptions.corrupt_clients_drop_out must be 0 or 1, found "
          + "\(given.corrupt_clients_drop_out)")
    }
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    let context = try unsafe digest(context, "context")
    let threatModel = try ThreatModel(code: given.threat_model)
    let assumptions = try translating { () throws(SessionAssumptionsError) in
      try SessionAssumptions(
        cohortSize: Int(given.cohort_size),
        corruptFraction: given.corrupt_fraction == defaultFraction ? nil : given.corrupt_fraction,
        dropoutFraction: given.dropout_fraction == defaultFraction ? 0.1 : given.dropout_fraction,
        threatModel: threatModel,
        corruptClientsDropOut: given.corrupt_clients_drop_out == 1,
        minimumContributors: given.minimum_contributors == 0
          ? nil : Int(given.minimum_contributors),
        securityBits: given.security_bits == 0 ? 40 : Int(given.security_bits),
        failureBits: given.failure_bits == 0 ? 20 : Int(given.failure_bits))
    }
    let ciphers = try MaskCipher.set(of: given.mask_ciphers, empty: [.chacha20])
    return try Immutable(
      sendable: try translating { () throws(RecommendationError) in
        try .recommended(
          for: assumptions, layout: secure.layout, maskCiphers: ciphers,
          applicationContext: context)
      })
  }
}

/// SECAGG_DEFAULT_FRACTION.
private let defaultFraction = -1.0

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_create(
  _ settings: UnsafePointer<secagg_session_settings>?, _ fedAvg: OpaquePointer?,
  _ context: UnsafePointer<UInt8>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.parameters) { () throws(Failure) in
    let given = try unsafe secagg_session_settings.read(settings, "settings")
    guard given.reserved == 0 else { throw .reserved("settings") }
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    let context = try unsafe digest(context, "context")
    let threatModel = try ThreatModel(code: given.threat_model)
    let cipher = try MaskCipher(code: given.mask_cipher)
    return try Immutable(
      sendable: try translating { () throws(SessionParametersError) in
        try SessionParameters(
          threatModel: threatModel, cohortSize: Int(given.cohort_size),
          degree: given.degree == 0 ? nil : Int(given.degree), threshold: Int(given.threshold),
          layout: secure.layout, minimumContributors: Int(given.minimum_contributors),
          maskCipher: cipher, applicationContext: context)
      })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_parse(
  _ data: UnsafePointer<UInt8>?, _ length: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.parameters) { () throws(Failure) in
    let bytes = try unsafe copiedBytes(data, length, "data")
    return Immutable(
      try translating { () throws(WireError) in try SessionParameters(serialized: bytes) })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_serialize(
  _ parameters: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    let parameters = try unsafe Handles.parameters.object(of: parameters).value
    return Immutable(
      copying: try translating { () throws(WireError) in try parameters.serialized() })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_get_info(
  _ parameters: OpaquePointer?, _ info: UnsafeMutablePointer<secagg_parameters_info>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let parameters = try unsafe Handles.parameters.object(of: parameters).value
    var filled = secagg_parameters_info()
    filled.threat_model = UInt32(parameters.threatModel.rawValue)
    filled.cohort_size = UInt32(parameters.cohortSize)
    filled.degree = UInt32(parameters.degree)
    filled.threshold = UInt32(parameters.threshold)
    filled.minimum_contributors = UInt32(parameters.minimumContributors)
    filled.maximum_contributors = UInt32(parameters.maximumContributors)
    filled.mask_cipher = UInt32(parameters.maskCipher.rawValue)
    filled.element_count = UInt64(parameters.layout.elementCount)
    filled.word_count = UInt64(parameters.layout.wordCount)
    filled.maximum_client_message_length = UInt64(parameters.maximumClientMessageByteCount)
    filled.maximum_server_message_length = UInt64(parameters.maximumServerMessageByteCount)
    set(&filled.session_id, to: parameters.sessionID)
    set(&filled.application_context, to: parameters.applicationContext)
    set(&filled.digest, to: parameters.digest)
    try unsafe filled.write(to: info, "info")
  }
}

/// Sets a field of 32 bytes, which is a tuple here.
private func set<Field: BitwiseCopyable>(_ field: inout Field, to digest: Digest) {
  unsafe withUnsafeMutableBytes(of: &field) { unsafe $0.copyBytes(from: digest.bytes) }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_parameters_free(_ parameters: OpaquePointer?) -> secagg_status {
  unsafe Handles.parameters.free(parameters).code
}

extension Immutable<SessionParameters> {
  /// Parameters whose messages fit the wire: their maker hears of it here, before any client has done
  /// work for the session.
  fileprivate convenience init(sendable parameters: SessionParameters) throws(Failure) {
    do throws(WireError) {
      _ = try parameters.serialized()
    } catch {
      throw Failure(.invalidParameters, error.description)
    }
    self.init(parameters)
  }
}
