internal import RealModule

/// The Renyi divergence of any mechanism under Poisson sampling, a record being added or removed
/// (Zhu and Wang 2019, "Poisson Subsampled Renyi Differential Privacy", theorem 5).
struct PoissonSampledMechanism {
  let probability: Double

  /// - Parameter mechanism: the divergence without sampling, at whole orders from 2 on.
  func divergence(order: Double, of mechanism: (Double) -> Double) -> Double {
    if probability == 1 { return mechanism(order) }
    return RenyiInterpolation.divergence(at: order) { logMoment(order: $0, of: mechanism) }
  }

  /// The terms without divergences are, up to the missing ones, the binomial theorem: they are
  /// 1 less the sum of binomial terms from 2 on, so all is computed relative to 1.
  private func logMoment(order: Int, of mechanism: (Double) -> Double) -> Double {
    guard order >= 2 else { return 0 }
    let logOdds = Double.log(probability) - Double.log(onePlus: -probability)
    let base = Double(order) * Double.log(onePlus: -probability)
    var logBinomial = Double.log(Double(order))
    var excess = -Double.infinity
    for index in 2...order {
      let j = Double(index)
      logBinomial += Double.log((Double(order) - j + 1) / j)
      let exponent = (j - 1) * mechanism(j)
      let factor =
        index == 2 ? LogSum.subtractOne(exponent) : LogSum.subtractOne(Double.log(3) + exponent)
      excess = LogSum.add(excess, logBinomial + j * logOdds + base + factor)
    }
    return LogSum.addOne(excess)
  }
}
