// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// Clients that are stored between messages.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_storage_key(
  _ key: UnsafeMutablePointer<UInt8>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let fresh = StorageKey()
    try fresh.bytes.withBytes { (bytes) throws(Failure) in
      try unsafe write(bytes, to: key, "key")
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_store(
  _ client: OpaquePointer?, _ key: UnsafePointer<UInt8>?, _ keepingMessage: Int32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.bytes) { () throws(Failure) in
    let client = try unsafe Handles.clients.object(of: client)
    let key = try unsafe storageKey(key)
    return Immutable(copying: client.stored(under: key, keepingMessage: keepingMessage != 0))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_restore(
  _ data: UnsafePointer<UInt8>?, _ length: Int, _ key: UnsafePointer<UInt8>?,
  _ identity: OpaquePointer?, _ directory: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.clients) { () throws(Failure) in
    let bytes = try unsafe copiedBytes(data, length, "data")
    let key = try unsafe storageKey(key)
    let identity = try unsafe Handles.identities.object(ofOptional: identity)
    let directory = try unsafe Handles.directories.object(ofOptional: directory)
    return try HeldClient(
      restoring: bytes, under: key, identity: identity, identities: directory?.value)
  }
}

/// The key that a caller passed.
private func storageKey(_ start: UnsafePointer<UInt8>?) throws(Failure) -> StorageKey {
  guard let key = StorageKey(bytes: try unsafe secret(start, "key")) else { throw .null("key") }
  return key
}
