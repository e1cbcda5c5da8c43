// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// A client and what it says of itself.

extension secagg_policy: VersionedStruct {}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_create(
  _ parameters: OpaquePointer?, _ id: UInt32, _ policy: UnsafePointer<secagg_policy>?,
  _ identity: OpaquePointer?, _ directory: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.clients) { () throws(Failure) in
    let parameters = try unsafe Handles.parameters.object(of: parameters).value
    let identity = try unsafe Handles.identities.object(ofOptional: identity)
    let directory = try unsafe Handles.directories.object(ofOptional: directory)
    let policy = try unsafe clientPolicy(policy)
    return try HeldClient(
      id: clientID(id), parameters: parameters, policy: policy, identity: identity,
      identities: directory?.value)
  }
}

/// A policy of a caller's.
private func clientPolicy(
  _ pointer: UnsafePointer<secagg_policy>?
) throws(Failure) -> ClientPolicy {
  let given = try unsafe secagg_policy.read(pointer, "policy")
  guard unsafe given.reserved == 0 else { throw .reserved("policy") }
  let collusion =
    try unsafe given.security_bits == 0
    ? nil : assumedCollusion(given.corrupt_fraction, securityBits: given.security_bits)
  return ClientPolicy(
    applicationContext: try unsafe digest(
      given.application_context, "policy.application_context"),
    minimumCohortSize: unsafe Int(given.minimum_cohort_size),
    minimumThreshold: unsafe Int(given.minimum_threshold),
    minimumContributors: unsafe Int(given.minimum_contributors),
    acceptedThreatModels: try unsafe ThreatModel.set(of: given.threat_models),
    acceptedMaskCiphers: try unsafe MaskCipher.set(
      of: given.mask_ciphers, empty: Set(MaskCipher.allCases)),
    collusion: collusion)
}

private func assumedCollusion(
  _ corruptFraction: Double, securityBits: UInt32
) throws(Failure) -> AssumedCollusion {
  do {
    return try AssumedCollusion(corruptFraction: corruptFraction, securityBits: Int(securityBits))
  } catch {
    throw .invalidArgument("policy: \(error)")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_awaited(
  _ client: OpaquePointer?, _ awaited: UnsafeMutablePointer<UInt32>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let code =
      switch client.expectation {
      case .message(let round): UInt32(round.rawValue)
      case .input: UInt32(SECAGG_INPUT)
      case .nothing: UInt32(SECAGG_ENDED)
      }
    try unsafe write(code, to: awaited, "awaited")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_id(
  _ client: OpaquePointer?, _ id: UnsafeMutablePointer<UInt32>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    try unsafe write(client.id.rawValue, to: id, "id")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_parameters(
  _ client: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.parameters) { () throws(Failure) in
    Immutable(try unsafe Handles.clients.object(of: client).parameters)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_message(
  _ client: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    Immutable(copying: try unsafe Handles.clients.object(of: client).message())
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_write_message(
  _ client: OpaquePointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let message = try unsafe Handles.clients.object(of: client).message()
    try unsafe write(message, to: buffer, capacity: capacity, length: length)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_free(_ client: OpaquePointer?) -> secagg_status {
  unsafe Handles.clients.free(client).code
}
