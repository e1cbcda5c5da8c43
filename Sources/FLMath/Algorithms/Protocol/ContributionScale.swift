/// Brings all parts of a contribution into the range from -1 to 1 and back, so that one fixed-point
/// encoding with the bound 1 serves them all, however different they are in size.
///
/// A client sends `normalised(update)`; what the encoding then clips is what goes beyond the bounds.
/// The server applies `restored(mean)`. Both only multiply, so they commute with weighted sums.
public struct ContributionScale: Sendable, Hashable {
  /// The parts.
  public let layout: ContributionLayout

  /// The bound of the numbers of every part.
  public let bounds: [Double]

  /// A scale for contributions of `layout`.
  ///
  /// - Parameters:
  ///   - update: the bound of a coordinate of a client's update, finite and above 0.
  ///   - path: the least number of local steps times their learning rate, finite and above 0; it
  ///     matters where a part is a difference of gradients.
  /// - Throws: ``ClippingError/invalidBound(_:)`` if a bound is not finite and above 0.
  public init(
    _ layout: ContributionLayout, update: Double, path: Double
  ) throws(ClippingError) {
    let bounds = layout.bounds(update: update, path: path)
    for bound in bounds + [update, path] {
      guard bound.isFinite, bound > 0 else { throw .invalidBound(bound) }
    }
    self.layout = layout
    self.bounds = bounds
  }

  /// A client's update, each part divided by its bound.
  ///
  /// - Throws: ``AlgorithmError/dimensionMismatch(expected:found:)``.
  public func normalised(_ update: ClientUpdate) throws(AlgorithmError) -> ClientUpdate {
    ClientUpdate(
      delta: try scaled(update.delta) { $0 / $1 }, weight: update.weight)
  }

  /// The mean of updates, from the mean of normalised ones.
  ///
  /// - Throws: ``AlgorithmError`` if the mean has another number of elements, or is no longer finite.
  public func restored(_ mean: WeightedMean) throws(AlgorithmError) -> WeightedMean {
    let restored = try scaled(mean.mean) { $0 * $1 }
    do {
      return try WeightedMean(
        mean: restored, totalWeight: mean.totalWeight, contributors: mean.contributors)
    } catch {
      throw .mean(error)
    }
  }

  private func scaled(
    _ values: [Double], by operation: (Double, Double) -> Double
  ) throws(AlgorithmError) -> [Double] {
    guard values.count == layout.count else {
      throw .dimensionMismatch(expected: layout.count, found: values.count)
    }
    var values = values
    for (range, bound) in zip(layout.ranges, bounds) {
      for index in range { values[index] = operation(values[index], bound) }
    }
    return values
  }
}
