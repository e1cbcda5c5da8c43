/// One linear compressor after another, such as a rotation and then a quantisation; linear as well.
public struct CompressorChain<First: LinearCompressor, Second: LinearCompressor>: LinearCompressor
where First.Element == Double {
  private let first: First
  private let second: Second

  /// The number of elements of an update.
  public var dimension: Int { first.dimension }

  /// The number of elements of a message of the second compressor.
  public var messageCount: Int { second.messageCount }

  /// Compresses the messages of `first` by `second`.
  ///
  /// - Throws: ``CompressionError/dimensionMismatch(expected:found:)`` unless the second takes as many
  ///   elements as the first makes.
  public init(_ first: First, then second: Second) throws(CompressionError) {
    guard second.dimension == first.messageCount else {
      throw .dimensionMismatch(expected: first.messageCount, found: second.dimension)
    }
    self.first = first
    self.second = second
  }

  /// The second compressor's message for that of the first.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> [Second.Element] {
    try second.compress(first.compress(update, using: &generator), using: &generator)
  }

  /// An estimate of the sum of the updates.
  public func decompressSum(
    _ sum: [Second.Element], contributors: Int
  ) throws(CompressionError) -> [Double] {
    try first.decompressSum(
      second.decompressSum(sum, contributors: contributors), contributors: contributors)
  }

  /// The size of the second compressor's message.
  public func bits(of message: [Second.Element]) -> Int {
    second.bits(of: message)
  }
}
