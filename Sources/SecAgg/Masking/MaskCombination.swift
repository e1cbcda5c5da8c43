/// A list of masks, each to be added to or subtracted from the same vector.
///
/// The vector is walked once, in pieces that stay in the second-level cache, and every mask is
/// applied to a piece before the next: memory is read and written once however many masks there
/// are.
struct MaskCombination: ~Copyable {
  /// Words of a piece: 64 KiB.
  private static let piece = 8192

  private var seeds: SecretTable
  private var directions: [MaskExpander.Direction] = []

  /// Room for `capacity` masks.
  init(capacity: Int) {
    seeds = SecretTable(rowCount: capacity)
    directions.reserveCapacity(capacity)
  }

  /// Appends a mask; at most as many as there is room for.
  mutating func append(_ direction: MaskExpander.Direction, seed: borrowing SecretBytes) {
    seeds.setRow(directions.count, to: seed)
    directions.append(direction)
  }

  /// Applies all masks to `words`, whose first word is at the start of the streams.
  ///
  /// Complexity: O(masks x words) time, no memory beyond one piece of key stream.
  func apply(to words: inout [UInt64]) {
    var expander = MaskExpander()
    var span = words.mutableSpan
    var start = 0
    while start < span.count {
      let end = min(start + Self.piece, span.count)
      for (index, direction) in directions.enumerated() {
        seeds.withRow(index) { seed in
          expander.apply(
            direction, seed: seed, to: &span, in: start..<end, streamOffset: UInt64(start))
        }
      }
      start = end
    }
  }
}
