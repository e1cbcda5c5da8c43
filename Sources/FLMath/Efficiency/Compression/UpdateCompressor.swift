/// A way to send an update in fewer bits than its numbers have.
///
/// A compressor is a value of a round: what is random for all clients alike, such as which
/// coordinates are sent, comes from a seed that it was made with, what is random for one client
/// alone from the generator.
public protocol UpdateCompressor: Sendable {
  /// What is sent.
  associatedtype Message: Sendable

  /// The number of elements of an update.
  var dimension: Int { get }

  /// What is sent for an update.
  ///
  /// - Throws: ``FLMathError`` if the update has another dimension, or is not finite or too long
  ///   to be computed with.
  func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> Message

  /// What the receiver makes of a message, `dimension` numbers.
  ///
  /// - Throws: ``FLMathError`` if the message cannot come from this compressor.
  func decompress(_ message: Message) throws(FLMathError) -> [Double]

  /// The size of a message as it is sent, without framing. Real numbers count 64 bits, as they are
  /// `Double` here.
  func bits(of message: Message) -> Int
}

/// A linear compressor: the sum of messages is the message of the sum, up to rounding and noise of mean 0.
///
/// Only linear compressors run under secure aggregation, which reveals sums of messages only. Compressors that send
/// the places of large coordinates, or scale by a client's norm, are not linear.
public protocol LinearCompressor: UpdateCompressor where Message == [Element] {
  /// What messages are made of.
  associatedtype Element: Sendable & AdditiveArithmetic

  /// The number of elements of every message.
  var messageCount: Int { get }

  /// Numbers that tell this compressor from every other one. Clients and server of a round agree on them.
  var agreement: [UInt64] { get }

  /// What the receiver makes of the element-wise sum of messages: an estimate of the sum of the
  /// updates.
  ///
  /// - Parameters:
  ///   - sum: `messageCount` elements.
  ///   - contributors: the number of messages in the sum.
  /// - Throws: ``FLMathError`` if there can be no such sum.
  func decompressSum(
    _ sum: [Element], contributors: Int
  ) throws(FLMathError) -> [Double]
}

extension LinearCompressor {
  /// What the receiver makes of one message, a sum of one.
  public func decompress(_ message: [Element]) throws(FLMathError) -> [Double] {
    try decompressSum(message, contributors: 1)
  }
}

extension UpdateCompressor {
  /// Refuses an update that does not fit, is not finite, or too long.
  func requireUsable(_ update: [Double]) throws(FLMathError) {
    guard update.count == dimension else {
      throw .compression(.dimensionMismatch(expected: dimension, found: update.count))
    }
    if let index = update.firstNonFiniteIndex {
      throw .compression(.nonFinite(index: index, found: update[index]))
    }
    guard UpdateMatrix.isUsable(update) else { throw .compression(.tooLong) }
  }
}

extension LinearCompressor {
  /// Passes on decompressed numbers, which overflow where a sum is not one of messages.
  static func requireFinite(_ numbers: [Double]) throws(FLMathError) -> [Double] {
    if let index = numbers.firstNonFiniteIndex {
      throw .compression(.nonFinite(index: index, found: numbers[index]))
    }
    return numbers
  }

  func requireMessageCount(_ message: [Element]) throws(FLMathError) {
    guard message.count == messageCount else {
      throw .compression(.dimensionMismatch(expected: messageCount, found: message.count))
    }
  }
}

/// How many bits went up to the server and down to clients, round by round.
public struct BitLedger: Sendable, Hashable, Codable {
  /// Which way bits go.
  public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    /// From a client to the server.
    case up
    /// From the server to a client.
    case down
  }

  /// The bits of one round.
  public struct Round: Sendable, Hashable, Codable {
    /// From clients to the server.
    public fileprivate(set) var up: UInt64 = 0
    /// From the server to clients.
    public fileprivate(set) var down: UInt64 = 0
  }

  /// The rounds in which anything was recorded, by number.
  public private(set) var rounds: [Int: Round] = [:]

  /// An empty ledger.
  public init() {}

  /// Adds a message, or so many of the same size, to a round.
  ///
  /// A sum beyond 64 bits stays at the largest; negative numbers add nothing.
  public mutating func record(
    bits: Int, messages: Int = 1, _ direction: Direction, inRound round: Int
  ) {
    let each = UInt64(clamping: bits)
    let (product, overflow) = each.multipliedReportingOverflow(by: UInt64(clamping: messages))
    let added = overflow ? .max : product
    switch direction {
    case .up: rounds[round, default: Round()].up.addClamped(added)
    case .down: rounds[round, default: Round()].down.addClamped(added)
    }
  }

  /// The bits of all rounds.
  public var total: Round {
    var total = Round()
    for round in rounds.values {
      total.up.addClamped(round.up)
      total.down.addClamped(round.down)
    }
    return total
  }
}

extension UInt64 {
  fileprivate mutating func addClamped(_ other: UInt64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}

extension FLMathError {
  /// Why a compressor cannot be made, or refuses an update or a message.
  public enum Compression: Hashable, Sendable, CustomStringConvertible {
    /// The dimension is out of its range.
    case invalidDimension(maximum: Int, found: Int)
    /// A vector has another number of elements.
    case dimensionMismatch(expected: Int, found: Int)
    /// An element is NaN or infinite.
    case nonFinite(index: Int, found: Double)
    /// The norm of an update is beyond 2^1000.
    case tooLong
    /// The number of bits of a code is out of its range.
    case invalidBits(maximum: Int, found: Int)
    /// The range of a quantisation is empty, not finite, or has no step that `Double` can represent.
    case invalidRange(lower: Double, upper: Double)
    /// The number of levels is out of its range.
    case invalidLevels(maximum: Int, found: Int)
    /// The number of coordinates to send is below 1 or above the dimension.
    case invalidCount(maximum: Int, found: Int)
    /// The number of contributors of a sum is below 1 or so large that sums are beyond 64 bits.
    case invalidContributors(maximum: Int, found: Int)
    /// A sum of codes is larger than that many codes can make.
    case sumOutOfRange(index: Int, maximum: UInt64, found: UInt64)
    /// A level of a message is beyond the compressor's.
    case levelOutOfRange(index: Int, maximum: Int, found: Int)
    /// The indices of a message are not in ascending order and below the dimension, each with a value.
    case invalidIndices

    /// The largest dimension of a compressor: 8 GiB of numbers.
    static let maximumDimension = 1 << 30

    /// Passes on a dimension that is in range.
    static func validated(dimension: Int) throws(FLMathError) -> Int {
      guard dimension >= 1, dimension <= maximumDimension else {
        throw .compression(.invalidDimension(maximum: maximumDimension, found: dimension))
      }
      return dimension
    }

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidDimension(let maximum, let found):
        "Expected a dimension from 1 to \(maximum), got \(found); pass the number of parameters."
      case .dimensionMismatch(let expected, let found):
        "Expected \(expected) elements, got \(found); use one compressor at both ends."
      case .nonFinite(let index, let found):
        "Expected finite elements, but the one at index \(index) is \(found); discard the update."
      case .tooLong:
        "Expected a norm of at most 2^1000, got a longer vector; clip the update."
      case .invalidBits(let maximum, let found):
        "Expected from 1 to \(maximum) bits, got \(found); 8 lose little."
      case .invalidRange(let lower, let upper):
        "Expected finite bounds in ascending order, got \(lower) and \(upper); "
          + "use the clipping bound of the updates."
      case .invalidLevels(let maximum, let found):
        "Expected from 1 to \(maximum) levels, got \(found); "
          + "the square root of the dimension is usual."
      case .invalidCount(let maximum, let found):
        "Expected from 1 to \(maximum) coordinates to send, got \(found); 1 in 100 is usual."
      case .invalidContributors(let maximum, let found):
        "Expected from 1 to \(maximum) contributors, got \(found); pass the number of messages added."
      case .sumOutOfRange(let index, let maximum, let found):
        "Expected sums of at most \(maximum), but the one at index \(index) is \(found); "
          + "the number of contributors or the compressor is not the one it was made with."
      case .levelOutOfRange(let index, let maximum, let found):
        "Expected levels of magnitude \(maximum) at most, but the one at index \(index) is \(found); "
          + "discard the message."
      case .invalidIndices:
        "Expected ascending indices below the dimension, one for each value; discard the message."
      }
    }
  }
}
