/// A list of masks, each to be added to or subtracted from the same vector.
///
/// The vector is walked once, in pieces that stay in the second-level cache, and every mask is
/// applied to a piece before the next: memory is read and written once however many masks there
/// are. Threads share the pieces; nothing else is shared in the loop.
struct MaskCombination: ~Copyable, Sendable {
  private let expander: MaskExpander
  private var seeds: SecretTable
  private var directions: [MaskExpander.Direction]

  /// As many masks as there are directions.
  ///
  /// Complexity: one derivation for each mask, divided among the threads.
  ///
  /// - Parameter seed: makes the seed of one mask.
  /// - Returns: `nil` if there is a mask without one.
  init?(
    _ expander: MaskExpander, _ directions: [MaskExpander.Direction], on execution: Execution,
    seed: @Sendable (Int) -> SecretBytes?
  ) {
    self.expander = expander
    self.directions = directions
    seeds = SecretTable(rowCount: directions.count)
    guard seeds.setRows(on: execution, seed).allSatisfy(\.self) else { return nil }
  }

  /// Applies all masks to `words`, whose first word is at the start of the streams.
  ///
  /// Complexity: O(masks x words) time, divided among the threads; no memory.
  ///
  /// - Throws: `Cancellation` when the observer says so; some pieces have their masks then.
  func apply(
    to words: inout [UInt64], on execution: Execution, watch: ProgressWatch
  ) throws(Cancellation) {
    let pieces = DisjointPieces(wordCount: words.count, threadCount: execution.threadCount)
    let isComplete = pieces.forEach(of: &words, on: execution) { piece, start in
      for (index, direction) in directions.enumerated() {
        seeds.withRow(index) { seed in
          expander.apply(direction, seed: seed, to: &piece, streamOffset: UInt64(start))
        }
      }
      return watch.hasCompleted(directions.count * piece.count)
    }
    if !isComplete { throw Cancellation() }
  }
}
