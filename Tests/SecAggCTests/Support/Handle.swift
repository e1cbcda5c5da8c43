import CSecAggABI
import Testing

/// A handle with an owner, who frees it. It is a number: any thread may have it.
final class Handle: @unchecked Sendable {
  let value: OpaquePointer
  private let free: @Sendable (OpaquePointer?) -> secagg_status
  private var isFreed = false

  typealias Free = @Sendable (OpaquePointer?) -> secagg_status

  /// Makes something by a call.
  init(
    _ free: @escaping Free, sourceLocation: SourceLocation = #_sourceLocation,
    _ call: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<secagg_failure>)
      -> secagg_status
  ) throws {
    var out = OpaquePointer(bitPattern: 1)
    let answer = Answer(sourceLocation: sourceLocation) { call(&out, $0) }
    guard answer.status == SECAGG_OK, let out else {
      #expect(out == nil, "no handle comes of a failure", sourceLocation: sourceLocation)
      throw answer
    }
    value = out
    self.free = free
  }

  deinit {
    if !isFreed { _ = free(value) }
  }

  /// Frees it now. Once: what owners on several threads do is not the matter here.
  func end() -> Int {
    isFreed = true
    return Int(free(value))
  }

  /// The content of bytes.
  func bytes() throws -> [UInt8] {
    var data: UnsafePointer<UInt8>?
    var length = -1
    try succeed { secagg_bytes_view(value, &data, &length, $0) }
    return Array(UnsafeBufferPointer(start: try #require(data), count: length))
  }

  /// Makes bytes by a call and reads them.
  static func bytes(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<secagg_failure>)
      -> secagg_status
  ) throws -> [UInt8] {
    try Handle({ secagg_bytes_free($0) }, sourceLocation: sourceLocation, call).bytes()
  }
}

/// The numbers that a call writes to an array, asked for their count first.
func numbers<Number>(
  _ zero: Number,
  _ call: (
    UnsafeMutablePointer<Number>?, Int, UnsafeMutablePointer<Int>,
    UnsafeMutablePointer<secagg_failure>
  ) -> secagg_status
) throws -> [Number] {
  var count = -1
  let answer = Answer { call(nil, 0, &count, $0) }
  guard answer.status == SECAGG_OK || answer.status == SECAGG_BUFFER_TOO_SMALL else {
    throw answer
  }
  #expect((answer.status == SECAGG_OK) == (count == 0))
  var numbers = [Number](repeating: zero, count: count)
  try succeed { call(&numbers, count, &count, $0) }
  #expect(count == numbers.count)
  return numbers
}
