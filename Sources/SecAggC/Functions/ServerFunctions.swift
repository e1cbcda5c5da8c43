// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// A server.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_create(
  _ parameters: OpaquePointer?, _ directory: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.servers) { () throws(Failure) in
    let parameters = try unsafe Handles.parameters.object(of: parameters).value
    let directory = try unsafe Handles.directories.object(ofOptional: directory)
    return try HeldServer(parameters: parameters, identities: directory?.value)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_receive(
  _ server: OpaquePointer?, _ sender: UInt32, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    try server.receive(unsafe copiedBytes(message, length, "message"), from: clientID(sender))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_close_round(
  _ server: OpaquePointer?, _ inputContext: UnsafePointer<UInt8>?, _ threads: UInt32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.aggregates) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    let inputContext = try unsafe optionalDigest(inputContext, "input_context")
    return try server.closeRound(inputContext: inputContext, execution: execution(threads))
      .map { Immutable($0) }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_message(
  _ server: OpaquePointer?, _ recipient: UInt32, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    return Immutable(copying: try server.message(for: clientID(recipient)))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_faults(
  _ server: OpaquePointer?, _ faults: UnsafeMutablePointer<secagg_fault>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    try unsafe write(
      server.faults.map(secagg_fault.init), to: faults, capacity: capacity, count: count)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_store(
  _ server: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    Immutable(copying: try unsafe Handles.servers.object(of: server).stored())
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_restore(
  _ data: UnsafePointer<UInt8>?, _ length: Int, _ directory: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.servers) { () throws(Failure) in
    let bytes = try unsafe copiedBytes(data, length, "data")
    let directory = try unsafe Handles.directories.object(ofOptional: directory)
    return try HeldServer(restoring: bytes, identities: directory?.value)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_free(_ server: OpaquePointer?) -> secagg_status {
  unsafe Handles.servers.free(server).code
}
