/// One bit for each coordinate: the signs of the rotated update, and one scale.
///
/// Vargaftik et al. 2021, "DRIVE: One-bit Distributed Mean Estimation", Algorithm 1, with the
/// Walsh-Hadamard rotation. Every client has a scale of its own, so messages do not add
/// up and it does not run under secure aggregation.
public struct DRIVE: UpdateCompressor, Hashable {
  /// How the scale is chosen.
  public enum Scale: Sendable, Hashable, CaseIterable {
    /// The squared norm over the sum of magnitudes: unbiased under a uniformly random rotation.
    case unbiased
    /// The mean magnitude: the smallest error for one update.
    case leastError
  }

  /// The signs of a rotated update, and their scale.
  public struct Message: Sendable, Hashable {
    /// What the signs are multiplied by.
    public let scale: Double

    /// A bit for each rotated coordinate, 1 for negative ones, from the low bit of the first word on.
    public let signs: [UInt64]

    /// Takes a scale and signs. They are checked where the message is decompressed.
    public init(scale: Double, signs: [UInt64]) {
      self.scale = scale
      self.signs = signs
    }
  }

  /// The number of elements of an update.
  public var dimension: Int { rotation.dimension }

  /// How the scale is chosen.
  public let scale: Scale

  private let rotation: HadamardRotation

  /// Rotates as the seed says; another one for each client and round makes errors independent.
  ///
  /// - Throws: ``CompressionError/invalidDimension(maximum:found:)`` as ``HadamardRotation``.
  public init(dimension: Int, seed: UInt64, scale: Scale) throws(CompressionError) {
    self.init(rotation: try HadamardRotation(dimension: dimension, seed: seed), scale: scale)
  }

  init(rotation: HadamardRotation, scale: Scale) {
    self.rotation = rotation
    self.scale = scale
  }

  /// The signs and the scale. The generator is not used.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> Message {
    let rotated = try rotation.rotated(update)
    var magnitudes = 0.0
    var signs = [UInt64](repeating: 0, count: wordCount)
    for index in rotated.indices {
      magnitudes += rotated[index].magnitude
      if rotated[index] < 0 { signs[index / 64] |= 1 << UInt64(index % 64) }
    }
    let norm = EuclideanNorm.norm(update)
    guard magnitudes > 0 else { return Message(scale: 0, signs: signs) }
    let factor =
      switch scale {
      case .unbiased: norm * (norm / magnitudes)
      case .leastError: magnitudes / Double(rotated.count)
      }
    return Message(scale: factor, signs: signs)
  }

  /// The signs times the scale, rotated back.
  public func decompress(_ message: Message) throws(CompressionError) -> [Double] {
    guard message.signs.count == wordCount else {
      throw .dimensionMismatch(expected: wordCount, found: message.signs.count)
    }
    guard message.scale.isFinite else { throw .nonFinite(index: 0, found: message.scale) }
    let rotated = (0..<rotation.messageCount).map { index in
      let isNegative = (message.signs[index / 64] >> UInt64(index % 64)) & 1 == 1
      return isNegative ? -message.scale : message.scale
    }
    return try rotation.decompress(rotated)
  }

  /// A bit for each rotated coordinate, padding included, and 64 for the scale.
  public func bits(of message: Message) -> Int {
    64 + rotation.messageCount
  }

  private var wordCount: Int { (rotation.messageCount + 63) / 64 }
}
