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
  /// - Throws: ``FLMathError`` if there are no devices, or a parameter has no size.
  public init(
    _ algorithm: Algorithm, devices: [SimulatedDevice<Objective>], selection: Selection,
    policy: RoundPolicy, descent: StochasticGradientDescent, optedOut: Set<UInt32> = [],
    bytesPerNumber: Int = 4, seed: UInt64
  ) throws(FLMathError) {
    guard !devices.isEmpty else { throw .simulation(.noDevices) }
    guard bytesPerNumber >= 1, bytesPerNumber <= 64 else {
      throw .simulation(
        .invalidPolicy(quantity: "from 1 to 64 bytes a number", found: Double(bytesPerNumber)))
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
  /// - Throws: ``FLMathError``.
  public mutating func collect() throws(FLMathError) -> CollectedRound<Algorithm.Client> {
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
  /// - Throws: ``FLMathError`` if the mean is not of this round or cannot be applied; nothing has
  ///   changed then.
  public mutating func apply(
    _ mean: WeightedMean, of round: CollectedRound<Algorithm.Client>
  ) throws(FLMathError) {
    if let stranger = mean.contributors.first(where: { round.successors[$0] == nil }) {
      throw .simulation(.foreignContributor(stranger))
    }
    try algorithm.apply(mean)
    for client in mean.contributors {
      if let successor = round.successors[client] { clients[Int(client)] = successor }
    }
  }

  /// Plays rounds, each averaged in the open, until one has moved the model.
  ///
  /// - Parameter attempts: how many rounds may be given up.
  /// - Returns: the rounds, the last of which has moved the model unless all were given up.
  /// - Throws: ``FLMathError``.
  @discardableResult
  public mutating func advance(
    attempts: Int = 1
  ) throws(FLMathError) -> [CollectedRound<Algorithm.Client>] {
    var rounds: [CollectedRound<Algorithm.Client>] = []
    while rounds.count < attempts {
      let round = try collect()
      rounds.append(round)
      guard !round.isGivenUp else { continue }
      let mean = try WeightedMean.of(round.updates)
      try apply(mean, of: round)
      break
    }
    return rounds
  }
}

extension FederatedSimulation {
  /// A client whose contribution arrived in time.
  struct Report {
    let client: UInt32
    let steps: Int
    let duration: Double
  }

  /// What can happen to a round that is under way.
  private enum Occurrence: Sendable {
    case end(client: UInt32, steps: Int?)
    case deadline
  }

  /// Lets the cohort work until the round closes, and moves the clock there.
  mutating func play(
    _ cohort: Cohort, round: Int, bytesDown: Int, bytesUp: Int, log: inout [SimulationEvent]
  ) -> [Report] {
    let start = time
    let deadline = policy.deadline.map { start + $0 }
    var queue = EventQueue<Occurrence>()
    for client in cohort.clients {
      log.append(.init(time: start, kind: .selected(client: client)))
      var generator = streams.generator(.dropout, round: round, client: client)
      let timeline = DeviceTimeline(
        devices[Int(client)].profile, start: start, fullSteps: fullSteps(of: client),
        bytesDown: bytesDown, bytesUp: bytesUp,
        deadline: policy.stragglers == .partialWork ? deadline : nil, using: &generator)
      queue.schedule(.end(client: client, steps: timeline.steps), at: timeline.end)
    }
    // Clients that end exactly at the deadline come first: they are in time.
    if let deadline { queue.schedule(.deadline, at: deadline) }

    var atWork = Set(cohort.clients)
    var reports: [Report] = []
    var closing = SimulationEvent.Closing.nobodyLeft
    while !atWork.isEmpty, let (now, occurrence) = queue.next() {
      time = now
      switch occurrence {
      case .end(let client, let steps):
        atWork.remove(client)
        if let steps {
          reports.append(Report(client: client, steps: steps, duration: now - start))
          log.append(.init(time: now, kind: .reported(client: client, steps: steps)))
        } else {
          log.append(.init(time: now, kind: .droppedOut(client: client)))
        }
        guard reports.count >= policy.reportGoal else { continue }
        closing = .goalReached
      case .deadline:
        closing = .deadline
      }
      break
    }
    for client in atWork.sorted() {
      log.append(.init(time: time, kind: .cutOff(client: client)))
    }
    log.append(.init(time: time, kind: .closed(closing)))
    return reports
  }

  /// The number of local steps of a client that has time for all.
  private func fullSteps(of client: UInt32) -> Int {
    descent.steps(examples: devices[Int(client)].objective.exampleCount, epochs: descent.epochs)
  }

  /// What a client that has reported sends.
  mutating func train(
    _ report: Report, on broadcast: Broadcast, round: Int
  ) throws(FLMathError) -> LocalRound<Algorithm.Client> {
    let device = Int(report.client)
    var generator = streams.generator(.training, round: round, client: report.client)
    let isPartial = report.steps < fullSteps(of: report.client)
    var training = LocalTraining(
      devices[device].objective, by: descent, work: isPartial ? .steps(report.steps) : nil)
    return try clients[device].train(on: broadcast, with: &training, using: &generator)
  }

  /// What a client that has reported tells the rule of selection.
  mutating func participation(
    _ report: Report, on broadcast: Broadcast
  ) throws(FLMathError) -> Participation {
    let device = Int(report.client)
    return Participation(
      client: report.client, examples: devices[device].objective.exampleCount,
      rootMeanSquareLoss: try devices[device].objective.rootMeanSquareLoss(
        at: broadcast.model.values),
      duration: report.duration)
  }
}

extension FederatedSimulation {
  /// Draws a cohort from the available clients, and waits while there are too few.
  mutating func drawCohort(
    _ broadcast: Broadcast, round: Int, bytesDown: Int, log: inout [SimulationEvent]
  ) throws(FLMathError) -> (cohort: Cohort, asked: Int) {
    let seed = streams.seed(.selection, round: round)
    let start = time
    while true {
      let asked: [UInt32]
      do {
        asked = try selection.clientsToAsk(among: present(), seed: seed)
      } catch {
        try wait(after: error, since: start)
        continue
      }
      let candidates = try present()
      let losses = try losses(of: asked, on: broadcast, bytesDown: bytesDown, log: &log)
      do {
        return (
          try selection.select(from: candidates, losses: losses, seed: seed), asked.count
        )
      } catch {
        try wait(after: error, since: start)
      }
    }
  }

  /// The available clients that have not opted out.
  private func present() throws(FLMathError) -> Candidates {
    let there = devices.indices.filter { devices[$0].profile.availability.end(at: time) != nil }
    return try Candidates(there.map { UInt32($0) }, optedOut: optedOut)
  }

  /// Asks clients for their loss. It takes as long as the slowest needs to receive the model and to
  /// go through its examples; the answer is one number.
  private mutating func losses(
    of asked: [UInt32], on broadcast: Broadcast, bytesDown: Int, log: inout [SimulationEvent]
  ) throws(FLMathError) -> [UInt32: Double] {
    var losses: [UInt32: Double] = [:]
    var answers: [SimulationEvent] = []
    for client in asked {
      let device = Int(client)
      losses[client] = try devices[device].objective.loss(at: broadcast.model.values)
      let profile = devices[device].profile
      let duration =
        Double(bytesDown) / profile.downlink
        + Double(descent.steps(examples: devices[device].objective.exampleCount, epochs: 1))
        * profile.secondsPerStep
      answers.append(.init(time: time + duration, kind: .answered(client: client)))
    }
    answers.sort { $0.time < $1.time }
    log += answers
    time = answers.last?.time ?? time
    return losses
  }

  /// Lets time pass until the next device comes.
  ///
  /// - Throws: ``FLMathError`` if there is no use in waiting.
  private mutating func wait(
    after error: FLMathError, since start: Double
  ) throws(FLMathError) {
    guard case .selection(.tooFewCandidates(let needed, let found)) = error else { throw error }
    var next = Double.infinity
    var longestPeriod = 0.0
    for device in devices {
      let availability = device.profile.availability
      if case .periodic(let period, _, _) = availability {
        longestPeriod = max(longestPeriod, period)
      }
      guard availability.end(at: time) == nil else { continue }
      next = min(next, availability.nextStart(after: time))
    }
    // Many periods show every way in which they overlap, or as good as every.
    guard next < .infinity, next > time, next - start <= 1_000 * longestPeriod else {
      throw .simulation(.nobodyComes(needed: needed, found: found))
    }
    time = next
  }
}
