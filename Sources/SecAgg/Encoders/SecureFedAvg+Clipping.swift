public import FLMath

// Elements behind the weight, if the settings ask for them: the number of cut-off coordinates in pieces,
// the class of the largest coordinate, and that of the norm if it is bounded (specification, section 18).

extension SecureFedAvg {
  /// What the clients of an aggregate lost by clipping; nil unless `countsClipping` was set.
  ///
  /// - Throws: `SecureFedAvgError.layoutMismatch` for an aggregate of other settings, `.clippingCounts` for
  ///   counts that no honest contributors make.
  public func clippingCounts(
    of aggregate: UnmaskedAggregate
  ) throws(SecureFedAvgError) -> ClippingCounts? {
    guard aggregate.layout == layout, let sums = aggregate.sums.unsigned else {
      throw .layoutMismatch
    }
    return try clippingCounts(sums: sums, contributors: aggregate.contributors.count)
  }

  /// The same for sums of encoded elements, wherever they come from.
  func clippingCounts(
    sums: [UInt64], contributors: Int
  ) throws(SecureFedAvgError) -> ClippingCounts? {
    guard countsClipping else { return nil }
    var rest = sums[(parameterCount + weightElementCount)...]
    func next(_ count: Int) -> ArraySlice<UInt64> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    let (maximum, overflow) = UInt64(parameterCount)
      .multipliedReportingOverflow(by: UInt64(contributors))
    guard let coordinates = total(ofPieces: next(coordinateElementCount)), !overflow,
      coordinates <= maximum
    else { throw .clippingCounts(contributors: contributors) }
    let largest = try classes(next(ClippingCounts.classCount), of: contributors)
    let norms =
      normBound == nil
      ? nil : try classes(next(ClippingCounts.classCount), of: contributors)
    return ClippingCounts(
      contributors: contributors, clippedCoordinates: coordinates, largestCoordinates: largest,
      norms: norms)
  }

  /// Every client is in one class.
  private func classes(
    _ sums: ArraySlice<UInt64>, of contributors: Int
  ) throws(SecureFedAvgError) -> [Int] {
    var total = 0
    for sum in sums {
      guard sum <= UInt64(contributors) else {
        throw .clippingCounts(contributors: contributors)
      }
      total += Int(sum)
    }
    guard total == contributors else { throw .clippingCounts(contributors: contributors) }
    return sums.map { Int($0) }
  }

  /// The elements of a client.
  func clippingElements(
    of delta: Span<some UpdateNumber>, shortenedBy factors: L2Clipping.Factors
  ) -> [UInt64] {
    guard countsClipping else { return [] }
    let clipped = ClippedCoordinates(of: delta, shortenedBy: factors, bound: clippingBound)
    var elements = (0..<coordinateElementCount).map { piece($0, of: clipped.count) }
    elements += ClippingCounts.indicator(of: clipped.largest, bound: clippingBound)
    if let normBound {
      elements += ClippingCounts.indicator(of: factors.norm, bound: normBound)
    }
    return elements
  }

  /// The number of elements that hold the number of cut-off coordinates.
  private var coordinateElementCount: Int {
    Self.pieceCount(of: UInt64(parameterCount), valueBits: lanes.valueBits)
  }

  /// The number of elements behind the weight.
  static func clippingElementCount(
    parameterCount: Int, hasNormBound: Bool, valueBits: Int
  ) -> Int {
    pieceCount(of: UInt64(max(parameterCount, 1)), valueBits: valueBits)
      + ClippingCounts.classCount * (hasNormBound ? 2 : 1)
  }
}
