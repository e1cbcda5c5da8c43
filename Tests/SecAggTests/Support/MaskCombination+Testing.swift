@testable import SecAgg

extension MaskCombination {
  /// Masks of seeds that are no secrets.
  static func testing(
    _ masks: [(MaskExpander.Direction, [UInt8])], _ expander: MaskExpander = .chacha20
  ) -> MaskCombination {
    let seeds = masks.map(\.1)
    return MaskCombination(masks.map(\.0), by: expander) { SecretBytes(copying: seeds[$0]) }
  }

  /// A vector after the masks.
  func applied(to words: [UInt64], on execution: Execution = .threads(1)) -> [UInt64] {
    var words = words
    let watch = ProgressWatch(total: 0, on: execution)
    do {
      try apply(to: &words, on: execution, watch: watch)
    } catch {
      preconditionFailure("nobody watches, so nobody cancels")
    }
    return words
  }
}
