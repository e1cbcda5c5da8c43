extension FederatedSimulation {
  /// Draws a cohort from those who are there, and waits while they are too few.
  mutating func drawCohort(
    _ broadcast: Broadcast, round: Int, bytesDown: Int, log: inout [SimulationEvent]
  ) throws(SimulationError) -> (cohort: Cohort, asked: Int) {
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
      let candidates: Candidates
      do {
        candidates = try present()
      } catch {
        throw .selection(error)
      }
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

  /// Those who are there and have not opted out.
  private func present() throws(SelectionError) -> Candidates {
    let there = devices.indices.filter { devices[$0].profile.availability.end(at: time) != nil }
    return try Candidates(there.map { UInt32($0) }, optedOut: optedOut)
  }

  /// Asks clients for their loss. It takes as long as the slowest needs to receive the model and to
  /// go through its examples; the answer is one number.
  private mutating func losses(
    of asked: [UInt32], on broadcast: Broadcast, bytesDown: Int, log: inout [SimulationEvent]
  ) throws(SimulationError) -> [UInt32: Double] {
    var losses: [UInt32: Double] = [:]
    var answers: [SimulationEvent] = []
    for client in asked {
      let device = Int(client)
      do {
        losses[client] = try devices[device].objective.loss(at: broadcast.model.values)
      } catch {
        throw .algorithm(.training(error))
      }
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
  /// - Throws: ``SimulationError`` if there is no use in waiting.
  private mutating func wait(
    after error: SelectionError, since start: Double
  ) throws(SimulationError) {
    guard case .tooFewCandidates(let needed, let found) = error else { throw .selection(error) }
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
      throw .nobodyComes(needed: needed, found: found)
    }
    time = next
  }
}
