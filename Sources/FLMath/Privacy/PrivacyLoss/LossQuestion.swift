internal import RealModule

/// A question about the sum of privacy losses: finds the tilt that fits it and a grid that is fine
/// enough, and asks the composition.
struct LossQuestion {
  let losses: [(loss: any LossDistribution, repetitions: Int)]
  let accuracy: Double
  /// What another question has given as a lower bound of the answer: below it nothing is refined.
  let floor: Double
  /// Whether the upper bound alone is asked for. Grids are then fine enough when half the step makes no
  /// difference.
  var isUpperOnly = false

  func epsilonBounds(delta: Double) -> (lower: Double, upper: Double) {
    let logDelta = Double.log(delta)
    var best = (epsilon: Double.infinity, tilt: 1.0)
    forEachTilt { tilt, logMoment in
      // The conversion of Renyi divergences: order = tilt + 1.
      let order = tilt + 1
      let epsilon =
        (logMoment + tilt * Double.log(onePlus: -1 / order) - Double.log(order) - logDelta) / tilt
      let isBetter = epsilon < best.epsilon
      if isBetter { best = (epsilon, tilt) }
      return isBetter
    }
    // That epsilon suffices, so a question about less than the other answers has no need of a grid.
    if best.epsilon < floor { return (0, best.epsilon) }
    return refined(tilt: best.tilt, logDelta: logDelta) { composition in
      (composition.epsilonBounds(delta: delta), 1)
    }
  }

  func deltaBounds(epsilon: Double) -> (lower: Double, upper: Double) {
    var best = (logDelta: Double.infinity, tilt: 1.0)
    forEachTilt { tilt, logMoment in
      let order = tilt + 1
      let logDelta =
        logMoment + tilt * (Double.log(onePlus: -1 / order) - epsilon) - Double.log(order)
      let isBetter = logDelta < best.logDelta
      if isBetter { best = (logDelta, tilt) }
      return isBetter
    }
    let tilt = best.tilt
    // The bound by which the tilt was chosen is one of delta, and there is nothing to refine where
    // Double ends.
    if Double.exp(best.logDelta) < floor { return (0, Double.exp(best.logDelta)) }
    guard best.logDelta > -600 else { return (0, Double.exp(max(best.logDelta, -600))) }
    return refined(tilt: tilt, logDelta: min(0, best.logDelta)) { composition in
      let bounds = composition.deltaBounds(epsilon: epsilon)
      // What a unit of epsilon is in delta.
      return (bounds, (tilt + 1) * max(bounds.upper, 0x1p-1000))
    }
  }

  /// Calls `isBetter` with ever larger tilts, for as long as they are.
  private func forEachTilt(_ isBetter: (Double, Double) -> Bool) {
    var tilt = 0x1p-12
    while tilt < 0x1p14 {
      var logMoment = 0.0
      for (loss, repetitions) in losses {
        logMoment += Double(repetitions) * loss.logMoment(tilt: tilt)
      }
      guard isBetter(tilt, logMoment) else { return }
      tilt *= 1.5
    }
  }

  private func refined(
    tilt: Double, logDelta: Double,
    ask: (LossComposition) -> (bounds: (lower: Double, upper: Double), unit: Double)
  ) -> (lower: Double, upper: Double) {
    var total = 0.0
    for (loss, repetitions) in losses where loss.probability < 1 {
      total += Double(repetitions)
    }
    let tail = max(Double.exp(logDelta) * 1e-9 / (total + 1), 0x1p-1000)
    // The bounds of a release differ in variance by about half a step squared, and epsilon grows by
    // (tilt + 1) / 2 times the variance.
    var step = (accuracy / (total * (tilt + 1))).squareRoot()
    var best = (lower: 0.0, upper: Double.infinity)
    for _ in 0..<12 {
      guard let composition = compose(step: step, tilt: tilt, tail: tail, total: total) else {
        if best.upper < .infinity { return best }
        step *= 4
        continue
      }
      let answer = ask(composition)
      let other = isUpperOnly ? best.upper : answer.bounds.lower
      let width = abs(answer.bounds.upper - other) / answer.unit
      if !isUpperOnly { best.lower = max(best.lower, answer.bounds.lower) }
      best.upper = min(best.upper, answer.bounds.upper)
      if width <= accuracy || best.upper <= floor { return best }
      step *= isUpperOnly ? 0.5 : max(0.25, 0.8 * (accuracy / width).squareRoot())
    }
    return best
  }

  private func compose(
    step: Double, tilt: Double, tail: Double, total: Double
  ) -> LossComposition? {
    var parts: [LossComposition.Part] = []
    for (loss, repetitions) in losses {
      let range = loss.range(tail: tail)
      guard (range.high - range.low) / step < Double(LossComposition.maximumCount / 2)
      else { return nil }
      let (upper, lower) = LossGrid.bounds(
        of: loss, step: step, tail: tail,
        tolerance: isUpperOnly ? .infinity : accuracy / (8 * total))
      parts.append(.init(upper: upper, lower: lower, repetitions: repetitions))
    }
    return LossComposition(parts, step: step, tilt: tilt)
  }
}
