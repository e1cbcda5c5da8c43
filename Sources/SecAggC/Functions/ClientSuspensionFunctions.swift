// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// Clients that sleep between rounds.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_sealing_key(
  _ key: UnsafeMutablePointer<UInt8>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let secret = SecureRandom.secretBytes(SealedClient.keyByteCount)
    try secret.withBytes { (bytes) throws(Failure) in
      try unsafe write(bytes, to: key, "key")
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_suspend(
  _ client: OpaquePointer?, _ key: UnsafePointer<UInt8>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let key = try unsafe secret(key, "key")
    return Immutable(copying: try client.suspend(under: key, isSent: false))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_suspend_sent(
  _ client: OpaquePointer?, _ key: UnsafePointer<UInt8>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let key = try unsafe secret(key, "key")
    return Immutable(copying: try client.suspend(under: key, isSent: true))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_resume(
  _ data: UnsafePointer<UInt8>?, _ length: Int, _ key: UnsafePointer<UInt8>?,
  _ identity: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.clients) { () throws(Failure) in
    let sealed = try unsafe copiedBytes(data, length, "data")
    let key = try unsafe secret(key, "key")
    let identity = try unsafe Handles.identities.object(ofOptional: identity)
    return try HeldClient(resuming: sealed, key: key, identity: identity)
  }
}
