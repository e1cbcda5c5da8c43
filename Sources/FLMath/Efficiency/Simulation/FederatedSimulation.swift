/// A population of devices that trains a model round by round, on a virtual clock: how long training
/// takes follows from the devices' profiles and the round's policy, and what it comes to from the
/// devices' data.
///
/// A discrete-event simulation. It does no aggregation itself, so that the sum can be a secure one:
///
/// ```swift
/// let round = try simulation.collect()
/// if !round.isGivenUp {
///   try simulation.apply(WeightedMean.of(round.updates), of: round)
/// }
/// ```
///
/// Everything follows from the arguments and the seed. Clients are numbered from 0, as the devices.
public struct FederatedSimulation<
  Algorithm: FederatedAlgorithm, Objective: LocalObjective, Selection: ClientSelection
>: Sendable {
  /// The server.
  public private(set) var algorithm: Algorithm
  /// The rule of selection.
  public internal(set) var selection: Selection
  /// The virtual time, in seconds.
  public internal(set) var time = 0.0
  /// The bytes sent so far, up and down.
  public private(set) var bytes = 0
  /// The clients, in the order of the devices.
  public private(set) var clients: [Algorithm.Client]
  /// The clients that must not be selected.
  public var optedOut: Set<UInt32>

  var devices: [SimulatedDevice<Objective>]
  let descent: StochasticGradientDescent
  let policy: RoundPolicy
  let streams: SimulationStreams
  private let bytesPerNumber: Int
  private var roundsCollected = 0

  /// Sets up a population.
  ///
  /// - Parameters:
  ///   - descent: how every client trains.
  ///   - bytesPerNumber: the size of a parameter on the wire.
  ///   - seed: the seed of all draws.
  /// - Throws: ``SimulationError`` if there are no devices, or a parameter has no size.
  public init(
    _ algorithm: Algorithm, devices: [SimulatedDevice<Objective>], selection: Selection,
    policy: RoundPolicy, descent: StochasticGradientDescent, optedOut: Set<UInt32> = [],
    bytesPerNumber: Int = 4, seed: UInt64
  ) throws(SimulationError) {
    guard !devices.isEmpty else { throw .noDevices }
    guard bytesPerNumber >= 1, bytesPerNumber <= 64 else {
      throw .invalidPolicy(quantity: "from 1 to 64 bytes a number", found: Double(bytesPerNumber))
    }
    self.algorithm = algorithm
    self.devices = devices
    self.selection = selection
    self.policy = policy
    self.descent = descent
    self.optedOut = optedOut
    self.bytesPerNumber = bytesPerNumber
    streams = SimulationStreams(seed: seed)
    clients = devices.map { _ in algorithm.makeClient() }
  }

  /// Plays a round up to its closing, and trains the clients that have reported by then.
  ///
  /// Where too few devices are there, the clock goes on until more come.
  ///
  /// - Throws: ``SimulationError``.
  public mutating func collect() throws(SimulationError) -> CollectedRound<Algorithm.Client> {
    let index = roundsCollected
    roundsCollected += 1
    var log: [SimulationEvent] = []
    let start = time
    let broadcast = algorithm.broadcast
    let down = broadcast.count * bytesPerNumber
    let up = algorithm.contribution.count * bytesPerNumber
    let (cohort, asked) = try drawCohort(broadcast, round: index, bytesDown: down, log: &log)
    let reports = play(cohort, round: index, bytesDown: down, bytesUp: up, log: &log)
    let isGivenUp = reports.count < policy.minimumReports
    var updates: [(contributor: UInt32, update: ClientUpdate)] = []
    var successors: [UInt32: Algorithm.Client] = [:]
    for report in isGivenUp ? [] : reports.sorted(by: { $0.client < $1.client }) {
      let round = try train(report, on: broadcast, round: index)
      updates.append((report.client, round.update))
      successors[report.client] = round.client
    }
    if selection.learnsFromReports {
      var participations: [Participation] = []
      for report in reports { participations.append(try participation(report, on: broadcast)) }
      selection.observe(participations)
    }
    let bytesDown = (cohort.clients.count + asked) * down
    let bytesUp = reports.count * up
    bytes += bytesDown + bytesUp
    return CollectedRound(
      start: start, end: time, cohort: cohort, events: log, isGivenUp: isGivenUp,
      updates: updates, bytesDown: bytesDown, bytesUp: bytesUp, successors: successors)
  }

  /// Folds the mean of a round into the model. Only the clients that are in the mean remember the
  /// round.
  ///
  /// - Throws: ``SimulationError`` if the mean is not of this round or cannot be applied; nothing has
  ///   changed then.
  public mutating func apply(
    _ mean: WeightedMean, of round: CollectedRound<Algorithm.Client>
  ) throws(SimulationError) {
    if let stranger = mean.contributors.first(where: { round.successors[$0] == nil }) {
      throw .foreignContributor(stranger)
    }
    do {
      try algorithm.apply(mean)
    } catch {
      throw .algorithm(error)
    }
    for client in mean.contributors {
      if let successor = round.successors[client] { clients[Int(client)] = successor }
    }
  }

  /// Plays rounds, each averaged in the open, until one has moved the model.
  ///
  /// - Parameter attempts: how many rounds may be given up.
  /// - Returns: the rounds, the last of which has moved the model unless all were given up.
  /// - Throws: ``SimulationError``.
  @discardableResult
  public mutating func advance(
    attempts: Int = 1
  ) throws(SimulationError) -> [CollectedRound<Algorithm.Client>] {
    var rounds: [CollectedRound<Algorithm.Client>] = []
    while rounds.count < attempts {
      let round = try collect()
      rounds.append(round)
      guard !round.isGivenUp else { continue }
      let mean: WeightedMean
      do {
        mean = try WeightedMean.of(round.updates)
      } catch {
        throw .mean(error)
      }
      try apply(mean, of: round)
      break
    }
    return rounds
  }
}
