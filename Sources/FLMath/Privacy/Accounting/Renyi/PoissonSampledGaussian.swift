internal import RealModule

/// The Renyi divergence of the Gaussian mechanism under Poisson sampling (Mironov, Talwar and Zhang
/// 2019, "Renyi Differential Privacy of the Sampled Gaussian Mechanism").
///
/// It is log(A) / (order - 1) with A = E[(1 - q + q exp((2x - 1) / (2 z^2)))^order] over x of
/// N(0, z^2); theorem 5 shows that the other direction is never larger. As A is near 1 for a small
/// q, A - 1 is computed.
struct PoissonSampledGaussian {
  let probability: Double
  let noiseMultiplier: Double

  func divergence(order: Double, fractionalOrders: FractionalOrders) -> Double {
    let inverse = 1 / (2 * noiseMultiplier * noiseMultiplier)
    if probability == 1 { return order * inverse }
    if order == order.rounded() { return logMoment(wholeOrder: Int(order)) / (order - 1) }
    switch fractionalOrders {
    case .magnitudes: return logMomentOfMagnitudes(order: order) / (order - 1)
    case .exact: return exactLogMoment(order: order) / (order - 1)
    }
  }

  /// log(A) for whole orders (section 3.3): the binomial theorem, whose terms 0 and 1 add up to 1
  /// less those of the same sum without exponentials.
  private func logMoment(wholeOrder order: Int) -> Double {
    let inverse = 1 / (2 * noiseMultiplier * noiseMultiplier)
    let logOdds = Double.log(probability) - Double.log(onePlus: -probability)
    let base = Double(order) * Double.log(onePlus: -probability)
    var logBinomial = 0.0
    var excess = -Double.infinity
    for index in 1...order {
      let i = Double(index)
      logBinomial += Double.log((Double(order) - i + 1) / i)
      guard index >= 2 else { continue }
      let exponent = (i * i - i) * inverse
      excess = LogSum.add(
        excess, logBinomial + i * logOdds + base + LogSum.subtractOne(exponent))
    }
    return LogSum.addOne(excess)
  }

  /// A bound of log(A) for orders that are not whole: the series of section 3.3, each term by its
  /// magnitude; infinite if 1000 terms do not suffice.
  private func logMomentOfMagnitudes(order: Double) -> Double {
    let z = noiseMultiplier
    let inverse = 1 / (2 * z * z)
    let logIn = Double.log(probability)
    let logOut = Double.log(onePlus: -probability)
    let split = z * z * Double.log(1 / probability - 1) + 0.5
    var logBinomial = 0.0
    var (below, above) = (-Double.infinity, -Double.infinity)
    var (previousBelow, previousAbove) = (-Double.infinity, -Double.infinity)
    for index in 0..<1000 {
      let i = Double(index)
      let j = order - i
      if index > 0 { logBinomial += Double.log(abs(j + 1) / i) }
      let termBelow =
        logBinomial + i * logIn + j * logOut + (i * i - i) * inverse
        + NormalTail.logUpper((i - split) / z)
      let termAbove =
        logBinomial + j * logIn + i * logOut + (j * j - j) * inverse
        + NormalTail.logUpper((split - j) / z)
      below = LogSum.add(below, termBelow)
      above = LogSum.add(above, termAbove)
      let total = LogSum.add(below, above)
      if termBelow < previousBelow, termAbove < previousAbove,
        max(termBelow, termAbove) < total - 30
      {
        return total
      }
      (previousBelow, previousAbove) = (termBelow, termAbove)
    }
    return .infinity
  }

  /// log(A) by the trapezoidal rule, which converges exponentially for a function that is analytic
  /// in a strip: here of half width pi z^2, where the base of the power has its zeros.
  ///
  /// With y = q (exp((2x - 1) / (2 z^2)) - 1), whose mean is 0, A - 1 is the mean of
  /// (1 + y)^order - 1 - order y, which is nowhere negative: no cancellation.
  func exactLogMoment(order: Double) -> Double {
    let z = noiseMultiplier
    let step = min(z / 3, z * z * 0.4)
    let logOut = Double.log(onePlus: -probability)
    var excess = -Double.infinity
    for x in GaussianNodes(centers: [0, order], deviation: z, step: step) {
      let exponent = (2 * x - 1) / (2 * z * z)
      let term: Double
      if exponent > 30 {
        let power = order * LogSum.add(logOut, Double.log(probability) + exponent)
        let linear = LogSum.addOne(Double.log(order * probability) + exponent)
        term = power + Double.log(onePlus: -Double.exp(linear - power))
      } else {
        term = Double.log(
          PowerRemainder.value(probability * Double.expMinusOne(exponent), power: order))
      }
      excess = LogSum.add(excess, term - x * x / (2 * z * z))
    }
    return LogSum.addOne(excess + Double.log(step / (z * (2 * Double.pi).squareRoot())))
  }
}

/// (1 + y)^power - 1 - power y for y > -1 and a power above 1, without cancellation near 0.
private enum PowerRemainder {
  static func value(_ y: Double, power: Double) -> Double {
    if abs(y) * power > 0.1 {
      return Double.expMinusOne(power * Double.log(onePlus: y)) - power * y
    }
    var sum = 0.0
    var term = power * y
    var k = 2.0
    while true {
      term *= (power - k + 1) / k * y
      let next = sum + term
      if next == sum { return sum }
      sum = next
      k += 1
    }
  }
}
