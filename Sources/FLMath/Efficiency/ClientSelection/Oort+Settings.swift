extension Oort {
  /// The settings. Exploration, window, penalty and cut-off are those of the paper's experiments.
  public struct Settings: Sendable, Hashable {
    /// The share epsilon of newcomers in the first round, from 0 to 1.
    public var exploration = 0.9
    /// What it is multiplied by after every round, from 0 to 1.
    public var explorationDecay = 0.98
    /// What it does not fall below, from 0 to 1.
    public var minimumExploration = 0.2
    /// The rounds W over which the pacer compares utilities, at least 1.
    public var pacerWindow = 20
    /// By how much the pacer lets the preferred duration grow, in seconds, at least 0.
    public var pacerStep = 10.0
    /// The exponent alpha by which slow clients lose utility, at least 0.
    public var slownessPenalty = 2.0
    /// The share c of the cut-off utility that admits a client, above 0 and at most 1.
    public var cutOff = 0.95
    /// The quantile of utilities that larger ones are clipped to, above 0 and at most 1.
    public var clippingQuantile = 0.95
    /// The number of rounds after which a client is left out; `nil` for never.
    public var maximumParticipations: Int? = nil

    /// The usual settings.
    public init() {}
  }
}

extension Oort.Settings {
  /// Refuses settings out of their ranges.
  func check(preferredDuration: Double) throws(SelectionError) {
    func require(_ holds: Bool, _ setting: String, _ found: Double) throws(SelectionError) {
      guard holds else { throw .invalidOort(setting: setting, found: found) }
    }
    let unit = 0.0...1
    try require(unit.contains(exploration), "an exploration from 0 to 1", exploration)
    try require(
      unit.contains(explorationDecay), "an exploration decay from 0 to 1", explorationDecay)
    try require(
      unit.contains(minimumExploration), "a least exploration from 0 to 1", minimumExploration)
    try require(pacerWindow >= 1, "a pacer window of at least 1 round", Double(pacerWindow))
    try require(
      pacerStep.isFinite && pacerStep >= 0, "a pacer step of at least 0 seconds", pacerStep)
    try require(
      slownessPenalty.isFinite && slownessPenalty >= 0, "a slowness penalty of at least 0",
      slownessPenalty)
    try require(
      unit.contains(cutOff) && cutOff > 0, "a cut-off above 0 and at most 1", cutOff)
    try require(
      unit.contains(clippingQuantile) && clippingQuantile > 0,
      "a clipping quantile above 0 and at most 1", clippingQuantile)
    try require(
      (maximumParticipations ?? 1) >= 1, "a maximum of at least 1 participation",
      Double(maximumParticipations ?? 1))
    try require(
      preferredDuration.isFinite && preferredDuration > 0,
      "a preferred duration above 0 seconds", preferredDuration)
  }
}
