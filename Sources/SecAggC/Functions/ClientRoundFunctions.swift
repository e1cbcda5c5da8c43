// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// The rounds of a client.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_share_keys(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ directory: OpaquePointer?, _ threads: UInt32,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let directory = try unsafe Handles.directories.object(ofOptional: directory)
    try client.shareKeys(
      with: unsafe copiedBytes(message, length, "message"), identities: directory?.value,
      execution: execution(threads))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_mask_float32(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ averaging: OpaquePointer?, _ update: UnsafePointer<Float>?, _ count: Int, _ weight: UInt64,
  _ threads: UInt32, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let secure = try unsafe Handles.averagings.object(of: averaging).value
    try client.maskInput(
      delivery: unsafe copiedBytes(message, length, "message"), averaging: secure,
      execution: execution(threads)
    ) { () throws(Failure) in
      try unsafe withNumbers(update, count, "update") { (update) throws(Failure) in
        try translating { () throws(SecureFedAvgError) in
          try secure.encode(update, weight: weight)
        }
      }
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_mask_float64(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ averaging: OpaquePointer?, _ update: UnsafePointer<Double>?, _ count: Int,
  _ weight: UInt64, _ threads: UInt32, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let secure = try unsafe Handles.averagings.object(of: averaging).value
    try client.maskInput(
      delivery: unsafe copiedBytes(message, length, "message"), averaging: secure,
      execution: execution(threads)
    ) { () throws(Failure) in
      try unsafe withNumbers(update, count, "update") { (update) throws(Failure) in
        try translating { () throws(SecureFedAvgError) in
          try secure.encode(update, weight: weight)
        }
      }
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_endorse(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    try client.endorse(unsafe copiedBytes(message, length, "message"))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_unmask(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    try client.unmask(unsafe copiedBytes(message, length, "message"))
  }
}
