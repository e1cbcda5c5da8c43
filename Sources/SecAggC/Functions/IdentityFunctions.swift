// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// Identities and their directory.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_identity_generate(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.identities) { () throws(Failure) in
    Immutable(try translating { () throws(IdentityError) in try IdentityKey() })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_identity_from_seed(
  _ seed: UnsafePointer<UInt8>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.identities) { () throws(Failure) in
    let seed = try unsafe secret(seed, "seed")
    return Immutable(try translating { () throws(IdentityError) in try IdentityKey(seed: seed) })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_identity_seed(
  _ identity: OpaquePointer?, _ seed: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let identity = try unsafe Handles.identities.object(of: identity)
    let secret = identity.value.seed()
    try secret.withBytes { (bytes) throws(Failure) in
      try unsafe write(bytes, to: seed, "seed")
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_identity_public_key(
  _ identity: OpaquePointer?, _ key: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let identity = try unsafe Handles.identities.object(of: identity)
    try unsafe write(identity.value.publicKey.bytes.span, to: key, "key")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_identity_free(_ identity: OpaquePointer?) -> secagg_status {
  unsafe Handles.identities.free(identity).code
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_directory_create(
  _ ids: UnsafePointer<UInt32>?, _ keys: UnsafePointer<UInt8>?, _ count: Int,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.directories) { () throws(Failure) in
    guard (0...largestDirectory).contains(count) else {
      throw .invalidArgument("a directory has at most \(largestDirectory) clients, found \(count)")
    }
    let numbers = try unsafe withNumbers(ids, count, "ids") { ids in ids.indices.map { ids[$0] } }
    let bytes = try unsafe copiedBytes(keys, count * Digest.byteCount, "keys")
    var directory: [ClientID: IdentityPublicKey] = [:]
    for (index, number) in numbers.enumerated() {
      let start = index * Digest.byteCount
      let key = try translating { () throws(IdentityError) in
        try IdentityPublicKey(bytes: bytes[start..<start + Digest.byteCount])
      }
      let id = try clientID(number)
      guard directory.updateValue(key, forKey: id) == nil else {
        throw .invalidArgument("\(id) comes twice in the directory")
      }
    }
    return Immutable(
      try translating { () throws(PinnedIdentitiesError) in try PinnedIdentities(directory) })
  }
}

/// The largest cohort: nothing is allocated for more.
private let largestDirectory = 1 << 20

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_directory_free(_ directory: OpaquePointer?) -> secagg_status {
  unsafe Handles.directories.free(directory).code
}
