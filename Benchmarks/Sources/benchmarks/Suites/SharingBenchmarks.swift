@testable import SecAgg

/// Sharing a secret of 305 bits among n holders, and recovering it from two thirds of the shares.
enum SharingBenchmarks {
  static func run(_ results: inout Results) {
    for count in [100, 500, 1000] {
      let threshold = 2 * count / 3
      let holders = ClientID.all(cohortSize: count)
      let secret = ShamirSharing.randomSecret()
      var words = [UInt64](repeating: 0, count: SecretShare.wordCount)
      let sharing = Stopwatch.samples {
        let polynomials = ShamirSharing(of: secret, threshold: threshold)
        var span = words.mutableSpan
        for holder in holders { polynomials.writeShare(for: holder, to: &span, at: 0) }
      }
      results.add(
        Figure(
          "Sharing", "share, n = \(count), t = \(threshold)", unit: "ms", seconds: sharing,
          perSecond: 1e3, target: count == 1000 ? 3 : nil))

      let first = Array(holders.prefix(threshold))
      let bytes = [UInt8](repeating: 3, count: SecretShare.byteCount)
      let shares = first.compactMap { _ in try? SecretShare(bytes: bytes) }
      let cold = Stopwatch.samples {
        _ = LagrangeInterpolation(holders: first).secret(from: shares)
      }
      results.add(
        Figure(
          "Sharing", "reconstruct, n = \(count), t = \(threshold), new holders", unit: "ms",
          seconds: cold, perSecond: 1e3, target: count == 1000 ? 1 : nil))
      let interpolation = LagrangeInterpolation(holders: first)
      let warm = Stopwatch.samples { _ = interpolation.secret(from: shares) }
      results.add(
        Figure(
          "Sharing", "reconstruct, n = \(count), t = \(threshold), the same holders", unit: "ms",
          seconds: warm, perSecond: 1e3, target: count == 1000 ? 0.01 : nil))
    }
  }
}
