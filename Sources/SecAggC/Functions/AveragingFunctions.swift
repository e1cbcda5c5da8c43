// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import FLMath
internal import SecAgg

// Averaging.

extension secagg_averaging_settings: VersionedStruct {}
extension secagg_averaging_info: VersionedStruct {}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_averaging_create(
  _ settings: UnsafePointer<secagg_averaging_settings>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.averagings) { () throws(Failure) in
    let settings = try unsafe secagg_averaging_settings.read(settings, "settings")
    guard let parameterCount = Int(exactly: settings.parameter_count) else {
      throw .invalidArgument("settings.parameter_count is beyond memory")
    }
    let isBounded = settings.norm_bound != 0 && settings.norm_bound != .infinity
    return Immutable(
      try translating { () throws(SecureFedAvgError) in
        try SecureFedAvg(
          parameterCount: parameterCount, clippingBound: settings.clipping_bound,
          normBound: isBounded ? settings.norm_bound : nil,
          maximumWeight: settings.maximum_weight,
          maximumContributors: Int(settings.maximum_contributors),
          minimumValueBits: Int(settings.minimum_value_bits),
          counterCount: Int(settings.counter_count))
      })
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_averaging_get_info(
  _ averaging: OpaquePointer?, _ info: UnsafeMutablePointer<secagg_averaging_info>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let secure = try unsafe Handles.averagings.object(of: averaging).value
    let filled = secagg_averaging_info(
      struct_size: 0, value_bits: UInt32(secure.codec.bits),
      element_count: UInt64(secure.layout.elementCount),
      word_count: UInt64(secure.layout.wordCount), step: secure.codec.step)
    try unsafe filled.write(to: info, "info")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_averaging_free(_ averaging: OpaquePointer?) -> secagg_status {
  unsafe Handles.averagings.free(averaging).code
}
