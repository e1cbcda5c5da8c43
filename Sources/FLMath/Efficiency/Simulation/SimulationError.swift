/// Why a simulation cannot be set up or go on.
public enum SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A device has an impossible profile.
  case invalidProfile(quantity: String, found: Double)
  /// A round's policy is impossible.
  case invalidPolicy(quantity: String, found: Double)
  /// There are no devices.
  case noDevices
  /// Too few devices are there to select from, and no more will come.
  case nobodyComes(needed: Int, found: Int)
  /// A mean names a client that has not reported in the round.
  case foreignContributor(UInt32)
  /// No cohort can be drawn.
  case selection(SelectionError)
  /// A client's training or the server's step failed.
  case algorithm(AlgorithmError)
  /// The reports have no mean.
  case mean(WeightedMeanError)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidProfile(let quantity, let found):
      "Expected \(quantity), got \(found); correct the device's profile."
    case .invalidPolicy(let quantity, let found):
      "Expected \(quantity), got \(found); correct the round's policy."
    case .noDevices:
      "Expected at least one device, got none; simulate a population."
    case .nobodyComes(let needed, let found):
      "Expected at least \(needed) devices at some time, got \(found) at most; "
        + "select fewer or simulate more."
    case .foreignContributor(let client):
      "Expected contributors of this round only, got client \(client); sum up its reports."
    case .selection(let error):
      error.description
    case .algorithm(let error):
      error.description
    case .mean(let error):
      error.description
    }
  }
}
