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
    let sums = layout.unpack(words)
    let largest = layout.lanes.maximumSum(contributors: contributors.count)
    var isWithinLanes = layout.unusedBitsAreZero(in: words)
    for sum in sums where sum > largest { isWithinLanes = false }
    guard isWithinLanes else { throw .sumInconsistent }
    self.layout = layout
    self.contributors = contributors
    self.sums = sums
    self.faults = faults
  }
}
