/// The parameters of a model: one finite number for every place of a layout.
public struct ParameterVector: Sendable, Hashable, Codable {
  /// The layers that the values belong to.
  public let layout: ParameterLayout

  /// The parameters of all layers, `layout.count` finite numbers.
  public let values: [Double]

  /// Takes `values` as the parameters of a model with this layout.
  ///
  /// - Throws: ``ParameterVectorError`` if there are not exactly `layout.count` values, or if one
  ///   is NaN or infinite.
  public init(layout: ParameterLayout, values: [Double]) throws(ParameterVectorError) {
    guard values.count == layout.count else {
      throw .countMismatch(expected: layout.count, found: values.count)
    }
    if let index = values.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: values[index])
    }
    self.layout = layout
    self.values = values
  }

  /// For values that are finite and of the right number by the way they were made.
  init(layout: ParameterLayout, trusted values: [Double]) {
    self.layout = layout
    self.values = values
  }

  /// The vector of this layout whose parameters are all zero.
  public static func zeros(_ layout: ParameterLayout) -> ParameterVector {
    ParameterVector(layout: layout, trusted: [Double](repeating: 0, count: layout.count))
  }

  /// The elements of the layer `name` in row-major order; `nil` if there is no such layer.
  public func layer(_ name: String) -> ArraySlice<Double>? {
    guard let range = layout.range(of: name) else { return nil }
    return values[range]
  }

  private enum CodingKeys: CodingKey {
    case layout, values
  }

  /// Reads a vector and checks it as ``init(layout:values:)`` does.
  ///
  /// - Throws: `DecodingError`, with the ``ParameterVectorError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let layout = try container.decode(ParameterLayout.self, forKey: .layout)
    let values = try container.decode([Double].self, forKey: .values)
    do {
      try self.init(layout: layout, values: values)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}

/// Why numbers are not the parameters of a model.
public enum ParameterVectorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of values is not that of the layout.
  case countMismatch(expected: Int, found: Int)
  /// A value is NaN or infinite.
  case nonFinite(index: Int, found: Double)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .countMismatch(let expected, let found):
      "Expected \(expected) values, as the layout says, got \(found); "
        + "use the layout that the values were made with."
    case .nonFinite(let index, let found):
      "Expected finite parameters, but the value at index \(index) is \(found); "
        + "the training has probably diverged: lower the learning rate."
    }
  }
}
