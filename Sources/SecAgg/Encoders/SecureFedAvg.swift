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
/// let message = try session.mask(update, by: secure)
/// // Server, after the last round:
/// try engine.apply(secure.decode(aggregate))
/// ```
public struct SecureFedAvg: VectorEncoder, Hashable {
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
  let lanes: UnsignedLanes
  let coordinateClipping: LInfinityClipping
  let normClipping: L2Clipping?

  /// Settings of one training. All clients and the server use the same; see
  /// `applicationContext(of:task:)`.
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
    let lanes: UnsignedLanes
    do {
      lanes = try UnsignedLanes(
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
      normClipping = try normBound.map { (bound) throws(FLMathError) in
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

  /// The task, the round, these settings and the global model that updates are differences from. Clients that
  /// were given different models then get masks that do not cancel, instead of a sum that means nothing.
  ///
  /// The numbers of `broadcast.control` are part of it if there are any.
  ///
  /// Complexity: O(parameters).
  public func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    var writer = ByteWriter()
    writer.write(string: task)
    writer.write(count: broadcast.round)
    writer.write(count: layout.elementCount)
    writer.write(clippingBound)
    writer.write(normBound ?? .infinity)
    writer.write(maximumWeight)
    writer.write(count: codec.bits)
    writer.write(broadcast.model)
    if !broadcast.control.isEmpty {
      writer.write(words: broadcast.control.map(\.bitPattern))
    }
    return SessionParameters.applicationContext(of: writer.bytes)
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
    guard total > 0 else { throw .mean(.update(.zeroTotalWeight)) }
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

/// Why an update cannot be encoded, or an aggregate not be decoded.
public enum SecureFedAvgError: Error, Hashable, Sendable {
  /// The number of parameters is outside what a vector can hold.
  case parameterCount(found: Int)
  /// The largest weight must be at least 1 and its sum fit 64 bits.
  case maximumWeight(found: UInt64)
  /// The clipping bound is not a finite, positive number.
  case clipping(FLMathError)
  /// The number of counters is negative, or they do not fit one vector with the parameters.
  case counterCount(found: Int)
  /// A client's counters are not as many as the settings say.
  case counters(found: Int, expected: Int)
  /// A client's counter has more bits than an element.
  case counter(index: Int, maximum: UInt64)
  /// The lanes cannot hold values of the demanded width for so many contributors.
  case lanes(FLMathError)
  /// Encoding or decoding numbers failed.
  case fixedPoint(FLMathError)
  /// The update has another number of parameters than the model.
  case updateLength(found: Int, expected: Int)
  /// A client's weight exceeds the largest weight of the session.
  case weight(found: UInt64, maximum: UInt64)
  /// The aggregate was made with another layout.
  case layoutMismatch
  /// The contributors' weights add up to more than so many honest ones can have.
  case totalWeight(maximum: UInt64)
  /// The counts of clipped coordinates and clients are not those of so many honest contributors.
  case clippingCounts(contributors: Int)
  /// The decoded mean is not one that FedAvg accepts, for example of total weight 0.
  case mean(FLMathError)
}

extension SecureFedAvgError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .parameterCount(let found):
      "a model has at least 1 parameter and fits one vector, found \(found) parameters"
    case .maximumWeight(let found):
      "the largest weight must be at least 1 and its sum over all contributors fit 64 bits, "
        + "found \(found)"
    case .clipping(let error): "\(error)"
    case .counterCount(let found):
      "counters must be 0 or more and fit one vector with the parameters, found \(found)"
    case .counters(let found, let expected):
      "expected \(expected) counters, found \(found)"
    case .counter(let index, let maximum):
      "counter \(index) is above \(maximum); divide it into several"
    case .lanes(let error): "\(error)"
    case .fixedPoint(let error): "\(error)"
    case .updateLength(let found, let expected):
      "the update has \(found) parameters, the model \(expected)"
    case .weight(let found, let maximum):
      "the client's weight is \(found), the session allows at most \(maximum); lower the weight"
    case .layoutMismatch:
      "the aggregate has another layout; decode it with the settings that it was encoded with"
    case .totalWeight(let maximum):
      "the weights add up to more than \(maximum), so a contributor lied; discard the round"
    case .clippingCounts(let contributors):
      "expected each of \(contributors) contributors in one class of magnitudes, and no more cut-off "
        + "coordinates than there are; a contributor lied, so discard the counts"
    case .mean(let error): "\(error)"
    }
  }
}
