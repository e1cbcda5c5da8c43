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
  func epsilonBounds(delta: Double, near estimate: Double) -> (lower: Double, upper: Double) {
    let below = epsilon(
      delta: delta, masses: lower, offset: lowerOffset, sign: -1, atInfinity: 0, near: estimate)
    let above = epsilon(
      delta: delta, masses: upper, offset: 0, sign: 1, atInfinity: infinityMass, near: estimate)
    return (min(below, above), above)
  }

  /// Goes from the largest loss down, until delta at a multiple of the step is too large: between
  /// two multiples delta is `a - exp(epsilon) b`.
  private func epsilon(
    delta: Double, masses: [Double], offset: Double, sign: Double, atInfinity: Double,
    near estimate: Double
  ) -> Double {
    if atInfinity > delta { return .infinity }
    let logFactor = logMoment - tilt * estimate
    let target = delta - atInfinity
    var (a, b) = (0.0, 0.0)
    var index = masses.count - 1
    while index >= 0 {
      let loss = Double(start + index) * step + offset
      let distance = loss - estimate
      let allowance = sign * slack * Double.exp(logFactor - tilt * distance)
      let value = Double.exp(logFactor) * (a - Double.exp(distance) * b) + allowance
      if value > target || loss <= 0 {
        let scaled = (target - allowance) / Double.exp(logFactor)
        guard b > 0, a > scaled else { return max(0, loss) }
        return max(0, loss, estimate + Double.log((a - scaled) / b))
      }
      let weight = Double.exp(-tilt * distance)
      let mass = sign > 0 ? max(0, masses[index]) : masses[index]
      a += mass * weight
      b += mass * weight * Double.exp(-distance)
      index -= 1
    }
    return max(0, Double(start) * step + offset)
  }
}
