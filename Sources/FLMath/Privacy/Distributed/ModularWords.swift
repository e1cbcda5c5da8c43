/// Whole numbers modulo a power of two: what clients send, so that their sum fits the same number of
/// bits.
///
/// A sum that leaves the range wraps around to a wrong number. The scale of
/// ``DistributedNoiseParameters`` makes that improbable; the guarantee of privacy does not depend on
/// it.
public struct ModularWords: Sendable, Hashable {
  /// The number of bits of a word, 2...52.
  public let bits: Int

  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless bits is from 2 to 52.
  public init(bits: Int) throws(PrivacyParameterError) {
    guard bits >= 2, bits <= 52 else { throw .outOfRange(.bits, found: Double(bits)) }
    self.bits = bits
  }

  private var mask: UInt64 { 1 << UInt64(bits) - 1 }

  /// Every number modulo 2^bits.
  public func wrapped(_ numbers: [Int64]) -> [UInt64] {
    let mask = mask
    return numbers.map { UInt64(bitPattern: $0) & mask }
  }

  /// The numbers from -2^(bits-1) up to, but not including, 2^(bits-1) that the words stand for.
  ///
  /// - Throws: ``PrivacyParameterError/notReduced(index:found:)`` if a word is not below 2^bits.
  public func unwrapped(_ words: [UInt64]) throws(PrivacyParameterError) -> [Int64] {
    if let index = words.firstIndex(where: { [mask] in $0 > mask }) {
      throw .notReduced(index: index, found: words[index])
    }
    let shift = Int64(64 - bits)
    return words.map { Int64(bitPattern: $0 << UInt64(shift)) >> shift }
  }

  /// Adds words modulo 2^bits.
  ///
  /// - Throws: ``PrivacyParameterError`` if the lengths differ or a word is not below 2^bits.
  public func add(_ words: [UInt64], to sum: inout [UInt64]) throws(PrivacyParameterError) {
    guard words.count == sum.count else {
      throw .dimensionMismatch(expected: sum.count, found: words.count)
    }
    let mask = mask
    if let index = words.firstIndex(where: { $0 > mask }) {
      throw .notReduced(index: index, found: words[index])
    }
    for index in sum.indices {
      sum[index] = (sum[index] &+ words[index]) & mask
    }
  }
}
