// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import FLMath
internal import SecAgg

// What a session is for.

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_fedavg_context_float32(
  _ fedAvg: OpaquePointer?, _ model: UnsafePointer<Float>?, _ count: Int, _ round: UInt64,
  _ task: UnsafePointer<CChar>?, _ context: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    try secure.check(modelCount: count)
    let model = try unsafe withNumbers(model, count, "model") { model in
      model.indices.map { Double(model[$0]) }
    }
    let digest = try unsafe secure.context(of: model, round: round, task: task)
    try unsafe write(digest.bytes.span, to: context, "context")
  }
}

/// Declared and described in `secagg.h`.
@c @implementation
public func secagg_fedavg_context_float64(
  _ fedAvg: OpaquePointer?, _ model: UnsafePointer<Double>?, _ count: Int, _ round: UInt64,
  _ task: UnsafePointer<CChar>?, _ context: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let secure = try unsafe Handles.fedAvgs.object(of: fedAvg).value
    try secure.check(modelCount: count)
    let model = try unsafe withNumbers(model, count, "model") { model in
      model.indices.map { model[$0] }
    }
    let digest = try unsafe secure.context(of: model, round: round, task: task)
    try unsafe write(digest.bytes.span, to: context, "context")
  }
}

extension SecureFedAvg {
  fileprivate func check(modelCount count: Int) throws(SecAggC.Failure) {
    guard count == parameterCount else {
      throw .invalidArgument("the model has \(count) parameters, fedavg \(parameterCount)")
    }
  }

  /// The context of a model that is one layer, named "parameters".
  fileprivate func context(
    of model: [Double], round: UInt64, task: UnsafePointer<CChar>?
  ) throws(SecAggC.Failure) -> Digest {
    guard let round = Int(exactly: round) else { throw .invalidArgument("round is beyond 2^63") }
    guard let task = unsafe task else { throw .null("task") }
    guard let task = unsafe String(validatingCString: task) else {
      throw .invalidArgument("task is not UTF-8")
    }
    let vector: ParameterVector
    do {
      vector = try ParameterVector(
        layout: ParameterLayout([.init(name: "parameters", shape: [model.count])]), values: model)
    } catch {
      throw .invalidArgument("\(error)")
    }
    return applicationContext(of: Broadcast(model: vector, round: round), task: task)
  }
}
