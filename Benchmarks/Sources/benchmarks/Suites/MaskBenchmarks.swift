import CMaskKernels
@testable import SecAgg

/// Expansion of masks and their addition to a vector: what nearly all of a session's time goes to.
enum MaskBenchmarks {
  /// A piece of a vector as sessions work on it: 64 KiB, in the second-level cache.
  private static let wordCount = 8192

  static func run(_ results: inout Results) {
    kernels(&results)
    threads(&results)
  }

  private static func kernels(_ results: inout Results) {
    let key = [UInt8](repeating: 7, count: 32)
    var words = [UInt64](repeating: 0, count: wordCount)
    for number in 1...secagg_mask_kernel_count() {
      let kernel = secagg_mask_kernel(rawValue: number)
      guard secagg_mask_kernel_is_supported(kernel) else { continue }
      let name = String(cString: secagg_mask_kernel_name(kernel))
      let seconds = Stopwatch.samples {
        secagg_mask_add(kernel, key, 0, &words, wordCount)
      }
      let best = secagg_mask_kernel_best(secagg_mask_kernel_cipher(kernel)) == kernel
      let isAES = secagg_mask_kernel_cipher(kernel) == SECAGG_MASK_CIPHER_AES256CTR
      for lanes in [1, 2, 4] {
        results.add(
          Figure(
            "Masks", "\(name), \(64 / lanes)-bit lanes", unit: "ns per element and neighbour",
            seconds: seconds, perSecond: 1e9 / Double(wordCount * lanes),
            target: best && lanes == 2 ? (isAES ? 0.30 : 0.85) : nil))
      }
      let rates = seconds.map { Double(8 * wordCount) / $0 / 1e9 }.sorted()
      results.add(
        Figure(
          "Masks", "\(name), rate", unit: "GB/s", median: rates[rates.count / 2],
          minimum: rates[0], maximum: rates[rates.count - 1]))
    }
  }

  /// 1,000 masks on a vector of a million elements, two to a word: long enough that making a thread does
  /// not show.
  private static func threads(_ results: inout Results) {
    for cipher in MaskCipher.available.sorted(by: { $0.rawValue < $1.rawValue }) {
      guard let expander = MaskExpander(cipher) else { continue }
      let masks = MaskCombination(Array(repeating: .add, count: 1_000), by: expander) { _ in
        SecureRandom.secretBytes(32)
      }
      var words = [UInt64](repeating: 0, count: 500_001)
      ThreadComparison.run(
        &results, "Masks", "1,000 masks of 10^6 elements, \(cipher)",
        ratio: "two threads over one, \(cipher)", unit: "ms", perSecond: 1e3, runs: 15,
        target: cipher == .aes256ctr ? 1.9 : nil
      ) { execution in
        let watch = ProgressWatch(total: 0, on: execution)
        try? masks.apply(to: &words, on: execution, watch: watch)
      }
    }
  }
}
