/// Something that happened in a simulation.
public struct SimulationEvent: Sendable, Hashable {
  /// What it is.
  public enum Kind: Sendable, Hashable {
    /// A client was asked for its loss and has answered.
    case answered(client: UInt32)
    /// A client was selected and begins to receive the model.
    case selected(client: UInt32)
    /// A client vanished before it had reported.
    case droppedOut(client: UInt32)
    /// A client's contribution arrived, after so many local steps.
    case reported(client: UInt32, steps: Int)
    /// The round closed before a client had reported.
    case cutOff(client: UInt32)
    /// The round closed.
    case closed(Closing)
  }

  /// Why a round closed.
  public enum Closing: Sendable, Hashable {
    /// As many reports came as were wanted.
    case goalReached
    /// The deadline passed.
    case deadline
    /// Nobody is left who could report.
    case nobodyLeft
  }

  /// When, in seconds from the start of the simulation.
  public let time: Double

  /// What.
  public let kind: Kind

  /// An event.
  public init(time: Double, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}

/// A round of a simulation as it went, up to what is handed to aggregation.
public struct CollectedRound<Client: FederatedClient>: Sendable {
  /// When the round began, in seconds from the start of the simulation.
  public let start: Double

  /// When it closed.
  public let end: Double

  /// Who was selected, and how.
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
