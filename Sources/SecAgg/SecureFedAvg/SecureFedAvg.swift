public import FLMath

/// Federated averaging (McMahan et al. 2017, Algorithm 1) through secure aggregation: how a client's
/// weighted update becomes the vector of a session, and how the sum becomes the weighted mean.
///
/// A client clips its update, multiplies it by its weight, encodes it in fixed point with
/// stochastic rounding, and appends the weight as further elements. The server decodes the sums
/// only, and hands the FedAvg engine nothing but the weighted mean, the total weight and the set of
/// contributors.
///
/// ```swift
/// let secure = try SecureFedAvg(
///   parameterCount: 650, clippingBound: 0.5, maximumWeight: 64, maximumContributors: 100)
/// // Client, within its session:
/// let vector = try secure.encode(update)
/// // Server, after the last round:
/// try engine.apply(secure.decode(aggregate))
/// ```
public struct SecureFedAvg: Sendable, Hashable {
  /// The number of parameters of the model.
  public let parameterCount: Int
  /// The largest weight of one client, in training examples.
  public let maximumWeight: UInt64
  /// The largest magnitude of one coordinate of an update; what is beyond is clipped.
  public let clippingBound: Double
  /// The largest Euclidean norm of an update, if it is bounded as well.
  public let normBound: Double?
  /// Whether the sum tells how many coordinates and clients were clipped: `clippingCounts(of:)`.
  public let countsClipping: Bool
  /// The number of whole numbers that a client adds beside its update: `counters(of:)`.
  public let counterCount: Int
  /// The layout of the session's vectors: the parameters, then the weight in pieces of the lanes'
  /// value bits, lowest first, then what clipping is counted with, then the counters.
  public let layout: VectorLayout
  /// The fixed-point code of `update x weight / maximumWeight`.
  public let codec: FixedPointCodec

  /// The number of elements that hold a weight.
  let weightElementCount: Int
  let lanes: LaneLayout
  private let coordinateClipping: LInfinityClipping
  private let normClipping: L2Clipping?

  /// Settings of one training. All clients and the server use the same; see
  /// `applicationContext(model:round:task:)`.
  ///
  /// - Parameters:
  ///   - parameterCount: the number of parameters of the model.
  ///   - clippingBound: bound of each coordinate of an update, in units of the model.
  ///   - normBound: bound of the update's Euclidean norm, or `nil` for none.
  ///   - maximumWeight: the largest number of examples of one client. A bound near the real
  ///     numbers keeps precision.
  ///   - maximumContributors: the largest number of clients in one sum.
  ///   - minimumValueBits: the least precision of one coordinate; bits that lanes leave over are
  ///     used as well.
  ///   - countsClipping: whether clients add counts of what is clipped, in 34 to 70 further elements. The counts
  ///     of a sum are exact, without noise: leave them out where the sum is to be differentially private.
  ///   - counterCount: how many whole numbers a client adds beside its update. Their sums are exact, and without
  ///     noise as well.
  /// - Throws: `SecureFedAvgError`.
  public init(
    parameterCount: Int, clippingBound: Double, normBound: Double? = nil, maximumWeight: UInt64,
    maximumContributors: Int, minimumValueBits: Int = 16, countsClipping: Bool = false,
    counterCount: Int = 0
  ) throws(SecureFedAvgError) {
    let lanes: LaneLayout
    do {
      lanes = try LaneLayout(
        minimumValueBits: minimumValueBits, maximumContributors: maximumContributors)
    } catch {
      throw .lanes(error)
    }
    guard maximumWeight >= 1,
      !maximumWeight.multipliedReportingOverflow(by: UInt64(maximumContributors)).overflow
    else { throw .maximumWeight(found: maximumWeight) }
    weightElementCount = Self.pieceCount(of: maximumWeight, valueBits: lanes.valueBits)
    let clippingElementCount =
      countsClipping
      ? Self.clippingElementCount(
        parameterCount: parameterCount, hasNormBound: normBound != nil,
        valueBits: lanes.valueBits) : 0
    guard parameterCount >= 1, parameterCount <= VectorLayout.maximumElementCount,
      let uncounted = try? VectorLayout(
        elementCount: parameterCount + weightElementCount + clippingElementCount, lanes: lanes)
    else { throw .parameterCount(found: parameterCount) }
    guard (0...VectorLayout.maximumElementCount).contains(counterCount),
      let layout = try? VectorLayout(
        elementCount: uncounted.elementCount + counterCount, lanes: lanes)
    else { throw .counterCount(found: counterCount) }
    do {
      coordinateClipping = try LInfinityClipping(bound: clippingBound)
      normClipping = try normBound.map { (bound) throws(ClippingError) in
        try L2Clipping(bound: bound)
      }
    } catch {
      throw .clipping(error)
    }
    do {
      codec = try FixedPointCodec(bound: clippingBound, lanes: lanes)
    } catch {
      throw .fixedPoint(error)
    }
    self.parameterCount = parameterCount
    self.maximumWeight = maximumWeight
    self.clippingBound = clippingBound
    self.normBound = normBound
    self.countsClipping = countsClipping
    self.counterCount = counterCount
    self.layout = layout
    self.lanes = lanes
  }

  /// The number of elements of `valueBits` bits that hold a number of at most this.
  static func pieceCount(of number: UInt64, valueBits: Int) -> Int {
    let bits = 64 - number.leadingZeroBitCount
    return (bits + valueBits - 1) / valueBits
  }

  /// What the clients of a session bind their masks to: these settings, the round and the global
  /// model that the updates are differences from. Clients that were given different models then
  /// get masks that do not cancel, instead of a sum that means nothing.
  ///
  /// Complexity: O(parameters).
  public func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest {
    var writer = ByteWriter()
    writer.write(string: task)
    writer.write(count: round)
    writer.write(count: layout.elementCount)
    writer.write(clippingBound)
    writer.write(normBound ?? .infinity)
    writer.write(maximumWeight)
    writer.write(count: codec.bits)
    writer.write(model)
    return SessionParameters.applicationContext(of: writer.bytes)
  }

  /// A client's update as the vector of its session.
  ///
  /// The randomness of the rounding is drawn here, in blocks: a generator of the system's, called for
  /// each parameter, would take thirty times as long as all the rest.
  ///
  /// - Parameters:
  ///   - update: local model minus global model, and the number of examples.
  ///   - counters: `counterCount` numbers of at most `codec.lanes.valueBits` bits. They are neither weighted nor
  ///     rounded.
  /// - Throws: `SecureFedAvgError` for an update of another length, a weight beyond the bound, numbers that are not
  ///   finite, or counters that do not fit.
  public func encode(
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

  /// The exact sums of the contributors' counters. Complexity: O(counters).
  ///
  /// - Throws: `SecureFedAvgError.layoutMismatch` for an aggregate of other settings.
  public func counters(of aggregate: UnmaskedAggregate) throws(SecureFedAvgError) -> [UInt64] {
    guard aggregate.layout == layout, let sums = aggregate.sums.unsigned else {
      throw .layoutMismatch
    }
    return Array(sums.suffix(counterCount))
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
      throw .clipping(.nonFinite(index: index, found: delta[index].widened))
    }
    return .none
  }

  /// One of the elements that hold a number: `valueBits` of its bits, the lowest in element 0.
  func piece(_ piece: Int, of number: UInt64) -> UInt64 {
    let shift = piece * lanes.valueBits
    return shift < 64 ? number >> UInt64(shift) & lanes.maximumSum(contributors: 1) : 0
  }

  /// The weighted mean of the contributors of an aggregate.
  ///
  /// - Throws: `SecureFedAvgError.layoutMismatch` for an aggregate of other settings, `.fixedPoint`
  ///   and `.totalWeight` for sums that no honest contributors make, `.mean` for a total weight
  ///   of 0.
  public func decode(_ aggregate: UnmaskedAggregate) throws(SecureFedAvgError) -> WeightedMean {
    guard aggregate.layout == layout, let sums = aggregate.sums.unsigned else {
      throw .layoutMismatch
    }
    return try decode(sums: sums, contributors: aggregate.contributors)
  }

  /// Decodes sums of encoded elements, wherever they come from: secure and plaintext sums of the
  /// same contributors give the same bits.
  func decode(
    sums: [UInt64], contributors: [ClientID]
  ) throws(SecureFedAvgError) -> WeightedMean {
    let totalWeight = try decodeTotalWeight(
      sums[parameterCount..<(parameterCount + weightElementCount)], of: contributors.count)
    var mean: [Double]
    do {
      mean = try codec.decodeSums(sums[..<parameterCount], contributors: contributors.count)
    } catch {
      throw .fixedPoint(error)
    }
    let scale = Double(maximumWeight) / Double(totalWeight)
    for index in mean.indices { mean[index] *= scale }
    do {
      return try WeightedMean(
        mean: mean, totalWeight: totalWeight, contributors: contributors.map(\.rawValue))
    } catch {
      throw .mean(error)
    }
  }

  private func decodeTotalWeight(
    _ pieces: ArraySlice<UInt64>, of contributors: Int
  ) throws(SecureFedAvgError) -> UInt64 {
    // Fits 64 bits: the product with the largest number of contributors was checked to.
    let largest = maximumWeight * UInt64(contributors)
    guard let total = total(ofPieces: pieces), total <= largest else {
      throw .totalWeight(maximum: largest)
    }
    guard total > 0 else { throw .mean(.zeroTotalWeight) }
    return total
  }

  /// The sum of the numbers whose pieces add up to these; nil if it does not fit 64 bits.
  func total(ofPieces pieces: ArraySlice<UInt64>) -> UInt64? {
    var total: UInt64 = 0
    for (piece, sum) in pieces.enumerated() {
      let (value, overflow) = sum.multipliedReportingOverflow(
        by: 1 << UInt64(piece * lanes.valueBits))
      let (partial, carry) = total.addingReportingOverflow(value)
      guard !overflow, !carry else { return nil }
      total = partial
    }
    return total
  }
}
