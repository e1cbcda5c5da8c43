// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import FLMath
internal import SecAgg

// The sum and its mean.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_contributors(
  _ aggregate: OpaquePointer?, _ ids: UnsafeMutablePointer<UInt32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let aggregate = try unsafe Handles.aggregates.object(of: aggregate).value
    try unsafe write(
      aggregate.contributors.map(\.rawValue), to: ids, capacity: capacity, count: count)
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_faults(
  _ aggregate: OpaquePointer?, _ faults: UnsafeMutablePointer<secagg_fault>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let aggregate = try unsafe Handles.aggregates.object(of: aggregate).value
    try unsafe write(
      aggregate.faults.map(secagg_fault.init), to: faults, capacity: capacity, count: count)
  }
}

extension secagg_fault {
  /// A fault in the header's numbers.
  init(_ fault: ShareFault) {
    self.init(
      holder: fault.holder.rawValue, dealer: fault.dealer.rawValue,
      secret: UInt32(fault.kind.rawValue), finding: UInt32(fault.finding.rawValue))
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_mean_float32(
  _ aggregate: OpaquePointer?, _ fedAvg: OpaquePointer?,
  _ mean: UnsafeMutablePointer<Float>?, _ count: Int,
  _ totalWeight: UnsafeMutablePointer<UInt64>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let decoded = try unsafe decodedMean(aggregate, fedAvg, count)
    try unsafe write(decoded.mean, to: mean, "mean") { Float($0) }
    unsafe totalWeight?.pointee = decoded.totalWeight
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_mean_float64(
  _ aggregate: OpaquePointer?, _ fedAvg: OpaquePointer?,
  _ mean: UnsafeMutablePointer<Double>?, _ count: Int,
  _ totalWeight: UnsafeMutablePointer<UInt64>?, _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let decoded = try unsafe decodedMean(aggregate, fedAvg, count)
    try unsafe write(decoded.mean, to: mean, "mean") { $0 }
    unsafe totalWeight?.pointee = decoded.totalWeight
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_counters(
  _ aggregate: OpaquePointer?, _ fedAvg: OpaquePointer?,
  _ sums: UnsafeMutablePointer<UInt64>?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let aggregate = try unsafe Handles.aggregates.object(of: aggregate).value
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    let counters = try translating { () throws(SecureFedAvgError) in
      try secure.counters(of: aggregate)
    }
    try unsafe write(counters, to: sums, capacity: capacity, count: count)
  }
}

/// The mean of an aggregate that has `count` parameters.
private func decodedMean(
  _ aggregate: OpaquePointer?, _ fedAvg: OpaquePointer?, _ count: Int
) throws(Failure) -> WeightedMean {
  let aggregate = try unsafe Handles.aggregates.object(of: aggregate).value
  let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
  guard count == secure.parameterCount else {
    throw .invalidArgument(
      "the model has \(secure.parameterCount) parameters, the array room for \(count)")
  }
  return try translating { () throws(SecureFedAvgError) in try secure.decode(aggregate) }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_aggregate_free(_ aggregate: OpaquePointer?) -> secagg_status {
  unsafe Handles.aggregates.free(aggregate).code
}
