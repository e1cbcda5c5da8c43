internal import FLMath

// For callers whose numbers are not in an array of `Double`: they are read where they are, a block at a
// time, and rounded by randomness that is drawn here.

extension SecureFedAvg {
  /// A client's update as the vector of its session.
  ///
  /// - Throws: `SecureFedAvgError`, as `encode(_:)`.
  package func encode(
    _ delta: Span<Float>, weight: UInt64, counters: [UInt64] = []
  ) throws(SecureFedAvgError) -> PackedVector {
    let key = SecureRandom.secretBytes(MaskExpander.seedByteCount)
    return try encode(delta, weight: weight, counters: counters) {
      Self.draw(&$0, for: $1, key: key)
    }
  }

  /// A client's update as the vector of its session.
  ///
  /// - Throws: `SecureFedAvgError`, as `encode(_:)`.
  package func encode(
    _ delta: Span<Double>, weight: UInt64, counters: [UInt64] = []
  ) throws(SecureFedAvgError) -> PackedVector {
    let key = SecureRandom.secretBytes(MaskExpander.seedByteCount)
    return try encode(delta, weight: weight, counters: counters) {
      Self.draw(&$0, for: $1, key: key)
    }
  }

  /// Replaces words by those of a key stream that have the parameters' numbers.
  private static func draw(
    _ words: inout [UInt64], for parameters: Range<Int>, key: borrowing SecretBytes
  ) {
    var stream = words.mutableSpan
    stream.update(repeating: 0)
    key.withBytes { key in
      MaskExpander.chacha20.apply(
        .add, seed: key, to: &stream, streamOffset: UInt64(parameters.lowerBound))
    }
  }
}
