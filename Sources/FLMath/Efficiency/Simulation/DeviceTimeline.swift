/// How a device's round goes if nobody cuts it off.
struct DeviceTimeline: Sendable, Hashable {
  /// When the device is done or gone.
  let end: Double

  /// The number of local steps, or `nil` if the device vanishes.
  let steps: Int?

  /// Plans a round that begins at `start`.
  ///
  /// - Parameters:
  ///   - fullSteps: the number of steps if there is time for all.
  ///   - deadline: the time to be done by with partial work, `nil` if all the work is done anyway.
  ///   - generator: the source of the dropout.
  init(
    _ profile: DeviceProfile, start: Double, fullSteps: Int, bytesDown: Int, bytesUp: Int,
    deadline: Double?, using generator: inout some RandomNumberGenerator
  ) {
    let transfer = Double(bytesDown) / profile.downlink + Double(bytesUp) / profile.uplink
    var steps = fullSteps
    var latest = Double.infinity
    if let deadline {
      let possible = (deadline - start - transfer) / profile.secondsPerStep
      if possible < Double(steps) { steps = Int(max(1, possible)) }
      // What fits must not miss the deadline by rounding.
      if possible >= 1 { latest = deadline }
    }
    let finish = min(latest, start + transfer + Double(steps) * profile.secondsPerStep)
    // Both numbers are drawn always, so that probabilities can change without moving the times.
    let (chance, point) = (generator.uniformUnit(), generator.uniformUnit())
    let vanishing =
      chance < profile.dropoutProbability ? start + point * (finish - start) : .infinity
    let leaving = profile.availability.end(at: start) ?? start
    if min(vanishing, leaving) < finish {
      (end, self.steps) = (min(vanishing, leaving), nil)
    } else {
      (end, self.steps) = (finish, steps)
    }
  }
}

extension StochasticGradientDescent {
  /// The number of steps that so many passes over so many examples take.
  func steps(examples: Int, epochs: Int) -> Int {
    let batches = examples / batchSize + (examples % batchSize == 0 ? 0 : 1)
    let (steps, overflow) = epochs.multipliedReportingOverflow(by: batches)
    return overflow ? .max : steps
  }
}
