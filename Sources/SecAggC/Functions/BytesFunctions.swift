// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg
internal import SecAggWire

// Bytes that the library gives.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_bytes_view(
  _ bytes: OpaquePointer?, _ data: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let object = try unsafe Handles.bytes.object(of: bytes)
    try unsafe write(object.address, to: data, "data")
    try unsafe write(object.value.count, to: length, "length")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_bytes_free(_ bytes: OpaquePointer?) -> secagg_status {
  unsafe Handles.bytes.free(bytes).code
}

extension Immutable<SecretBytes> {
  /// Bytes for the caller: messages may hold shares, so all are wiped in the end.
  convenience init(copying bytes: [UInt8]) {
    self.init(SecretBytes(copying: bytes.span))
  }

  /// A client's message for the caller.
  convenience init(copying message: MessageParts) {
    var bytes = SecretBytes(zeroed: message.byteCount)
    bytes.withMutableBytes { bytes in
      unsafe bytes.withUnsafeMutableBytes { unsafe message.copy(to: $0) }
    }
    self.init(bytes)
  }

  /// Where the bytes lie for as long as this object lives, which the table of handles sees to: they
  /// have memory of their own that nothing moves.
  @unsafe fileprivate var address: UnsafePointer<UInt8>? {
    unsafe value.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { $0.baseAddress }
    }
  }
}
