/// The clients that may be selected: those that are there and have not opted out.
///
/// Selections draw from candidates only, so nobody who has opted out can be drawn, or be asked for
/// anything in order to be drawn.
public struct Candidates: Sendable, Hashable {
  /// The clients, in ascending order.
  public let clients: [UInt32]

  /// Leaves out whoever has opted out.
  ///
  /// - Throws: ``SelectionError/duplicateClient(_:)``.
  public init(
    _ clients: some Sequence<UInt32>, optedOut: Set<UInt32>
  ) throws(SelectionError) {
    let sorted = clients.filter { !optedOut.contains($0) }.sorted()
    for index in sorted.indices.dropFirst() where sorted[index] == sorted[index - 1] {
      throw .duplicateClient(sorted[index])
    }
    self.clients = sorted
  }

  /// Refuses to draw `needed` clients of fewer.
  func require(_ needed: Int) throws(SelectionError) {
    guard clients.count >= needed else {
      throw .tooFewCandidates(needed: needed, found: clients.count)
    }
  }
}
