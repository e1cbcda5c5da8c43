// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// Where a server stands.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_round(
  _ server: OpaquePointer?, _ round: UnsafeMutablePointer<UInt32>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    let code = server.round.map { UInt32($0.rawValue) } ?? UInt32(SECAGG_ENDED)
    try unsafe write(code, to: round, "round")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_parameters(
  _ server: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.parameters) { () throws(Failure) in
    Immutable(try unsafe Handles.servers.object(of: server).parameters)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_received(
  _ server: OpaquePointer?, _ ids: UnsafeMutablePointer<UInt32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    try unsafe write(
      server.received.map(\.rawValue), to: ids, capacity: capacity, count: count)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_server_awaited(
  _ server: OpaquePointer?, _ ids: UnsafeMutablePointer<UInt32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let server = try unsafe Handles.servers.object(of: server)
    try unsafe write(server.awaited.map(\.rawValue), to: ids, capacity: capacity, count: count)
  }
}
