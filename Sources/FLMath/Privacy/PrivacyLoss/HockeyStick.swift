internal import RealModule

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
