/// What a simulated device can do, and when.
public struct DeviceProfile: Sendable, Hashable {
  /// When a device can be selected, and how long it then stays.
  public enum Availability: Sendable, Hashable {
    /// At any time.
    case always
    /// In every period for a while, such as at night on the charger: from `offset`, for
    /// `duration`, again after every `period`; all in seconds, the duration at most the period.
    case periodic(period: Double, duration: Double, offset: Double)
  }

  /// How long one local training step takes, in seconds.
  public let secondsPerStep: Double
  /// How fast the device receives, in bytes a second.
  public let downlink: Double
  /// How fast it sends, in bytes a second.
  public let uplink: Double
  /// When it is there.
  public let availability: Availability
  /// The probability that it vanishes during a round, at any point of it.
  public let dropoutProbability: Double

  /// Describes a device.
  ///
  /// - Throws: ``FLMathError/Simulation/invalidProfile(quantity:found:)`` unless times and rates are finite
  ///   and above 0, the probability is one, and the availability is in its bounds.
  public init(
    secondsPerStep: Double, downlink: Double, uplink: Double,
    availability: Availability = .always, dropoutProbability: Double = 0
  ) throws(FLMathError) {
    func require(_ holds: Bool, _ quantity: String, _ found: Double) throws(FLMathError) {
      guard holds else { throw .simulation(.invalidProfile(quantity: quantity, found: found)) }
    }
    for (quantity, found) in [
      ("a finite time of a step above 0 seconds", secondsPerStep),
      ("a finite downlink above 0 bytes a second", downlink),
      ("a finite uplink above 0 bytes a second", uplink),
    ] {
      try require(found.isFinite && found > 0, quantity, found)
    }
    try require(
      dropoutProbability >= 0 && dropoutProbability <= 1, "a probability from 0 to 1",
      dropoutProbability)
    if case .periodic(let period, let duration, let offset) = availability {
      try require(period.isFinite && period > 0, "a finite period above 0 seconds", period)
      try require(
        duration > 0 && duration <= period, "a duration above 0 and at most the period", duration)
      try require(offset.isFinite, "a finite offset", offset)
    }
    self.secondsPerStep = secondsPerStep
    self.downlink = downlink
    self.uplink = uplink
    self.availability = availability
    self.dropoutProbability = dropoutProbability
  }
}

extension DeviceProfile.Availability {
  /// Whether a device is there at `time`, and until when; `nil` if it is not.
  func end(at time: Double) -> Double? {
    switch self {
    case .always: return .infinity
    case .periodic(let period, let duration, _):
      let start = lastStart(at: time)
      return time < start + duration ? (duration < period ? start + duration : .infinity) : nil
    }
  }

  /// When a device comes that is not there at `time`.
  func nextStart(after time: Double) -> Double {
    switch self {
    case .always: time
    case .periodic(let period, _, _): lastStart(at: time) + period
    }
  }

  /// The start of the period that `time` lies in.
  private func lastStart(at time: Double) -> Double {
    guard case .periodic(let period, _, let offset) = self else { return time }
    return offset + ((time - offset) / period).rounded(.down) * period
  }
}

/// A device with the data that it trains on.
public struct SimulatedDevice<Objective: LocalObjective>: Sendable {
  /// What it can do.
  public let profile: DeviceProfile
  /// The loss over its examples.
  public var objective: Objective

  /// A device.
  public init(profile: DeviceProfile, objective: Objective) {
    self.profile = profile
    self.objective = objective
  }
}

/// The times of a device's round, if the server does not end it.
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
