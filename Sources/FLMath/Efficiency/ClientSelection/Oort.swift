internal import RealModule

/// Guided selection: clients whose data have much left to teach and whose devices are fast, with a
/// share of clients that have never taken part.
///
/// Lai et al. 2021, "Oort: Efficient Federated Learning via Guided Participant Selection",
/// Algorithm 1. Before each round, R being its number:
///
/// 1. Pacer: if the utility of the last W rounds is below that of the W before, the preferred
///    duration T grows by a step, so that slower clients with more to teach come in.
/// 2. Utility of every client that has taken part: the number of its examples times the root mean
///    square of their losses, clipped to a quantile of all; plus `sqrt(0.1 log R / L)` for a client
///    seen last in round L; times `(T / D)^alpha` if its round took D > T.
/// 3. Exploitation: of the clients above 95 % of the K(1 - epsilon)-th utility, as many drawn by
///    utility. Exploration: the rest from clients that have never taken part, drawn by speed.
///    epsilon shrinks from round to round.
/// 4. A client that was in many rounds is left out from then on, against outliers.
///
/// It depends on what clients report, so it must not count as sampling in privacy accounting.
public struct Oort: ClientSelection, Hashable {
  /// What is known of a client that has taken part.
  private struct Record: Sendable, Hashable {
    var utility: Double
    var duration: Double
    var lastRound: Int
    var participations: Int
  }

  /// The number K of clients to draw.
  public let size: Int

  /// The settings.
  public let settings: Settings

  /// The duration T, in seconds, above which clients lose utility; it grows with the pacer's steps.
  public private(set) var preferredDuration: Double

  /// The share of newcomers in the next round.
  public private(set) var exploration: Double

  /// The number of cohorts drawn so far.
  public private(set) var round = 0

  private let speeds: [UInt32: Double]
  private var records: [UInt32: Record] = [:]
  private var roundUtilities: [Double] = []

  /// Draws `size` clients a round.
  ///
  /// - Parameters:
  ///   - preferredDuration: the duration of a client's round, in seconds, up to which it is not
  ///     penalised; above 0.
  ///   - speeds: how fast a client's device is thought to be before it has taken part, in any unit;
  ///     above 0. Clients without a speed count as 1.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  public init(
    size: Int, preferredDuration: Double, speeds: [UInt32: Double] = [:],
    settings: Settings = Settings()
  ) throws(FLMathError) {
    guard size >= 1 else { throw .selection(.invalidSize(size)) }
    for (client, speed) in speeds {
      guard speed.isFinite, speed > 0 else {
        throw .selection(.invalidWeight(client: client, found: speed))
      }
    }
    try settings.check(preferredDuration: preferredDuration)
    self.size = size
    self.settings = settings
    self.preferredDuration = preferredDuration
    self.speeds = speeds
    exploration = settings.exploration
  }

  /// Draws the clients of the next round.
  ///
  /// - Throws: ``FLMathError/Selection/tooFewCandidates(needed:found:)``; clients that are left out for
  ///   good do not count.
  public mutating func select(
    from candidates: Candidates, losses: [UInt32: Double], seed: UInt64
  ) throws(FLMathError) -> Cohort {
    let limit = settings.maximumParticipations ?? .max
    let eligible = candidates.clients.filter { (records[$0]?.participations ?? 0) < limit }
    guard eligible.count >= size else {
      throw .selection(.tooFewCandidates(needed: size, found: eligible.count))
    }
    round += 1
    relaxIfUtilityFell()
    let known = eligible.filter { records[$0] != nil }
    let newcomers = eligible.filter { records[$0] == nil }
    // If there are too few newcomers, known clients take their places, and the other way round.
    let wanted = Int((exploration * Double(size)).rounded())
    let explored = max(min(wanted, newcomers.count), size - known.count)
    var generator = SimulationGenerator(seed: seed)
    let chosen =
      exploit(known, count: size - explored, using: &generator)
      + generator.sample(explored, of: newcomers, weights: newcomers.map { speeds[$0] ?? 1 })
    exploration = max(settings.minimumExploration, exploration * settings.explorationDecay)
    return Cohort(chosen, seed: seed, scheme: .dataDependent)
  }

  /// By what clients report.
  public var learnsFromReports: Bool { true }

  /// Takes in what the clients of the round that was drawn last have reported. Reports with numbers
  /// below 0, or not finite, are ignored.
  public mutating func observe(_ participations: [Participation]) {
    var total = 0.0
    for participation in participations {
      let utility = Double(participation.examples) * participation.rootMeanSquareLoss
      let duration = participation.duration
      guard utility.isFinite, utility >= 0, duration.isFinite, duration >= 0 else { continue }
      total += utility
      let before = records[participation.client]?.participations ?? 0
      records[participation.client] = Record(
        utility: utility, duration: duration, lastRound: round, participations: before + 1)
    }
    roundUtilities.append(total)
  }

  /// Lets slower clients in if the utility has fallen (Algorithm 1, lines 7 and 8).
  private mutating func relaxIfUtilityFell() {
    let window = settings.pacerWindow
    guard roundUtilities.count >= 2 * window else { return }
    let last = roundUtilities.suffix(window).reduce(0, +)
    let before = roundUtilities.dropLast(window).suffix(window).reduce(0, +)
    if before > last { preferredDuration += settings.pacerStep }
  }

  /// Draws `count` clients by utility among those near the best (Algorithm 1, lines 9 to 15).
  private func exploit(
    _ known: [UInt32], count: Int, using generator: inout some RandomNumberGenerator
  ) -> [UInt32] {
    guard count > 0 else { return [] }
    let bound = clippingBound
    let utilities = known.map { utility(of: $0, clippedTo: bound) }
    let least = settings.cutOff * utilities.sorted(by: >)[min(count, known.count) - 1]
    let admitted = zip(known, utilities).filter { $0.1 >= least }
    return generator.sample(count, of: admitted.map(\.0), weights: admitted.map(\.1))
  }

  /// What a client that has taken part would count in a draw now; 0 for one that has not.
  ///
  /// - Complexity: O(c log c) for c clients that have taken part.
  public func utility(of client: UInt32) -> Double {
    utility(of: client, clippedTo: clippingBound)
  }

  private func utility(of client: UInt32, clippedTo bound: Double) -> Double {
    guard let record = records[client] else { return 0 }
    let staleness = (0.1 * Double.log(Double(max(1, round))) / Double(max(1, record.lastRound)))
      .squareRoot()
    let utility = min(record.utility, bound) + staleness
    guard record.duration > preferredDuration else { return utility }
    return utility * Double.pow(preferredDuration / record.duration, settings.slownessPenalty)
  }

  /// The quantile of the utilities of all clients that have taken part.
  private var clippingBound: Double {
    let sorted = records.values.map(\.utility).sorted()
    guard let largest = sorted.last else { return 0 }
    let index = Int(settings.clippingQuantile * Double(sorted.count))
    return index < sorted.count ? sorted[index] : largest
  }
}

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
  func check(preferredDuration: Double) throws(FLMathError) {
    func require(_ holds: Bool, _ setting: String, _ found: Double) throws(FLMathError) {
      guard holds else { throw .selection(.invalidOort(setting: setting, found: found)) }
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
