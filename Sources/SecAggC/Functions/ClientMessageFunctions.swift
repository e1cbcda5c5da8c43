// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import SecAgg

// Server messages in, replies and the masked update out.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_handle(
  _ client: OpaquePointer?, _ message: UnsafePointer<UInt8>?, _ length: Int, _ threads: UInt32,
  _ response: UnsafeMutablePointer<UInt32>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answerWithRemark(failure) { () throws(Failure) in
    guard let response = unsafe response else { throw .null("response") }
    let client = try unsafe Handles.clients.object(of: client)
    let bytes = try unsafe copiedBytes(message, length, "message")
    switch try client.handle(bytes, execution: execution(threads)) {
    case .reply:
      unsafe response.pointee = UInt32(SECAGG_REPLY)
      return ""
    case .inputNeeded:
      unsafe response.pointee = UInt32(SECAGG_INPUT_NEEDED)
      return ""
    case .stray(let reason):
      unsafe response.pointee = UInt32(SECAGG_STRAY)
      return reason
    }
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_mask_float32(
  _ client: OpaquePointer?, _ fedAvg: OpaquePointer?, _ update: UnsafePointer<Float>?,
  _ count: Int, _ weight: UInt64, _ threads: UInt32,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    guard unsafe update != nil else { throw .null("update") }
    try unsafe mask(
      client, fedAvg,
      secagg_input(
        struct_size: 0, threads: threads, float32: update, float64: nil, count: count,
        weight: weight, counters: nil, counter_count: 0, input_context: nil))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_mask_float64(
  _ client: OpaquePointer?, _ fedAvg: OpaquePointer?, _ update: UnsafePointer<Double>?,
  _ count: Int, _ weight: UInt64, _ threads: UInt32,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    guard unsafe update != nil else { throw .null("update") }
    try unsafe mask(
      client, fedAvg,
      secagg_input(
        struct_size: 0, threads: threads, float32: nil, float64: update, count: count,
        weight: weight, counters: nil, counter_count: 0, input_context: nil))
  }
}

extension secagg_input: VersionedStruct {}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_client_mask(
  _ client: OpaquePointer?, _ fedAvg: OpaquePointer?, _ input: UnsafePointer<secagg_input>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    try unsafe mask(client, fedAvg, secagg_input.read(input, "input"))
  }
}

private func mask(
  _ client: OpaquePointer?, _ fedAvg: OpaquePointer?, _ input: secagg_input
) throws(Failure) {
  let client = try unsafe Handles.clients.object(of: client)
  let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
  guard secure.layout == client.parameters.layout else {
    throw .invalidArgument("fedavg has other settings than the session's")
  }
  let inputContext = try unsafe optionalDigest(input.input_context, "input.input_context")
  let (threads, weight) = unsafe (input.threads, input.weight)
  let counters = try unsafe counters(of: input)
  try client.mask(inputContext: inputContext, execution: execution(threads)) {
    () throws(Failure) in
    switch unsafe (input.float32, input.float64) {
    case (let update?, nil):
      try unsafe withNumbers(update, input.count, "update") { (update) throws(Failure) in
        try translating { () throws(SecureFedAvgError) in
          try secure.encode(update, weight: weight, counters: counters)
        }
      }
    case (nil, let update?):
      try unsafe withNumbers(update, input.count, "update") { (update) throws(Failure) in
        try translating { () throws(SecureFedAvgError) in
          try secure.encode(update, weight: weight, counters: counters)
        }
      }
    case (nil, nil), (_?, _?):
      throw .invalidArgument("input: expected one of float32 and float64, found none or both")
    }
  }
}

private func counters(of input: secagg_input) throws(Failure) -> [UInt64] {
  guard unsafe input.counter_count != 0 else { return [] }
  return try unsafe withNumbers(
    input.counters, input.counter_count, "input.counters"
  ) { (numbers) in
    numbers.indices.map { numbers[$0] }
  }
}
