internal import FLMath

// For callers whose numbers are not in an array of `Double`: they are read where they are, a block at a
// time, and rounded by randomness that is drawn here.

extension SecureFedAvg {
  /// A client's update as the vector of its session.
  ///
  /// - Throws: `SecureFedAvgError`, as `encode(_:)`.
  package func encode(
    _ delta: Span<Float>, weight: UInt64
  ) throws(SecureFedAvgError) -> PackedVector {
    var generator = SecureGenerator()
    return try encode(delta, weight: weight, using: &generator)
  }

  /// A client's update as the vector of its session.
  ///
  /// - Throws: `SecureFedAvgError`, as `encode(_:)`.
  package func encode(
    _ delta: Span<Double>, weight: UInt64
  ) throws(SecureFedAvgError) -> PackedVector {
    var generator = SecureGenerator()
    return try encode(delta, weight: weight, using: &generator)
  }
}
