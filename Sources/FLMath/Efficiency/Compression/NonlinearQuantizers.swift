/// Quantised SGD: the norm of the update, and for every coordinate its share of the norm as one of a
/// few levels, rounded up or down at random so that the expected result is the update.
///
/// Alistarh et al. 2017, "QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding".
/// Every client scales by a norm of its own, so messages do not add up and it does not run
/// under secure aggregation; ``StochasticQuantization`` does.
public struct QSGD: UpdateCompressor, Hashable {
  /// The norm of an update and the level of every coordinate.
  public struct Message: Sendable, Hashable {
    /// The Euclidean norm of the update.
    public let norm: Double

    /// The level of every coordinate with its sign.
    public let levels: [Int32]

    /// Takes a norm and levels. They are checked where the message is decompressed.
    public init(norm: Double, levels: [Int32]) {
      self.norm = norm
      self.levels = levels
    }
  }

  /// How levels become bits.
  public enum Coding: Sendable, Hashable, CaseIterable {
    /// For every level that is not 0 the distance from the last such one, a sign and the magnitude
    /// (the paper's Code_s): for few levels, where most are 0.
    case sparse
    /// For every level its magnitude plus 1, and a sign where it is not 0 (the paper's Code'_s): for
    /// about as many levels as the root of the dimension and more.
    case dense
  }

  /// The number of elements of an update.
  public let dimension: Int

  /// The number of levels beside 0, s.
  public let levels: Int

  /// Quantises to `levels` levels.
  ///
  /// - Throws: ``FLMathError`` unless the dimension is at least 1 and the levels from 1 to 2^30.
  public init(dimension: Int, levels: Int) throws(FLMathError) {
    guard levels >= 1, levels <= 1 << 30 else {
      throw .compression(.invalidLevels(maximum: 1 << 30, found: levels))
    }
    self.dimension = try FLMathError.Compression.validated(dimension: dimension)
    self.levels = levels
  }

  /// The norm and the levels of an update.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> Message {
    try requireUsable(update)
    let norm = EuclideanNorm.norm(update)
    var codes = [Int32](repeating: 0, count: dimension)
    guard norm > 0 else { return Message(norm: 0, levels: codes) }
    for index in codes.indices {
      // A norm rounded down may make the quotient a hair larger than 1.
      let position = min(1, update[index].magnitude / norm) * Double(levels)
      let below = Int32(position)
      let roundsUp: Int32 = generator.uniformUnit() < position - Double(below) ? 1 : 0
      codes[index] = update[index] < 0 ? -(below + roundsUp) : below + roundsUp
    }
    return Message(norm: norm, levels: codes)
  }

  /// The numbers of the levels.
  public func decompress(_ message: Message) throws(FLMathError) -> [Double] {
    guard message.levels.count == dimension else {
      throw .compression(.dimensionMismatch(expected: dimension, found: message.levels.count))
    }
    guard message.norm.isFinite, message.norm >= 0 else {
      throw .compression(.nonFinite(index: 0, found: message.norm))
    }
    if let index = message.levels.firstIndex(where: { $0.magnitude > levels }) {
      throw .compression(
        .levelOutOfRange(
          index: index, maximum: levels, found: Int(message.levels[index])))
    }
    return message.levels.map { message.norm * (Double($0) / Double(levels)) }
  }

  /// The size of a message in the smaller coding, with a bit that says which.
  public func bits(of message: Message) -> Int {
    1 + min(bits(of: message, coding: .sparse), bits(of: message, coding: .dense))
  }

  /// The size of a message: 64 bits for the norm (the paper counts 32), and the levels.
  public func bits(of message: Message, coding: Coding) -> Int {
    var bits = 64
    var last = -1
    for (index, level) in message.levels.enumerated() {
      switch coding {
      case .dense:
        bits += EliasOmegaCode.bits(of: Int(level.magnitude) + 1) + (level == 0 ? 0 : 1)
      case .sparse where level != 0:
        bits += EliasOmegaCode.bits(of: index - last) + 1
        bits += EliasOmegaCode.bits(of: Int(level.magnitude))
        last = index
      case .sparse:
        continue
      }
    }
    return bits
  }
}

/// The size of positive integers in the Elias omega code (Elias 1975, "Universal Codeword Sets and
/// Representations of the Integers"), where small numbers take few bits.
enum EliasOmegaCode {
  /// The number of bits of the code of `number`, which is at least 1.
  static func bits(of number: Int) -> Int {
    var bits = 1
    var rest = number
    while rest > 1 {
      let length = Int.bitWidth - rest.leadingZeroBitCount
      bits += length
      rest = length - 1
    }
    return bits
  }
}

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
  /// - Throws: ``FLMathError/Compression/invalidDimension(maximum:found:)`` as ``HadamardRotation``.
  public init(dimension: Int, seed: UInt64, scale: Scale) throws(FLMathError) {
    self.init(rotation: try HadamardRotation(dimension: dimension, seed: seed), scale: scale)
  }

  init(rotation: HadamardRotation, scale: Scale) {
    self.rotation = rotation
    self.scale = scale
  }

  /// The signs and the scale. The generator is not used.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> Message {
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
  public func decompress(_ message: Message) throws(FLMathError) -> [Double] {
    guard message.signs.count == wordCount else {
      throw .compression(.dimensionMismatch(expected: wordCount, found: message.signs.count))
    }
    guard message.scale.isFinite else {
      throw .compression(.nonFinite(index: 0, found: message.scale))
    }
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
