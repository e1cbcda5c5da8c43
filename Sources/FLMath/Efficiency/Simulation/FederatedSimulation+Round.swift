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
    // After those who end just then: they are in time.
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
  ) throws(SimulationError) -> LocalRound<Algorithm.Client> {
    let device = Int(report.client)
    var generator = streams.generator(.training, round: round, client: report.client)
    let isPartial = report.steps < fullSteps(of: report.client)
    var training = LocalTraining(
      devices[device].objective, by: descent, work: isPartial ? .steps(report.steps) : nil)
    do {
      return try clients[device].train(on: broadcast, with: &training, using: &generator)
    } catch {
      throw .algorithm(error)
    }
  }

  /// What a client that has reported tells the rule of selection.
  mutating func participation(
    _ report: Report, on broadcast: Broadcast
  ) throws(SimulationError) -> Participation {
    let device = Int(report.client)
    do {
      return Participation(
        client: report.client, examples: devices[device].objective.exampleCount,
        rootMeanSquareLoss: try devices[device].objective.rootMeanSquareLoss(
          at: broadcast.model.values),
        duration: report.duration)
    } catch {
      throw .algorithm(.training(error))
    }
  }
}
