internal import CMaskKernels

/// Expands seeds into masks: the key stream of a seed read as little-endian 64-bit words, added to a
/// vector or taken off it without ever being in memory.
///
/// The stream can be entered at any word, so that a long vector is masked in cache-sized pieces
/// and its ranges can be shared out.
struct MaskExpander: Sendable, Hashable {
  /// Bytes of a seed.
  static let seedByteCount = 32

  /// Whether a mask is added to a vector or taken off it.
  enum Direction {
    case add
    case subtract

    var opposite: Direction { self == .add ? .subtract : .add }
  }

  /// The fastest code for the cipher on this processor.
  private let kernel: UInt32

  /// `nil` where this processor does not have the cipher.
  init?(_ cipher: MaskCipher) {
    switch cipher {
    case .chacha20: self = .chacha20
    case .aes256ctr:
      guard let expander = Self.aes256ctr else { return nil }
      self = expander
    }
  }

  private init(kernel: secagg_mask_kernel) {
    self.kernel = kernel.rawValue
  }

  /// ChaCha20, which every processor has.
  static let chacha20 = MaskExpander(
    kernel: secagg_mask_kernel_best(SECAGG_MASK_CIPHER_CHACHA20))

  // The processor is asked once.
  private static let aes256ctr: MaskExpander? = {
    let kernel = secagg_mask_kernel_best(SECAGG_MASK_CIPHER_AES256CTR)
    return kernel == SECAGG_MASK_KERNEL_NONE ? nil : MaskExpander(kernel: kernel)
  }()

  /// Combines `words` with the words `streamOffset`... of the stream of `seed`, modulo 2^64. A
  /// vector has at most 2^32 + 1 words, so no block counter wraps.
  ///
  /// - Parameter seed: 32 bytes.
  ///
  /// Complexity: O(`words.count`).
  func apply(
    _ direction: Direction, seed: Span<UInt8>, to words: inout MutableSpan<UInt64>,
    streamOffset: UInt64
  ) {
    let kernel = secagg_mask_kernel(rawValue: kernel)
    unsafe words.withUnsafeMutableBufferPointer { words in
      guard let base = words.baseAddress else { return }
      unsafe seed.withPointer { seed in
        switch direction {
        case .add: unsafe secagg_mask_add(kernel, seed, streamOffset, base, words.count)
        case .subtract: unsafe secagg_mask_subtract(kernel, seed, streamOffset, base, words.count)
        }
      }
    }
  }
}

/// A vector as pieces that no two threads work on at once.
///
/// A thread takes the next piece when it is done with one. Pieces are as large as the cache allows
/// while much is left, and become smaller towards the end, so that no thread waits long for the last
/// one (Polychronopoulos and Kuck 1987, "Guided Self-Scheduling").
///
/// Pieces that are taken one after the other do not lie beside each other: the vector has as many
/// stretches as there are threads, and pieces are taken from each in turn. Two threads at both sides of a
/// border would take the cache line there from each other with every mask.
struct DisjointPieces {
  /// Words of the largest piece: 64 KiB, which stay in the second-level cache while one mask after
  /// the other is applied to them. The last of the vector has up to a group more.
  static let largest = 8192
  /// Words of the smallest piece, beside which the making of a cipher's round keys is little.
  static let smallest = 1024
  /// Words that the ciphers make at once; a piece is a multiple of them.
  static let group = 128

  /// The pieces in the order in which they are taken.
  private let pieces: [Range<Int>]

  init(wordCount: Int, threadCount: Int) {
    let sizes = Self.sizes(ofWhole: wordCount / Self.group * Self.group, threadCount: threadCount)
    var pieces = sizes.map { _ in 0..<0 }
    var start = 0
    for stretch in 0..<min(threadCount, sizes.count) {
      for piece in stride(from: stretch, to: sizes.count, by: threadCount) {
        pieces[piece] = start..<start + sizes[piece]
        start += sizes[piece]
      }
    }
    if start < wordCount {
      // Less than a group: part of the piece at the vector's end.
      if let last = pieces.firstIndex(where: { $0.upperBound == start }) {
        pieces[last] = pieces[last].lowerBound..<wordCount
      } else {
        pieces = [0..<wordCount]
      }
    }
    self.pieces = pieces
  }

  /// The sizes of the pieces in the order in which they are taken.
  private static func sizes(ofWhole wordCount: Int, threadCount: Int) -> [Int] {
    var sizes: [Int] = []
    var rest = wordCount
    while rest > 0 {
      // Half of what is left is dealt out to all threads.
      let share = threadCount == 1 ? largest : rest / (2 * threadCount) / group * group
      let size = min(max(share, smallest), largest, rest)
      sizes.append(size)
      rest -= size
    }
    return sizes
  }

  var count: Int { pieces.count }

  /// The words of a piece.
  subscript(piece: Int) -> Range<Int> { pieces[piece] }

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
