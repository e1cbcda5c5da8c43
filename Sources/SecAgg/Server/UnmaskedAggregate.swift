internal import FLMath

/// The sum of all contributors' vectors: the only thing that a server ever decodes, and made by
/// the last round of a session only.
public struct UnmaskedAggregate: Sendable, Hashable {
  /// The session's layout.
  public let layout: VectorLayout
  /// Whose vectors are in the sum, in id order.
  public let contributors: [ClientID]
  /// The sum of each element over all contributors.
  public let sums: [UInt64]
  /// Shares that did not open or were wrong. The sum is right in spite of them.
  public let faults: [ShareFault]

  /// Unpacks a sum of words after checking all that can be checked: the count of contributors that
  /// travelled inside it, and that no lane exceeds what so many contributors can have put there.
  ///
  /// - Throws: `ServerError.sumInconsistent`.
  init(
    _ sum: MaskedSum, layout: VectorLayout, contributors: [ClientID], faults: [ShareFault]
  ) throws(ServerError) {
    let words = sum.words
    guard words[layout.elementWordCount] == UInt64(contributors.count) else {
      throw .sumInconsistent
    }
    let lanes = layout.lanes.lanesPerWord
    let laneBits = UInt64(layout.lanes.laneBits)
    let mask = laneBits >= 64 ? UInt64.max : (1 << laneBits) &- 1
    let largest = layout.lanes.maximumSum(contributors: contributors.count)
    let elementCount = layout.elementCount
    var sums = [UInt64](repeating: 0, count: elementCount)
    var excess: UInt64 = 0
    for word in 0..<layout.elementWordCount {
      for lane in 0..<lanes {
        let value = (words[word] &>> (UInt64(lane) &* laneBits)) & mask
        let index = word &* lanes &+ lane
        if index < elementCount {
          sums[index] = value
          excess |= value > largest ? 1 : 0
        } else {
          excess |= value
        }
      }
      let used = UInt64(lanes) &* laneBits
      if used < 64 { excess |= words[word] &>> used }
    }
    guard excess == 0 else { throw .sumInconsistent }
    self.layout = layout
    self.contributors = contributors
    self.sums = sums
    self.faults = faults
  }
}
