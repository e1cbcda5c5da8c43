// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import FLMath
internal import SecAgg

// SecureFedAvg: updates as vectors, sums as means.

extension secagg_fedavg_settings: VersionedStruct {}
extension secagg_fedavg_info: VersionedStruct {}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_fedavg_create(
  _ settings: UnsafePointer<secagg_fedavg_settings>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure, handle: out, in: Handles.fedAvgs) { () throws(Failure) in
    let settings = try unsafe secagg_fedavg_settings.read(settings, "settings")
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
public func secagg_fedavg_get_info(
  _ fedAvg: OpaquePointer?, _ info: UnsafeMutablePointer<secagg_fedavg_info>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    let filled = secagg_fedavg_info(
      struct_size: 0, value_bits: UInt32(secure.codec.bits),
      element_count: UInt64(secure.layout.elementCount),
      word_count: UInt64(secure.layout.wordCount), step: secure.codec.step)
    try unsafe filled.write(to: info, "info")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_fedavg_free(_ fedAvg: OpaquePointer?) -> secagg_status {
  unsafe Handles.fedAvgs.free(fedAvg).code
}
