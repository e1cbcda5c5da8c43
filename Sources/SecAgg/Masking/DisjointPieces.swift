/// A vector as consecutive pieces that no two threads work on at once.
///
/// A thread takes the next piece when it is done with one. Pieces are as large as the cache allows
/// while much is left, and become smaller towards the end, so that no thread waits long for the last
/// one (Polychronopoulos and Kuck 1987, "Guided Self-Scheduling").
struct DisjointPieces {
  /// Words of the largest piece: 64 KiB, which stay in the second-level cache while one mask after
  /// the other is applied to them.
  static let largest = 8192
  /// Words of the smallest piece but the last, beside which the making of a cipher's round keys is
  /// little.
  static let smallest = 1024
  /// Words that the ciphers make at once; a piece is a multiple of them.
  static let group = 128

  /// Where the pieces begin, and the end of the last one.
  private let bounds: [Int]

  init(wordCount: Int, threadCount: Int) {
    var bounds = [0]
    var start = 0
    while start < wordCount {
      // Half of what is left is dealt out to all threads.
      let share = threadCount == 1 ? Self.largest : (wordCount - start) / (2 * threadCount)
      let size = min(max(share / Self.group * Self.group, Self.smallest), Self.largest)
      start = min(start + size, wordCount)
      bounds.append(start)
    }
    self.bounds = bounds
  }

  var count: Int { bounds.count - 1 }

  /// The words of a piece.
  subscript(piece: Int) -> Range<Int> { bounds[piece]..<bounds[piece + 1] }

  /// Calls `body` for every piece, on as many threads as are allowed, with the place of the piece's
  /// first word, until it returns false.
  ///
  /// - Returns: whether `body` returned true for every piece.
  func forEach(
    of words: inout [UInt64], on execution: Execution,
    _ body: @Sendable (inout MutableSpan<UInt64>, Int) -> Bool
  ) -> Bool {
    let queue = WorkQueue(count: count)
    unsafe words.withUnsafeMutableBufferPointer { words in
      let words = unsafe SharedMemory(words)
      ScopedThreads.run(min(execution.threadCount, max(1, count))) {
        while let piece = queue.take() {
          let places = self[piece]
          let goesOn = unsafe words.withElements(places) { body(&$0, places.lowerBound) }
          if !goesOn { queue.cancel() }
        }
      }
    }
    return !queue.isCancelled
  }
}
