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
  /// - Throws: ``CompressionError`` if the update has another dimension, or is not finite or too long
  ///   to be computed with.
  func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> Message

  /// What the receiver makes of a message, `dimension` numbers.
  ///
  /// - Throws: ``CompressionError`` if the message cannot come from this compressor.
  func decompress(_ message: Message) throws(CompressionError) -> [Double]

  /// The size of a message as it is sent, without framing. Real numbers count 64 bits, as they are
  /// `Double` here.
  func bits(of message: Message) -> Int
}

/// A compressor of which the sum of messages is the message of the sum, up to rounding and noise of
/// mean 0: only such ones run under secure aggregation, where nobody sees a single message.
///
/// Compressors that send where a client's update is large, or scale by its norm, are none: their
/// messages do not add up.
public protocol LinearCompressor: UpdateCompressor where Message == [Element] {
  /// What messages are made of.
  associatedtype Element: Sendable & AdditiveArithmetic

  /// The number of elements of every message.
  var messageCount: Int { get }

  /// What the receiver makes of the element-wise sum of messages: an estimate of the sum of the
  /// updates.
  ///
  /// - Parameters:
  ///   - sum: `messageCount` elements.
  ///   - contributors: the number of messages in the sum.
  /// - Throws: ``CompressionError`` if there can be no such sum.
  func decompressSum(
    _ sum: [Element], contributors: Int
  ) throws(CompressionError) -> [Double]
}

extension LinearCompressor {
  /// What the receiver makes of one message, a sum of one.
  public func decompress(_ message: [Element]) throws(CompressionError) -> [Double] {
    try decompressSum(message, contributors: 1)
  }
}

extension UpdateCompressor {
  /// Refuses an update that does not fit, is not finite, or too long.
  func requireUsable(_ update: [Double]) throws(CompressionError) {
    guard update.count == dimension else {
      throw .dimensionMismatch(expected: dimension, found: update.count)
    }
    if let index = update.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: update[index])
    }
    guard UpdateMatrix.isUsable(update) else { throw .tooLong }
  }
}

extension LinearCompressor {
  /// Passes on decompressed numbers, which overflow where a sum is not one of messages.
  static func requireFinite(_ numbers: [Double]) throws(CompressionError) -> [Double] {
    if let index = numbers.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: numbers[index])
    }
    return numbers
  }

  func requireMessageCount(_ message: [Element]) throws(CompressionError) {
    guard message.count == messageCount else {
      throw .dimensionMismatch(expected: messageCount, found: message.count)
    }
  }
}
