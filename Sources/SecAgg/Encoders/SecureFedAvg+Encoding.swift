public import FLMath

extension SecureFedAvg {
  /// A client's update as the vector of its session.
  ///
  /// The randomness of the rounding is drawn here, in blocks: a generator of the system's, called for
  /// each parameter, would take thirty times as long as all the rest.
  ///
  /// - Parameters:
  ///   - update: local model minus global model, and the number of examples.
  ///   - counters: `counterCount` numbers of at most `codec.lanes.valueBits` bits. They are neither weighted nor
  ///     rounded.
  ///   - session: the parameters that the server sent.
  /// - Throws: `SecureFedAvgError` for a session of another layout, an update of another length, a weight beyond the
  ///   bound, numbers that are not finite, or counters that do not fit.
  public func encode(
    _ update: ClientUpdate, counters: [UInt64], in session: SessionParameters
  ) throws(SecureFedAvgError) -> PackedVector {
    guard session.layout == layout else { throw .layoutMismatch }
    return try encode(update.delta.span, weight: update.weight, counters: counters)
  }

  /// A client's update as the vector of its session, for settings without counters.
  ///
  /// - Throws: as ``encode(_:counters:in:)``.
  public func encode(
    _ update: ClientUpdate, in session: SessionParameters
  ) throws(SecureFedAvgError) -> PackedVector {
    try encode(update, counters: [], in: session)
  }

  /// The same outside of a session.
  package func encode(
    _ update: ClientUpdate, counters: [UInt64] = []
  ) throws(SecureFedAvgError) -> PackedVector {
    try encode(update.delta.span, weight: update.weight, counters: counters)
  }

  /// The same with randomness of the caller's, for simulations that can be repeated.
  package func encode(
    _ update: ClientUpdate, using generator: inout some RandomNumberGenerator
  ) throws(SecureFedAvgError) -> PackedVector {
    try encode(update.delta.span, weight: update.weight) { words, parameters in
      for index in 0..<parameters.count { words[index] = generator.next() }
    }
  }

  /// The same for numbers that lie anywhere in memory, of any type: the same numbers and randomness give
  /// the same vector.
  ///
  /// Put into its callers, each of which knows the type: for any type it would be a hundred times slower.
  ///
  /// - Parameter draw: makes words random, from the first on one for each of the parameters.
  @inline(__always)
  func encode<Number: UpdateNumber>(
    _ delta: Span<Number>, weight: UInt64, counters: [UInt64] = [],
    drawing draw: (inout [UInt64], Range<Int>) -> Void
  ) throws(SecureFedAvgError) -> PackedVector {
    guard delta.count == parameterCount else {
      throw .updateLength(found: delta.count, expected: parameterCount)
    }
    guard weight <= maximumWeight else {
      throw .weight(found: weight, maximum: maximumWeight)
    }
    try check(counters)
    let factors = try normFactors(of: delta)
    let tail =
      (0..<weightElementCount).map { piece($0, of: weight) }
      + clippingElements(of: delta, shortenedBy: factors) + counters
    let scale = Double(weight) / Double(maximumWeight)
    // Everything is done to a block before the next, so that memory is read and written once.
    var values = [Double](repeating: 0, count: Self.block)
    var randomness = [UInt64](repeating: 0, count: Self.block)
    return PackedVector(layout: layout, blockSize: Self.block) { elements, start in
      let count = min(max(parameterCount - start, 0), elements.count)
      if count > 0 {
        let parameters = start..<start + count
        var clipped = values.mutableSpan
        coordinateClipping.clip(
          delta.extracting(parameters), shortenedBy: factors, scaledBy: scale, to: &clipped)
        draw(&randomness, parameters)
        var codes = elements.mutableSpan
        _ = codec.encode(
          values.span.extracting(first: count), roundedBy: randomness.span, to: &codes, from: 0)
      }
      for index in count..<elements.count {
        let place = start + index - parameterCount
        elements[index] = place < tail.count ? tail[place] : 0
      }
    }
  }

  private func check(_ counters: [UInt64]) throws(SecureFedAvgError) {
    guard counters.count == counterCount else {
      throw .counters(found: counters.count, expected: counterCount)
    }
    let maximum = lanes.maximumSum(contributors: 1)
    // One test for all, of the bits that must be zero: of counters that fit nothing is looked at.
    var union: UInt64 = 0
    for counter in counters { union |= counter }
    guard union & ~maximum == 0 else {
      let index = counters.firstIndex { $0 > maximum } ?? 0
      throw .counter(index: index, maximum: maximum)
    }
  }

  /// Parameters that are encoded at a time: with their codes they stay in the first-level cache.
  private static let block = 1024

  /// What shortens an update to the norm bound; nothing, if there is none.
  private func normFactors(
    of delta: Span<some UpdateNumber>
  ) throws(SecureFedAvgError) -> L2Clipping.Factors {
    do {
      if let normClipping { return try normClipping.factors(of: delta) }
    } catch {
      throw .clipping(error)
    }
    if let index = delta.firstNonFiniteIndex {
      throw .clipping(.clipping(.nonFinite(index: index, found: delta[index].widened)))
    }
    return .none
  }

  /// One of the elements that hold a number: `valueBits` of its bits, the lowest in element 0.
  func piece(_ piece: Int, of number: UInt64) -> UInt64 {
    let shift = piece * lanes.valueBits
    return shift < 64 ? number >> UInt64(shift) & lanes.maximumSum(contributors: 1) : 0
  }
}

// For callers whose numbers are not in an array of `Double`. They are read where they are, a block at a time, and
// rounded by randomness that is drawn here.

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
