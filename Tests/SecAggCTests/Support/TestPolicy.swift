import CSecAggABI

/// Gives `body` a policy that expects a context and has the default floors, changed by `change`.
@discardableResult
func withPolicy<Result, Failure: Error>(
  expecting context: [UInt8] = TestSession.context,
  _ change: (inout secagg_policy) -> Void = { _ in },
  _ body: (UnsafePointer<secagg_policy>) throws(Failure) -> Result
) throws(Failure) -> Result {
  var policy = secagg_policy()
  policy.struct_size = UInt32(MemoryLayout<secagg_policy>.size)
  // The memory outlives the call, which copies what it needs.
  let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: context.count)
  defer { bytes.deallocate() }
  for (index, byte) in context.enumerated() { (bytes + index).initialize(to: byte) }
  policy.application_context = UnsafePointer(bytes)
  change(&policy)
  return try body(&policy)
}
