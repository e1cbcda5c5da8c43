/// The parameters of a model: one finite number for every place of a layout.
public struct ParameterVector: Sendable, Hashable, Codable {
  /// The layers that the values belong to.
  public let layout: ParameterLayout

  /// The parameters of all layers, `layout.count` finite numbers.
  public let values: [Double]

  /// Takes `values` as the parameters of a model with this layout.
  ///
  /// - Throws: ``FLMathError`` if there are not exactly `layout.count` values, or if one
  ///   is NaN or infinite.
  public init(layout: ParameterLayout, values: [Double]) throws(FLMathError) {
    guard values.count == layout.count else {
      throw .parameters(.countMismatch(expected: layout.count, found: values.count))
    }
    if let index = values.firstNonFiniteIndex {
      throw .parameters(.nonFinite(index: index, found: values[index]))
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
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
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

/// The named, shaped layers that a flat vector of model parameters is made of.
///
/// Layers lie one after the other in the order given, each in row-major order. Two models can be
/// averaged only if their layouts are equal.
public struct ParameterLayout: Sendable, Hashable, Codable {
  /// One layer: a name and the lengths of its dimensions.
  public struct Layer: Sendable, Hashable, Codable {
    /// The name of the layer, unique within its layout.
    public let name: String

    /// The length of every dimension; an empty shape is a scalar.
    public let shape: [Int]

    /// Describes a layer. The name and the shape are checked when a ``ParameterLayout`` is made.
    public init(name: String, shape: [Int]) {
      self.name = name
      self.shape = shape
    }

    /// The number of elements, the product of the dimensions.
    ///
    /// It is 0 for a shape that no layout accepts: a dimension below 1, or a product beyond `Int`.
    public var count: Int {
      var product = 1
      for dimension in shape {
        guard dimension >= 1 else { return 0 }
        let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
        if overflow { return 0 }
        product = next
      }
      return product
    }
  }

  /// The largest number of parameters of a layout: what an array of `Double` can address.
  public static var maximumCount: Int { Int.max / 16 }

  /// The layers in the order in which they lie in the vector.
  public let layers: [Layer]

  /// The number of parameters of all layers together.
  public let count: Int

  /// The offset of every layer, in the order of `layers`.
  private let offsets: [Int]

  /// Lays out `layers` one after the other.
  ///
  /// - Throws: ``FLMathError`` if there is no layer, a name is empty or used twice, a
  ///   dimension is below 1, or there are more than ``maximumCount`` parameters.
  public init(_ layers: [Layer]) throws(FLMathError) {
    guard !layers.isEmpty else { throw .parameters(.noLayers) }
    var names: Set<String> = []
    var offsets: [Int] = []
    var total = 0
    for (index, layer) in layers.enumerated() {
      guard !layer.name.isEmpty else { throw .parameters(.emptyName(layer: index)) }
      guard names.insert(layer.name).inserted else { throw .parameters(.duplicateName(layer.name)) }
      if let dimension = layer.shape.firstIndex(where: { $0 < 1 }) {
        throw .parameters(
          .nonPositiveDimension(
            layer: layer.name, dimension: dimension, found: layer.shape[dimension]))
      }
      let count = layer.count
      // Dimensions being positive, a count of 0 means that the product overflowed.
      guard count > 0, count <= Self.maximumCount - total else {
        throw .parameters(.tooManyParameters(layer: layer.name, maximum: Self.maximumCount))
      }
      offsets.append(total)
      total += count
    }
    self.layers = layers
    self.count = total
    self.offsets = offsets
  }

  /// Where the elements of the layer `name` lie in the vector; `nil` if there is no such layer.
  ///
  /// - Complexity: O(number of layers).
  public func range(of name: String) -> Range<Int>? {
    guard let index = layers.firstIndex(where: { $0.name == name }) else { return nil }
    return offsets[index]..<(offsets[index] + layers[index].count)
  }

  /// Reads a layout and checks it as ``init(_:)`` does.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let layers = try decoder.singleValueContainer().decode([Layer].self)
    do {
      try self.init(layers)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// Writes the layers; everything else follows from them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(layers)
  }
}

extension FLMathError {
  /// Why layers are not a ``ParameterLayout``, or numbers not the parameters of a model.
  public enum Parameters: Hashable, Sendable, CustomStringConvertible {
    /// The number of values is not that of the layout.
    case countMismatch(expected: Int, found: Int)
    /// A value is NaN or infinite.
    case nonFinite(index: Int, found: Double)
    /// The list is empty.
    case noLayers
    /// The layer at this position has no name.
    case emptyName(layer: Int)
    /// Two layers have this name.
    case duplicateName(String)
    /// A dimension of a layer is below 1.
    case nonPositiveDimension(layer: String, dimension: Int, found: Int)
    /// With this layer the number of parameters exceeds the maximum.
    case tooManyParameters(layer: String, maximum: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .countMismatch(let expected, let found):
        "Expected \(expected) values, as the layout says, got \(found); "
          + "use the layout that the values were made with."
      case .nonFinite(let index, let found):
        "Expected finite parameters, but the value at index \(index) is \(found); "
          + "the training has probably diverged: lower the learning rate."
      case .noLayers:
        "Expected at least one layer, got none; describe every layer of the model."
      case .emptyName(let layer):
        "Expected every layer to have a name, but layer \(layer) has an empty one; name it."
      case .duplicateName(let name):
        "Expected layer names to differ, but two layers are called \"\(name)\"; rename one."
      case .nonPositiveDimension(let layer, let dimension, let found):
        "Expected dimensions of at least 1, but dimension \(dimension) of layer \"\(layer)\" is "
          + "\(found); correct the shape."
      case .tooManyParameters(let layer, let maximum):
        "Expected at most \(maximum) parameters, but layer \"\(layer)\" goes beyond; "
          + "correct the shape or split the model."
      }
    }
  }
}

extension DecodingError {
  /// What a decoder throws when the values it read do not pass the checks of the type's initialiser.
  static func refused(
    _ error: any Error & CustomStringConvertible, at decoder: any Decoder
  ) -> DecodingError {
    .dataCorrupted(
      Context(
        codingPath: decoder.codingPath,
        debugDescription: error.description,
        underlyingError: error))
  }
}
