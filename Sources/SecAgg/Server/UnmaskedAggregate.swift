internal import FLMath

/// The sum of all contributors' vectors: the only thing that a server ever decodes, and made by
/// the last round of a session only.
public struct UnmaskedAggregate: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The session's layout.
  public let layout: VectorLayout
  /// Whose vectors are in the sum, in id order.
  public let contributors: [ClientID]
  /// The sum of each element over all contributors. In unsigned lanes no sum exceeds what so many
  /// contributors can have put there; in signed lanes it is right if it fits its lane and the one
  /// below did.
  public let sums: VectorElements
  /// Shares that did not open or were wrong. The sum is right in spite of them.
  public let faults: [ShareFault]

  /// Unpacks a sum of words after checking all that can be checked: the count of contributors that
  /// travelled inside it, and that no unsigned lane exceeds what so many contributors can have put
  /// there. A signed lane may hold anything: it may have wrapped.
  ///
  /// - Throws: `ServerError.sumInconsistent`.
  init(
    _ sum: MaskedSum, of session: SessionParameters, contributors: [ClientID],
    faults: [ShareFault]
  ) throws(ServerError) {
    let layout = session.layout
    let words = sum.words
    guard words[layout.elementWordCount] == UInt64(contributors.count) else {
      throw .sumInconsistent
    }
    let sums = layout.elements(in: words)
    if case .unsigned(let lanes) = layout.lanes, let sums = sums.unsigned {
      let largest = lanes.maximumSum(contributors: contributors.count)
      var isWithinLanes = layout.unusedBitsAreZero(in: words)
      for sum in sums where sum > largest { isWithinLanes = false }
      guard isWithinLanes else { throw .sumInconsistent }
    }
    self.session = session.digest
    self.layout = layout
    self.contributors = contributors
    self.sums = sums
    self.faults = faults
  }
}
