/// The parts of the flat vector that a client sends, one after the other.
///
/// A part says how large its numbers get, so that each can be clipped and encoded in fixed point on
/// a scale of its own.
public struct ContributionParts: Sendable, Hashable {
  /// One part of the vector.
  public struct Part: Sendable, Hashable {
    /// What the part is.
    public let name: String
    /// How many numbers it has.
    public let count: Int
    /// How large they get.
    public let magnitude: Magnitude
  }

  /// How large the numbers of a part get.
  public enum Magnitude: Sendable, Hashable {
    /// As large as the difference of a client's model to the global one.
    case update
    /// As large as a difference of mean gradients: the difference of two models that are as far
    /// from the global one as updates get, divided by the length of the path to them, which is the
    /// number of local steps times their learning rate.
    case gradientDifference
    /// Never larger than this, in any round.
    case atMost(Double)
  }

  /// The parts, in order.
  public let parts: [Part]

  /// The numbers of all parts together.
  public var count: Int { parts.reduce(0) { $0 + $1.count } }

  init(_ parts: [Part]) {
    self.parts = parts
  }

  /// One part: the difference of the models.
  static func update(of parameters: Int) -> ContributionParts {
    ContributionParts([Part(name: "update", count: parameters, magnitude: .update)])
  }

  /// Where the numbers of every part lie.
  public var ranges: [Range<Int>] {
    var start = 0
    return parts.map { part in
      defer { start += part.count }
      return start..<(start + part.count)
    }
  }

  /// A bound for the numbers of every part, to clip them to before they are encoded.
  ///
  /// - Parameters:
  ///   - update: the bound of a coordinate of a client's update.
  ///   - path: the least number of local steps times their learning rate; it matters where a part
  ///     is a difference of gradients.
  public func bounds(update: Double, path: Double) -> [Double] {
    parts.map { part in
      switch part.magnitude {
      case .update: update
      case .gradientDifference: 2 * update / path
      case .atMost(let bound): bound
      }
    }
  }
}

/// Brings all parts of a contribution into the range from -1 to 1 and back, so that one fixed-point
/// encoding with the bound 1 serves them all, however different they are in size.
///
/// A client sends `normalised(update)`; what the encoding then clips is what goes beyond the bounds.
/// The server applies `restored(mean)`. Both only multiply, so they commute with weighted sums.
public struct ContributionScale: Sendable, Hashable {
  /// The parts.
  public let layout: ContributionParts

  /// The bound of the numbers of every part.
  public let bounds: [Double]

  /// A scale for contributions of `layout`.
  ///
  /// - Parameters:
  ///   - update: the bound of a coordinate of a client's update, finite and above 0.
  ///   - path: the least number of local steps times their learning rate, finite and above 0; it
  ///     matters where a part is a difference of gradients.
  /// - Throws: ``FLMathError/Clipping/invalidBound(_:)`` if a bound is not finite and above 0.
  public init(
    _ layout: ContributionParts, update: Double, path: Double
  ) throws(FLMathError) {
    let bounds = layout.bounds(update: update, path: path)
    for bound in bounds + [update, path] {
      guard bound.isFinite, bound > 0 else { throw .clipping(.invalidBound(bound)) }
    }
    self.layout = layout
    self.bounds = bounds
  }

  /// A client's update, each part divided by its bound.
  ///
  /// - Throws: ``FLMathError/Algorithm/dimensionMismatch(expected:found:)``.
  public func normalised(_ update: ClientUpdate) throws(FLMathError) -> ClientUpdate {
    ClientUpdate(
      delta: try scaled(update.delta) { $0 / $1 }, weight: update.weight)
  }

  /// The mean of updates, from the mean of normalised ones.
  ///
  /// - Throws: ``FLMathError`` if the mean has another number of elements, or is no longer finite.
  public func restored(_ mean: WeightedMean) throws(FLMathError) -> WeightedMean {
    let restored = try scaled(mean.mean) { $0 * $1 }
    return try WeightedMean(
      mean: restored, totalWeight: mean.totalWeight, contributors: mean.contributors)
  }

  private func scaled(
    _ values: [Double], by operation: (Double, Double) -> Double
  ) throws(FLMathError) -> [Double] {
    guard values.count == layout.count else {
      throw .algorithm(.dimensionMismatch(expected: layout.count, found: values.count))
    }
    var values = values
    for (range, bound) in zip(layout.ranges, bounds) {
      for index in range { values[index] = operation(values[index], bound) }
    }
    return values
  }
}
