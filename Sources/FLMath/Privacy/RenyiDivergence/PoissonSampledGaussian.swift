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

  /// A number that is not below the divergence.
  func divergence(order: Double, fractionalOrders: FractionalOrders) -> Double {
    let inverse = 1 / (2 * noiseMultiplier * noiseMultiplier)
    if probability == 1 { return order * inverse }
    if order == order.rounded() { return logMoment(wholeOrder: Int(order)) / (order - 1) }
    let exact: Double
    switch fractionalOrders {
    case .magnitudes:
      // The terms of the series add up to 1 and what counts, so where that is as small as a rounding, the
      // sum says nothing.
      let magnitudes = logMomentOfMagnitudes(order: order)
      if magnitudes == .infinity { return .infinity }
      exact = max(magnitudes, exactLogMoment(order: order))
    case .exact: exact = exactLogMoment(order: order)
    }
    return exact / (order - 1)
  }

  /// log(A) for whole orders (section 3.3): the binomial theorem, whose terms 0 and 1 add up to 1
  /// less those of the same sum without exponentials.
  private func logMoment(wholeOrder order: Int) -> Double {
    let inverse = 1 / (2 * noiseMultiplier * noiseMultiplier)
    let (logIn, logOut) = (Double.log(probability), Double.log(onePlus: -probability))
    let base = Double(order) * logOut
    var binomial = LogBinomial(order)
    var excess = UpperSum()
    for index in 1...order {
      let i = Double(index)
      binomial.advance()
      guard index >= 2 else { continue }
      let exponent = (i * i - i) * inverse
      excess.add(
        binomial.logarithm + i * (logIn - logOut) + base + LogSum.subtractOne(exponent),
        magnitude: binomial.magnitude - i * (logIn + logOut) - base + exponent
          + abs(LogSum.subtractOne(exponent)))
    }
    return UpperSum.logarithmOfOnePlus(exponent: excess.logarithm)
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
  ///
  /// The result is not below log(A).
  func exactLogMoment(order: Double) -> Double {
    let z = noiseMultiplier
    let step = min(z / 3, z * z * 0.4)
    let logIn = Double.log(probability)
    var excess = UpperSum()
    for x in GaussianNodes(centers: centers(order: order), deviation: z, step: step) {
      let exponent = (2 * x - 1) / (2 * z * z)
      let term = PowerRemainder(logProbability: logIn, exponent: exponent, power: order)
      excess.add(
        term.logarithm - x * x / (2 * z * z),
        // The node itself is rounded, too.
        magnitude: term.magnitude + 2 * x * x / (z * z))
    }
    let width = Double.log(step / (z * (2 * Double.pi).squareRoot()))
    let exponent = excess.logarithm + width
    return UpperSum.logarithmOfOnePlus(
      exponent: exponent + UpperSum.unit * (1 + abs(exponent) + abs(width)))
  }

  /// Where the integrand can have a peak: anywhere from 0 to the order. For a small z, the binomial terms,
  /// which peak at whole numbers, are log-convex, and only the first and the last of them count.
  private func centers(order: Double) -> [Double] {
    if noiseMultiplier < 0.7 {
      return [0, 1, 2, order - 1, order].filter { $0 <= order }.sorted()
    }
    return Array(stride(from: 0, to: order, by: 14 * noiseMultiplier)) + [order]
  }
}

/// The logarithm of (1 + y)^power - 1 - power y for y = q (exp(exponent) - 1) and a power above 1, without
/// cancellation near y = 0 or near a power of 1.
private struct PowerRemainder {
  let logarithm: Double
  /// What the error is relative to, as ``UpperSum`` takes it.
  let magnitude: Double

  init(logProbability: Double, exponent: Double, power: Double) {
    let logY =
      logProbability
      + (exponent > 0
        ? LogSum.subtractOne(exponent) : Double.log(-Double.expMinusOne(exponent)))
    let y = exponent > 0 ? Double.exp(logY) : -Double.exp(logY)
    // How far an error of y, relative to it, is amplified.
    let condition = 4 + 2 * power * min(1, abs(y))
    let source = condition * (2 + abs(exponent) - logProbability)
    let excess = power - 1
    let size = LogSum.addOne(logY)
    if abs(y) * power <= 0.1 {
      logarithm = 2 * logY + Double.log(Self.series(y, power: power))
      magnitude = source + 3 * abs(logY) + abs(logarithm)
    } else if y > 0, power * size > 300 {
      let growth = size + LogSum.subtractOne(excess * size)
      let linear = Double.log(excess) + logY
      logarithm = growth + Double.log(onePlus: -Double.exp(linear - growth))
      magnitude = source + 2 * abs(growth) + abs(linear) + abs(size)
    } else {
      let value = (1 + y) * Double.expMinusOne(excess * Double.log(onePlus: y)) - excess * y
      logarithm = Double.log(value)
      // The difference is at least a fiftieth of its terms.
      magnitude = source + 48 + abs(logarithm)
    }
  }

  /// The binomial series from its second term on, divided by y^2.
  private static func series(_ y: Double, power: Double) -> Double {
    var term = power * (power - 1) / 2
    var sum = term
    var k = 3.0
    while true {
      term *= (power - k + 1) / k * y
      let next = sum + term
      if next == sum { return sum }
      sum = next
      k += 1
    }
  }
}

/// The nodes of a trapezoidal rule for functions that are Gaussians of one width around a few
/// centers and negligible elsewhere: the multiples of a step near the centers.
struct GaussianNodes: Sequence, IteratorProtocol {
  /// Beyond so many standard deviations a Gaussian is below 2^-141 of its peak.
  private static let reach = 14.0

  private let step: Double
  private var intervals: [ClosedRange<Int>] = []
  private var interval = 0
  private var index: Int

  /// - Parameters:
  ///   - centers: in ascending order.
  ///   - deviation: of each Gaussian.
  ///   - step: so large that the nodes can be counted.
  init(centers: [Double], deviation: Double, step: Double) {
    self.step = step
    for center in centers {
      let low = Int(((center - Self.reach * deviation) / step).rounded(.down))
      let high = Int(((center + Self.reach * deviation) / step).rounded(.up))
      if let last = intervals.last, low <= last.upperBound {
        intervals[intervals.count - 1] = last.lowerBound...Swift.max(last.upperBound, high)
      } else {
        intervals.append(low...high)
      }
    }
    index = intervals.first?.lowerBound ?? 0
  }

  mutating func next() -> Double? {
    guard interval < intervals.count else { return nil }
    let node = Double(index) * step
    if index < intervals[interval].upperBound {
      index += 1
    } else {
      interval += 1
      if interval < intervals.count { index = intervals[interval].lowerBound }
    }
    return node
  }
}
