// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSecAggABI
internal import FLMath
internal import SecAgg

// What a session is for: see the header.

@c @implementation
public func secagg_averaging_context_float32(
  _ averaging: OpaquePointer?, _ model: UnsafePointer<Float>?, _ count: Int, _ round: UInt64,
  _ task: UnsafePointer<CChar>?, _ context: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let model = try unsafe withNumbers(model, count, "model") { model in
      model.indices.map { Double(model[$0]) }
    }
    try unsafe writeContext(of: model, averaging, round, task, to: context)
  }
}

@c @implementation
public func secagg_averaging_context_float64(
  _ averaging: OpaquePointer?, _ model: UnsafePointer<Double>?, _ count: Int, _ round: UInt64,
  _ task: UnsafePointer<CChar>?, _ context: UnsafeMutablePointer<UInt8>?,
  _ failure: UnsafeMutablePointer<secagg_failure>?
) -> secagg_status {
  unsafe answer(failure) { () throws(Failure) in
    let model = try unsafe withNumbers(model, count, "model") { model in
      model.indices.map { model[$0] }
    }
    try unsafe writeContext(of: model, averaging, round, task, to: context)
  }
}

/// The context of a model that is one layer, named "parameters".
private func writeContext(
  of model: [Double], _ averaging: OpaquePointer?, _ round: UInt64,
  _ task: UnsafePointer<CChar>?, to context: UnsafeMutablePointer<UInt8>?
) throws(Failure) {
  let secure = try unsafe Handles.averagings.object(of: averaging).value
  guard model.count == secure.parameterCount else {
    throw .invalidArgument(
      "the model has \(model.count) parameters, the averaging \(secure.parameterCount)")
  }
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
  let digest = secure.applicationContext(model: vector, round: round, task: task)
  try unsafe write(digest.bytes.span, to: context, "context")
}
