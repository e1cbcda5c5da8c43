internal import RealModule

/// Composes privacy losses for one question, on ever finer grids, until the answer is accurate enough.
///
/// The first grid follows from the question too: the tilt is the one with which Renyi divergences answer best.
struct RefinedComposition {
  let losses: [(loss: any PrivacyLossVariable, repetitions: Int)]
  let accuracy: Double
  /// A lower bound of the answer from other pairs of neighbours. Below it, nothing is refined.
  let floor: Double
  /// Whether the upper bound alone is of interest. A grid is then fine enough when half the interval makes no
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
    // That epsilon is enough. If it is below the floor, this answer does not matter and needs no grid.
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
    // The tilt was chosen by an upper bound of delta. There is nothing to refine below the range of Double.
    if Double.exp(best.logDelta) < floor { return (0, Double.exp(best.logDelta)) }
    guard best.logDelta > -600 else { return (0, Double.exp(max(best.logDelta, -600))) }
    return refined(tilt: tilt, logDelta: min(0, best.logDelta)) { composition in
      let bounds = composition.deltaBounds(epsilon: epsilon)
      // The change of delta for a change of epsilon by 1.
      return (bounds, (tilt + 1) * max(bounds.upper, 0x1p-1000))
    }
  }

  /// Calls `isBetter` with ever larger tilts and their moments, until it returns false.
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

  /// Asks compositions with ever smaller intervals.
  ///
  /// - Parameter ask: gives bounds of the answer, and the unit in which their distance is measured.
  private func refined(
    tilt: Double, logDelta: Double,
    ask: (PrivacyLossComposition) -> (bounds: (lower: Double, upper: Double), unit: Double)
  ) -> (lower: Double, upper: Double) {
    var total = 0.0
    for (loss, repetitions) in losses where loss.probability < 1 {
      total += Double(repetitions)
    }
    let tail = max(Double.exp(logDelta) * 1e-9 / (total + 1), 0x1p-1000)
    // The estimates of a release differ in variance by about half an interval squared, and epsilon grows by
    // (tilt + 1) / 2 times the variance.
    var interval = (accuracy / (total * (tilt + 1))).squareRoot()
    var best = (lower: 0.0, upper: Double.infinity)
    for _ in 0..<12 {
      guard let composition = compose(interval: interval, tilt: tilt, tail: tail, total: total)
      else {
        if best.upper < .infinity { return best }
        interval *= 4
        continue
      }
      let answer = ask(composition)
      let other = isUpperOnly ? best.upper : answer.bounds.lower
      let width = abs(answer.bounds.upper - other) / answer.unit
      if !isUpperOnly { best.lower = max(best.lower, answer.bounds.lower) }
      best.upper = min(best.upper, answer.bounds.upper)
      if width <= accuracy || best.upper <= floor { return best }
      interval *= isUpperOnly ? 0.5 : max(0.25, 0.8 * (accuracy / width).squareRoot())
    }
    return best
  }

  /// The composition on one grid; nil if the grid is too large.
  private func compose(
    interval: Double, tilt: Double, tail: Double, total: Double
  ) -> PrivacyLossComposition? {
    var parts: [PrivacyLossComposition.Part] = []
    for (loss, repetitions) in losses {
      let range = loss.range(tail: tail)
      guard (range.high - range.low) / interval < Double(PrivacyLossComposition.maximumCount / 2)
      else { return nil }
      let estimates = PrivacyLossEstimates(
        of: loss, interval: interval, tail: tail,
        tolerance: isUpperOnly ? .infinity : accuracy / (8 * total))
      parts.append(.init(estimates: estimates, repetitions: repetitions))
    }
    return PrivacyLossComposition(parts, interval: interval, tilt: tilt)
  }
}
