internal import FLMath

extension ByteWriter {
  /// The layers of a model, by name and shape, and the bits of its parameters.
  mutating func write(_ model: ParameterVector) {
    write(count: model.layout.layers.count)
    for layer in model.layout.layers {
      write(string: layer.name)
      write(count: layer.shape.count)
      for dimension in layer.shape { write(count: dimension) }
    }
    write(words: model.values.map(\.bitPattern))
  }

  /// The bit pattern of a number.
  mutating func write(_ value: Double) {
    write(value.bitPattern)
  }
}
