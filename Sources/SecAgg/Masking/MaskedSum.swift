/// The running sum of masked inputs: what the server holds of the clients' vectors, and all that
/// it holds. There is no way to read elements from it; only the last round makes an
/// `UnmaskedAggregate` of it.
struct MaskedSum {
  private(set) var words: [UInt64]

  init(wordCount: Int) {
    words = [UInt64](repeating: 0, count: wordCount)
  }

  init(words: [UInt64]) {
    self.words = words
  }

  /// Adds one masked input of the same length.
  mutating func add(_ input: [UInt64]) {
    for index in words.indices { words[index] &+= input[index] }
  }

  /// Applies masks in place.
  mutating func apply(
    _ masks: borrowing MaskCombination, on execution: Execution, watch: ProgressWatch
  ) throws(Cancellation) {
    try masks.apply(to: &words, on: execution, watch: watch)
  }
}
