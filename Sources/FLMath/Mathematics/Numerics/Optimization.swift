/// Where a monotone condition begins to hold.
enum MonotoneSearch {
  /// The smallest x above `low` for which `holds` is true, to the relative `tolerance`; the number
  /// returned is one for which it holds.
  ///
  /// - Parameters:
  ///   - low: a number above 0 for which the condition need not be tried: the answer is above it.
  ///   - high: a number for which the condition holds.
  ///   - holds: false up to some number, true from there on.
  static func smallest<Failure: Error>(
    above low: Double, below high: Double, tolerance: Double,
    where holds: (Double) throws(Failure) -> Bool
  ) throws(Failure) -> Double {
    var (low, high) = (low, high)
    while high > low * (1 + tolerance) {
      // Far apart, the middle is that of the exponents.
      let middle =
        high > 2 * low && low > 0
        ? low.squareRoot() * high.squareRoot() : low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if try holds(middle) { high = middle } else { low = middle }
    }
    return high
  }
}

/// The minimisation of a smooth function by the limited-memory form of the quasi-Newton method of Broyden,
/// Fletcher, Goldfarb and Shanno (Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5).
struct QuasiNewtonDescent {
  /// The number of earlier steps that the curvature is known from.
  let memory: Int
  /// The descent ends when ten steps lower the function by less.
  let tolerance: Double
  /// The most steps.
  let limit: Int

  typealias Function = (_ point: [Double]) -> (value: Double, gradient: [Double])

  private struct Step {
    let change: [Double]
    let gradientChange: [Double]
    /// The inverse of their product, which is above 0.
    let scale: Double
  }

  func minimum(from start: [Double], of function: Function) -> [Double] {
    var point = start
    var (value, gradient) = function(start)
    var steps: [Step] = []
    var values = [value]
    for _ in 0..<limit {
      let direction = direction(gradient, steps)
      guard let next = search(from: point, value, gradient, along: direction, function) else {
        // The curvature may be wrong; the gradient is not.
        if steps.isEmpty { break }
        steps = []
        continue
      }
      let change = zip(next.point, point).map { $0 - $1 }
      let gradientChange = zip(next.gradient, gradient).map { $0 - $1 }
      (point, value, gradient) = (next.point, next.value, next.gradient)
      let product = Self.product(change, gradientChange)
      if product > 0, (1 / product).isFinite {
        if steps.count == memory { steps.removeFirst() }
        steps.append(Step(change: change, gradientChange: gradientChange, scale: 1 / product))
      }
      values.append(value)
      if values.count > 10, values[values.count - 11] - value < tolerance { break }
    }
    return point
  }

  /// Minus the gradient times the estimate of the inverse Hessian.
  private func direction(_ gradient: [Double], _ steps: [Step]) -> [Double] {
    var direction = gradient.map { -$0 }
    var weights: [Double] = []
    for step in steps.reversed() {
      let weight = step.scale * Self.product(step.change, direction)
      weights.append(weight)
      Self.add(step.gradientChange, times: -weight, to: &direction)
    }
    if let last = steps.last {
      let squared = Self.product(last.gradientChange, last.gradientChange)
      for index in direction.indices { direction[index] /= last.scale * squared }
    }
    for (step, weight) in zip(steps, weights.reversed()) {
      let other = step.scale * Self.product(step.gradientChange, direction)
      Self.add(step.change, times: weight - other, to: &direction)
    }
    return direction
  }

  /// A step that lowers the function enough and changes the slope enough, by bisection (the weak conditions
  /// of Wolfe); nil if rounding hides every descent.
  private func search(
    from point: [Double], _ value: Double, _ gradient: [Double], along direction: [Double],
    _ function: Function
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    let slope = Self.product(gradient, direction)
    guard slope < 0 else { return nil }
    var (low, high) = (0.0, Double.infinity)
    var length = 1.0
    var lower: (point: [Double], value: Double, gradient: [Double])?
    for _ in 0..<40 {
      var next = point
      Self.add(direction, times: length, to: &next)
      let (nextValue, nextGradient) = function(next)
      // NaN counts as too far.
      if nextValue <= value + 1e-4 * length * slope {
        lower = (next, nextValue, nextGradient)
        if Self.product(nextGradient, direction) >= 0.9 * slope { return lower }
        low = length
      } else {
        high = length
      }
      length = high.isFinite ? (low + high) / 2 : 2 * length
    }
    return lower
  }

  private static func product(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for index in one.indices { sum += one[index] * other[index] }
    return sum
  }

  private static func add(_ vector: [Double], times factor: Double, to sum: inout [Double]) {
    for index in sum.indices { sum[index] += factor * vector[index] }
  }
}
