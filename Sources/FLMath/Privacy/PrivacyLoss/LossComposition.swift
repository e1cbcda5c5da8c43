internal import RealModule

/// The distribution of the sum of many independent privacy losses, bounded from both sides.
///
/// Upper and lower bound travel as real and imaginary part of one Fourier transform. What is cut off
/// and what rounding can do is added to the one and taken from the other: `slack`.
struct LossComposition {
  /// Grids of one release, and how often it is repeated.
  struct Part {
    let upper: LossGrid
    let lower: LossGrid
    let repetitions: Int
  }

  /// The largest transform.
  static let maximumCount = 1 << 21

  /// The probability, under the tilt, that is left outside of the window on either side.
  private static let outside = 1e-14

  let step: Double
  let tilt: Double
  /// The logarithm of the factor that undoes the normalisation of the tilted masses.
  let logMoment: Double
  /// The multiple of the step of the first mass.
  let start: Int
  /// What the losses of the lower bound are above multiples of the step.
  let lowerOffset: Double
  let upper: [Double]
  let lower: [Double]
  /// The mass at infinity of the upper bound.
  let infinityMass: Double
  /// A bound of what all errors of tilted masses together can do to an answer.
  let slack: Double

  /// Composes, if the window has at most ``maximumCount`` points; otherwise nil.
  init?(_ parts: [Part], step: Double, tilt: Double) {
    self.step = step
    self.tilt = tilt
    let moments = parts.map { TiltedGrid.logMoment(of: $0.upper, step: step, tilt: tilt) }
    logMoment = zip(parts, moments).reduce(0) { $0 + Double($1.0.repetitions) * $1.1 }
    var uppers: [TiltedGrid] = []
    var lowers: [TiltedGrid] = []
    var logFinite = 0.0
    for (part, moment) in zip(parts, moments) {
      uppers.append(TiltedGrid(part.upper, step: step, tilt: tilt, logMoment: moment))
      lowers.append(TiltedGrid(part.lower, step: step, tilt: tilt, logMoment: moment))
      logFinite += Double(part.repetitions) * Double.log(onePlus: -part.upper.infinityMass)
    }
    infinityMass = -Double.expMinusOne(logFinite)
    lowerOffset = parts.reduce(0) { $0 + Double($1.repetitions) * $1.lower.offset }

    let repetitions = parts.map { Double($0.repetitions) }
    let ofUpper = Self.window(uppers, repetitions)
    let ofLower = Self.window(lowers, repetitions)
    let low = min(ofUpper.low, ofLower.low - lowerOffset)
    let high = max(ofUpper.high, ofLower.high - lowerOffset)
    guard low.isFinite, high.isFinite, (high - low) / step < Double(Self.maximumCount - 4),
      // Beyond, neighbouring multiples of the step are the same number.
      abs(low) / step < 0x1p52
    else {
      return nil
    }
    start = Int((low / step).rounded(.down))
    let points = Int((high / step).rounded(.up)) - start + 2
    let count = max(16, 1 << (Int.bitWidth - (points - 1).leadingZeroBitCount))

    var spectrum = CompositionSpectrum(count: count)
    var norm = 0.0
    for index in parts.indices {
      spectrum.multiply(
        uppers[index], lowers[index], repetitions: parts[index].repetitions)
      norm = max(norm, uppers[index].norm + lowers[index].norm)
    }
    let composed = spectrum.inverse()
    let mask = count - 1
    // The transform is periodic: what belongs to multiple m is at m modulo its length.
    let first = start
    upper = (0..<count).map { composed.real[(first + $0) & mask] }
    lower = (0..<count).map { composed.imaginary[(first + $0) & mask] }

    // Each transform errs by at most about 4 log2(n) roundings, relative to the Euclidean norm, and a
    // power multiplies that by its exponent. What is asked weights the n errors.
    let total = repetitions.reduce(2, +)
    let rounding = 4 * Double(count.trailingZeroBitCount) * 0x1p-53 * total * norm
    slack = 2 * Self.outside + rounding * Self.weightNorm(step: step, tilt: tilt, count: count)
  }

  /// A bound of the Euclidean norm of the weights exp(-tilt d) (1 - exp(-d)) at the distances d above
  /// an epsilon at which there are grid points.
  private static func weightNorm(step: Double, tilt: Double, count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let decay = Double.exp(-2 * tilt * Double(index) * step)
      let rise = min(1, Double(index + 1) * step)
      sum += decay * rise * rise
      if decay < 0x1p-70 { break }
    }
    return sum.squareRoot()
  }

  /// Losses below and above which the tilted sum has at most ``outside``, by Chernoff's bound.
  private static func window(
    _ grids: [TiltedGrid], _ repetitions: [Double]
  ) -> (low: Double, high: Double) {
    let moments = grids.map(\.meanAndVariance)
    var (mean, variance) = (0.0, 0.0)
    for (moment, count) in zip(moments, repetitions) {
      mean += count * moment.mean
      variance += count * moment.variance
    }
    let deviation = max(variance.squareRoot(), grids[0].step)
    /// The least distance from the mean that a slope of this sign gives.
    func distance(_ sign: Double) -> Double {
      var least = Double.infinity
      // Near 8 / deviation for a normal distribution, lower where there are rare large losses.
      var slope = 8 / deviation
      for _ in 0..<24 {
        var exponent = -Double.log(outside)
        for index in grids.indices {
          exponent +=
            repetitions[index]
            * grids[index].logMoment(further: sign * slope, center: moments[index].mean)
        }
        let candidate = exponent / slope
        if candidate > least { break }
        if candidate.isFinite { least = candidate }
        slope *= 0.6
      }
      return least
    }
    return (mean - distance(-1), mean + distance(1))
  }
}

extension LossComposition {
  /// Bounds of delta at an epsilon: E[max(0, 1 - exp(epsilon - loss))] over the composed losses.
  func deltaBounds(epsilon: Double) -> (lower: Double, upper: Double) {
    func weight(_ distance: Double) -> Double {
      distance > 0 ? -Double.exp(-tilt * distance) * Double.expMinusOne(-distance) : 0
    }
    var (above, below) = (0.0, 0.0)
    for index in upper.indices {
      let distance = Double(start + index) * step - epsilon
      above += max(0, upper[index]) * weight(distance)
      below += lower[index] * weight(distance + lowerOffset)
    }
    let factor = Double.exp(logMoment - tilt * epsilon)
    return (
      max(0, factor * (below - slack)), min(1, infinityMass + factor * (above + slack))
    )
  }

  /// Bounds of the smallest epsilon of at least 0 at which delta is no more than `delta`.
  func epsilonBounds(delta: Double) -> (lower: Double, upper: Double) {
    let below = epsilon(
      delta: delta, masses: lower, offset: lowerOffset, allowance: -slack, atInfinity: 0)
    let above = epsilon(
      delta: delta, masses: upper, offset: 0, allowance: slack, atInfinity: infinityMass)
    return (min(below, above), above)
  }

  /// Goes from the largest loss down, until delta at a grid point is too large.
  ///
  /// At a grid point, delta is `factor * (a - b + allowance)`, with a and b the sums of the masses
  /// above it weighted by exp(-tilt * distance) and exp(-(tilt + 1) * distance); an epsilon above it
  /// by t, but below the next, has `factor * (a - exp(t) b + allowance)` at most.
  private func epsilon(
    delta: Double, masses: [Double], offset: Double, allowance: Double, atInfinity: Double
  ) -> Double {
    if atInfinity >= delta { return .infinity }
    let (decay, fasterDecay) = (Double.exp(-tilt * step), Double.exp(-(tilt + 1) * step))
    var (a, b) = (0.0, 0.0)
    var index = masses.count - 1
    while index >= 0 {
      let loss = Double(start + index) * step + offset
      let target = (delta - atInfinity) * Double.exp(tilt * loss - logMoment)
      if a - b + allowance > target || loss <= 0 {
        guard b > 0 else {
          guard allowance > 0 else { return max(0, loss) }
          // Above all losses, the allowance alone may be more than delta.
          return max(0, (logMoment + Double.log(allowance / (delta - atInfinity))) / tilt)
        }
        return max(0, loss + max(0, Double.log((a + allowance - target) / b)))
      }
      let mass = allowance > 0 ? max(0, masses[index]) : masses[index]
      a = (a + mass) * decay
      b = (b + mass) * fasterDecay
      index -= 1
    }
    // Delta is small enough everywhere in the window: a bound from above only.
    return allowance > 0 ? max(0, Double(start) * step + offset) : 0
  }
}
