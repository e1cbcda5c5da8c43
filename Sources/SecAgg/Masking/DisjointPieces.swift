/// A vector as consecutive pieces that no two threads work on at once.
struct DisjointPieces {
  /// Words of the largest piece: 64 KiB, which stay in the second-level cache while one mask after
  /// the other is applied to them.
  private static let largest = 8192
  /// Words of the smallest piece, beside which the making of a cipher's round keys is little.
  private static let smallest = 1024
  /// Words that the ciphers make at once; a piece is a multiple of them.
  private static let group = 128
  /// Pieces for each thread, so that none waits long for the last one.
  private static let piecesPerThread = 8

  let wordCount: Int
  let pieceSize: Int

  init(wordCount: Int, threadCount: Int) {
    self.wordCount = wordCount
    let even = wordCount / (Self.piecesPerThread * threadCount)
    let rounded = (even + Self.group - 1) / Self.group * Self.group
    pieceSize = threadCount == 1 ? Self.largest : min(max(rounded, Self.smallest), Self.largest)
  }

  var count: Int { (wordCount + pieceSize - 1) / pieceSize }

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
          let start = piece * pieceSize
          let end = min(start + pieceSize, wordCount)
          let goesOn = unsafe words.withElements(start..<end) { body(&$0, start) }
          if !goesOn { queue.cancel() }
        }
      }
    }
    return !queue.isCancelled
  }
}
