package import SecAgg

/// One session from the first advertisement to the sum, with clients that drop out.
package struct SessionRun {
  /// What one round of the session cost.
  package struct Phase: Sendable {
    package let round: ProtocolRound
    package var clientMilliseconds: [ClientID: Double] = [:]
    /// The wall-clock time of the client that has a process of its own; 0 when none has.
    package var clientWallMilliseconds = 0.0
    package var bytesUp: [ClientID: Int] = [:]
    package var bytesDown: [ClientID: Int] = [:]
    /// What the clients' messages cost the server.
    package var serverMessages = RoleCost()
    /// What closing the round cost it; after the last round, taking the masks off.
    package var serverClosing = RoleCost()
    /// The largest memory of a client that has a process of its own; 0 when none has.
    package var clientPeakBytes = 0
    /// That client.
    package var apart: ClientID?

    /// What the whole round cost the server.
    package var server: RoleCost { serverMessages + serverClosing }
  }

  /// The outcome of the session.
  package struct Report: Sendable {
    package var phases: [Phase] = []
    /// The sums, or nil if too many clients had dropped out.
    package var sums: UnmaskedSums?
    /// Why there is no sum.
    package var refusal: String?
    /// The clients that did not drop out.
    package var stayed: [ClientID] = []
    /// The masked input of the client that the caller wanted to see.
    package var observedInput: [UInt8]?
  }

  let parameters: SessionParameters
  let leaving: [ClientID: LeavingPoint]
  /// The client whose masked input the report keeps, if it gets that far.
  var observed: ClientID?
  /// Makes a client; it draws its keys then.
  let makeClient: @Sendable (ClientID) throws -> any ClientEndpoint
  /// The number of clients that work at the same time. The server receives their messages before the next clients
  /// begin, so memory holds no more vectors than that.
  package var clientsAtOnce = 16
  /// Called with the number of clients that have done their part of the present round.
  package var progress: (ProtocolRound, Int, Int) -> Void = { _, _, _ in }

  /// A session whose clients are in this process and expect this application context.
  package init(
    parameters: SessionParameters, expecting context: Digest, identities: SimulatedIdentities,
    leaving: [ClientID: LeavingPoint], observed: ClientID? = nil
  ) {
    self.init(parameters: parameters, leaving: leaving, observed: observed) { id in
      try SessionClient(
        id: id, parameters: parameters, expecting: context, identities: identities)
    }
  }

  /// A session whose clients are made by `makeClient`.
  package init(
    parameters: SessionParameters, leaving: [ClientID: LeavingPoint], observed: ClientID? = nil,
    makeClient: @escaping @Sendable (ClientID) throws -> any ClientEndpoint
  ) {
    self.parameters = parameters
    self.leaving = leaving
    self.observed = observed
    self.makeClient = makeClient
  }

  /// What one client did in one round.
  private struct Answer: Sendable {
    let client: ClientID
    let step: Result<ClientStep, any Error>
    let bytesDown: Int
  }

  /// Runs the session against `server`.
  ///
  /// - Parameter input: a client's vector, asked for once, when it is to be masked.
  /// - Throws: errors of clients and of the channel. If too many clients drop out, the report has no sums.
  package func run(
    with server: inout some ServerEndpoint,
    input: @escaping @Sendable (ClientID) throws -> PackedVector
  ) async throws -> Report {
    var report = Report()
    var clients: [ClientID: any ClientEndpoint] = [:]
    var present = ClientID.all(cohortSize: parameters.cohortSize)
    for round in ProtocolRound.rounds(in: parameters.threatModel) {
      present.removeAll { leaving[$0]?.isGone(in: round) ?? false }
      var phase = Phase(round: round)
      for start in stride(from: 0, to: present.count, by: clientsAtOnce) {
        let batch = Array(present[start..<min(start + clientsAtOnce, present.count)])
        let answers: [Answer]
        if round == .advertiseKeys {
          let made = await makeClients(batch)
          for (client, _) in made { if let client { clients[client.id] = client } }
          answers = made.map(\.1)
        } else {
          var work: [(any ClientEndpoint, [UInt8])] = []
          for id in batch {
            if let client = clients[id] { work.append((client, try server.message(for: id))) }
          }
          answers = await answer(work, input: input)
        }
        for answer in answers {
          let step = try answer.step.get()
          if round == .maskedInput, answer.client == observed { report.observedInput = step.bytes }
          try server.receive(step.bytes, from: answer.client)
          phase.clientMilliseconds[answer.client] = step.cost.milliseconds
          if step.cost.peakBytes > phase.clientPeakBytes {
            phase.clientPeakBytes = step.cost.peakBytes
            phase.clientWallMilliseconds = step.cost.wallMilliseconds
            phase.apart = answer.client
          }
          phase.bytesUp[answer.client] = step.bytes.count
          phase.bytesDown[answer.client] = answer.bytesDown
        }
        progress(round, start + batch.count, present.count)
      }
      phase.serverMessages = try server.takeCost()
      do {
        if round == .unmasking {
          report.sums = try server.unmask()
        } else {
          // A client without enough neighbours takes no further part.
          let recipients = Set(try server.closeRound())
          present.removeAll { !recipients.contains($0) }
        }
      } catch let refusal as ServerRefusal {
        report.refusal = refusal.description
      }
      phase.serverClosing = try server.takeCost()
      report.phases.append(phase)
      if report.refusal != nil { break }
    }
    report.stayed = present
    return report
  }

  private func makeClients(_ batch: [ClientID]) async -> [((any ClientEndpoint)?, Answer)] {
    let makeClient = makeClient
    return await concurrentMap(batch) { id in
      var clock = RoleClock(.thread)
      do {
        let (client, bytes) = try clock.measure {
          let client = try makeClient(id)
          return (client, client.advertisement)
        }
        let step = ClientStep(bytes: bytes, cost: clock.cost)
        return (client, Answer(client: id, step: .success(step), bytesDown: 0))
      } catch {
        return (nil, Answer(client: id, step: .failure(error), bytesDown: 0))
      }
    }
  }

  private func answer(
    _ work: [(any ClientEndpoint, [UInt8])],
    input: @escaping @Sendable (ClientID) throws -> PackedVector
  ) async -> [Answer] {
    let answer: @Sendable (any ClientEndpoint, [UInt8]) -> Answer = { client, message in
      let step = Result { try client.answer(message) { try input(client.id) } }
      return Answer(client: client.id, step: step, bytesDown: message.count)
    }
    let alone = work.filter { $0.0.answersAlone }.map { answer($0.0, $0.1) }
    let together = work.filter { !$0.0.answersAlone }
    return alone + (await concurrentMap(together) { answer($0.0, $0.1) })
  }
}

/// Applies `transform` to all of `items` on all cores and keeps their order.
package func concurrentMap<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ transform: @escaping @Sendable (Item) -> Result
) async -> [Result] {
  await withTaskGroup(of: (Int, Result).self) { group in
    for (index, item) in items.enumerated() {
      group.addTask { (index, transform(item)) }
    }
    var results = [Result?](repeating: nil, count: items.count)
    for await (index, result) in group { results[index] = result }
    return results.compactMap { $0 }
  }
}
