/// A population of devices that trains a model asynchronously, on a virtual clock: always as many
/// devices as allowed are at work, each on the model that was current when it began, and whenever a
/// buffer of updates is full the model moves (``FedBuff``).
///
/// It is played like a ``FederatedSimulation``, a "round" being the filling of one buffer. The updates
/// come discounted by their age, so that all that is left to do is a mean, in the open or secure:
///
/// ```swift
/// let buffer = try simulation.collect()
/// try simulation.apply(WeightedMean.of(buffer.updates), of: buffer)
/// ```
public struct BufferedSimulation<Objective: LocalObjective>: Sendable {
  /// The server.
  public private(set) var algorithm: FedBuff
  /// The virtual time, in seconds.
  public private(set) var time = 0.0
  /// The bytes sent so far, up and down.
  public private(set) var bytes = 0
  /// The clients that must not be selected.
  public var optedOut: Set<UInt32>

  /// What can happen.
  private enum Occurrence: Sendable {
    case end(client: UInt32, steps: Int?, dispatch: Int)
    case somebodyComes
  }

  private let devices: [SimulatedDevice<Objective>]
  private let concurrency: Int
  private let descent: StochasticGradientDescent
  private let bytesPerNumber: Int
  private let streams: SimulationStreams
  private var queue = EventQueue<Occurrence>()
  private var atWork: [UInt32: Broadcast] = [:]
  private var dispatches = 0

  /// Sets up a population.
  ///
  /// - Parameters:
  ///   - concurrency: the number of devices at work at a time, at least 1.
  ///   - descent: how every client trains.
  ///   - bytesPerNumber: the size of a parameter on the wire.
  ///   - seed: the seed of all draws.
  /// - Throws: ``FLMathError`` if there are no devices or a number is out of its range.
  public init(
    _ algorithm: FedBuff, devices: [SimulatedDevice<Objective>], concurrency: Int,
    descent: StochasticGradientDescent, optedOut: Set<UInt32> = [], bytesPerNumber: Int = 4,
    seed: UInt64
  ) throws(FLMathError) {
    guard !devices.isEmpty else { throw .simulation(.noDevices) }
    guard concurrency >= 1 else {
      throw .simulation(
        .invalidPolicy(quantity: "at least 1 device at work", found: Double(concurrency)))
    }
    guard bytesPerNumber >= 1, bytesPerNumber <= 64 else {
      throw .simulation(
        .invalidPolicy(quantity: "from 1 to 64 bytes a number", found: Double(bytesPerNumber)))
    }
    self.algorithm = algorithm
    self.devices = devices
    self.concurrency = concurrency
    self.descent = descent
    self.optedOut = optedOut
    self.bytesPerNumber = bytesPerNumber
    streams = SimulationStreams(seed: seed)
  }

  /// Lets devices work until a buffer is full.
  ///
  /// - Throws: ``FLMathError/Simulation/nobodyComes(needed:found:)`` if it never will be, or what training
  ///   throws.
  public mutating func collect() throws(FLMathError) -> CollectedRound<AveragingClient> {
    let start = time
    let dispatched = dispatches
    var log: [SimulationEvent] = []
    var buffer: [UInt32: ClientUpdate] = [:]
    // Devices may be such that all of them always vanish.
    let patience = 1_000 * (algorithm.bufferSize + devices.count)
    while buffer.count < algorithm.bufferSize {
      try dispatch(except: buffer, log: &log)
      guard dispatches - dispatched <= patience, let (now, occurrence) = queue.next() else {
        throw .simulation(.nobodyComes(needed: algorithm.bufferSize, found: buffer.count))
      }
      time = max(time, now)
      guard case .end(let client, let steps, let dispatch) = occurrence,
        let broadcast = atWork.removeValue(forKey: client)
      else { continue }
      guard let steps else {
        log.append(.init(time: time, kind: .droppedOut(client: client)))
        continue
      }
      log.append(.init(time: time, kind: .reported(client: client, steps: steps)))
      buffer[client] = try train(client, on: broadcast, dispatch: dispatch)
    }
    log.append(.init(time: time, kind: .closed(.goalReached)))
    let down = (dispatches - dispatched) * algorithm.broadcast.count * bytesPerNumber
    let up = buffer.count * algorithm.contribution.count * bytesPerNumber
    bytes += down + up
    let updates = buffer.sorted { $0.key < $1.key }
    return CollectedRound(
      start: start, end: time,
      // Fast devices come more often, so nothing can be claimed for the draw.
      cohort: Cohort(buffer.keys, seed: streams.seed, scheme: .dataDependent),
      events: log, isGivenUp: false,
      updates: updates.map { (contributor: $0.key, update: $0.value) },
      bytesDown: down, bytesUp: up,
      successors: buffer.mapValues { _ in algorithm.makeClient() })
  }

  /// Folds the mean of a buffer into the model.
  ///
  /// - Throws: ``FLMathError`` if the mean is not of this buffer or cannot be applied.
  public mutating func apply(
    _ mean: WeightedMean, of buffer: CollectedRound<AveragingClient>
  ) throws(FLMathError) {
    if let stranger = mean.contributors.first(where: { buffer.successors[$0] == nil }) {
      throw .simulation(.foreignContributor(stranger))
    }
    try algorithm.apply(mean)
  }

  /// Sends the model to devices until as many as allowed are at work. A client in the buffer
  /// has to wait, since it can be in a sum only once.
  private mutating func dispatch(
    except buffer: [UInt32: ClientUpdate], log: inout [SimulationEvent]
  ) throws(FLMathError) {
    let broadcast = algorithm.broadcast
    while atWork.count < concurrency {
      let idle = devices.indices.map { UInt32($0) }.filter {
        atWork[$0] == nil && buffer[$0] == nil && !optedOut.contains($0)
      }
      let there = idle.filter { devices[Int($0)].profile.availability.end(at: time) != nil }
      var generator = streams.generator(.selection, round: dispatches)
      guard let client = generator.sample(1, of: there).first else {
        let next = idle.map { devices[Int($0)].profile.availability.nextStart(after: time) }.min()
        if let next, next > time { queue.schedule(.somebodyComes, at: next) }
        return
      }
      let device = devices[Int(client)]
      var dropout = streams.generator(.dropout, round: dispatches, client: client)
      let timeline = DeviceTimeline(
        device.profile, start: time,
        fullSteps: descent.steps(
          examples: device.objective.exampleCount, epochs: descent.epochs),
        bytesDown: broadcast.count * bytesPerNumber,
        bytesUp: algorithm.contribution.count * bytesPerNumber, deadline: nil, using: &dropout)
      queue.schedule(
        .end(client: client, steps: timeline.steps, dispatch: dispatches), at: timeline.end)
      log.append(.init(time: time, kind: .selected(client: client)))
      atWork[client] = broadcast
      dispatches += 1
    }
  }

  /// What a client sends that is done now.
  private func train(
    _ client: UInt32, on broadcast: Broadcast, dispatch: Int
  ) throws(FLMathError) -> ClientUpdate {
    var generator = streams.generator(.training, round: dispatch, client: client)
    var training = LocalTraining(devices[Int(client)].objective, by: descent)
    let round = try algorithm.makeClient().train(
      on: broadcast, with: &training, using: &generator)
    return try algorithm.discounted(round.update, trainedOn: broadcast.round)
  }
}
