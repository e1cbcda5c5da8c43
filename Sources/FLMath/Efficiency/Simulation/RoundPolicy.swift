/// When a round ends, and what becomes of slow devices.
///
/// To over-select, draw more clients than ``reportGoal`` (Bonawitz et al. 2019, "Towards Federated
/// Learning at Scale", draw 130 %): the round closes with the first that have reported.
public struct RoundPolicy: Sendable, Hashable {
  /// What devices do that would miss the deadline.
  public enum Stragglers: Sendable, Hashable {
    /// All their work, in vain.
    case tooLate
    /// As many steps as fit before the deadline, if it is one at least (FedProx's partial work).
    case partialWork
  }

  /// The number of reports that closes the round.
  public let reportGoal: Int

  /// The number of reports below which the round is given up.
  public let minimumReports: Int

  /// How long a round may take, in seconds; `nil` for as long as anybody is still at work.
  public let deadline: Double?

  /// What becomes of slow devices.
  public let stragglers: Stragglers

  /// Sets the rules.
  ///
  /// - Throws: ``FLMathError/Simulation/invalidPolicy(quantity:found:)`` unless
  ///   `1 <= minimumReports <= reportGoal` and the deadline is finite and above 0.
  public init(
    reportGoal: Int, minimumReports: Int = 1, deadline: Double? = nil,
    stragglers: Stragglers = .tooLate
  ) throws(FLMathError) {
    guard minimumReports >= 1, minimumReports <= reportGoal else {
      throw .simulation(
        .invalidPolicy(
          quantity: "a minimum of reports from 1 to the goal of \(reportGoal)",
          found: Double(minimumReports)))
    }
    if let deadline, !(deadline.isFinite && deadline > 0) {
      throw .simulation(
        .invalidPolicy(quantity: "a finite deadline above 0 seconds", found: deadline))
    }
    self.reportGoal = reportGoal
    self.minimumReports = minimumReports
    self.deadline = deadline
    self.stragglers = stragglers
  }
}

/// A simulated round, up to the updates for aggregation.
public struct CollectedRound<Client: FederatedClient>: Sendable {
  /// When the round began, in seconds from the start of the simulation.
  public let start: Double

  /// When it closed.
  public let end: Double

  /// The selected clients, and how they were drawn.
  public let cohort: Cohort

  /// What happened, in the order of time.
  public let events: [SimulationEvent]

  /// Whether fewer clients have reported than the policy wants. There are no updates then.
  public let isGivenUp: Bool

  /// What the clients that have reported send, in ascending order of clients: to be averaged in the
  /// open or by a secure sum.
  public let updates: [(contributor: UInt32, update: ClientUpdate)]

  /// The bytes that went down to clients, in this round.
  public let bytesDown: Int

  /// The bytes of contributions that arrived, in this round.
  public let bytesUp: Int

  /// The clients as they will be once their contributions are taken in.
  let successors: [UInt32: Client]
}

/// How good a model is over time.
public struct LearningCurve: Sendable, Hashable {
  /// One measurement.
  public struct Point: Sendable, Hashable {
    /// When, in seconds from the start of the simulation.
    public let time: Double
    /// The number of rounds that went into the model.
    public let round: Int
    /// The bytes sent so far, up and down.
    public let bytes: Int
    /// How good the model is, such as its accuracy on test data.
    public let quality: Double
  }

  /// The measurements in the order in which they were made.
  public private(set) var points: [Point] = []

  /// A curve without points.
  public init() {}

  /// Adds a measurement.
  public mutating func append(time: Double, round: Int, bytes: Int, quality: Double) {
    points.append(Point(time: time, round: round, bytes: bytes, quality: quality))
  }

  /// The first measurement that is at least as good as `quality`; `nil` if none is. Its time is the
  /// time to accuracy.
  public func firstReaching(_ quality: Double) -> Point? {
    points.first { $0.quality >= quality }
  }
}

extension FLMathError {
  /// Why a simulation cannot be set up or go on.
  public enum Simulation: Hashable, Sendable, CustomStringConvertible {
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
      }
    }
  }
}
