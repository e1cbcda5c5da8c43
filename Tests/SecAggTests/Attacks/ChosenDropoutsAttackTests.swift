import FLMath
import Testing

@testable import SecAgg

/// A server that chooses who "drops out" after it has seen the graph. It is a limit: statistical security, which
/// degree, threshold and minimum of contributors have to give.
@Suite("Attack: chosen dropouts")
struct ChosenDropoutsAttackTests {
  private func parameters(
    cohortSize: Int, degree: Int, threshold: Int
  ) throws -> SessionParameters {
    try testParameters(
      threatModel: .malicious, cohortSize: cohortSize, degree: degree, threshold: threshold,
      minimumContributors: cohortSize * 9 / 10)
  }

  /// The honest clients in two arcs of k/2 places are late: their mask keys are recovered. So no unknown mask
  /// joins the clients between to the others, and the corrupt clients in the arcs make up for the shares of
  /// their self masks that the late ones do not reveal.
  @Test(
    "two arcs with t - k/2 corrupt clients each: the sum of the clients between them is read",
    arguments: [(500, 66, 44), (1_000, 78, 52)])
  func twoArcs(cohortSize: Int, degree: Int, threshold: Int) throws {
    let (reach, corruptInArc) = (degree / 2, threshold - degree / 2)
    let between = reach + 1
    var inside: Set<ClientID> = []
    var late: Set<ClientID> = []
    let stage = try Stage(
      parameters: parameters(cohortSize: cohortSize, degree: degree, threshold: threshold),
      seed: 161
    ) { circle in
      // Away from the endorsers, of whom enough must sign.
      let circle = Array(circle[(2 * degree)...] + circle[..<(2 * degree)])
      var casting = Casting()
      inside = Set(circle[reach..<reach + between])
      for distance in 1...reach {
        // Spread evenly: each client between sees parts of both arcs, and needs as many in both together.
        let isCorrupt =
          (corruptInArc * distance + reach - 1) / reach
          > (corruptInArc * (distance - 1) + reach - 1) / reach
        for place in [reach - distance, reach + between - 1 + distance] {
          if isCorrupt {
            casting.corrupt.insert(circle[place])
          } else {
            casting.late.insert(circle[place])
          }
        }
      }
      late = casting.late
      // Those next to the arcs have shares of the late ones' mask keys.
      let beyond = circle[(2 * reach + between)..<(3 * reach + between)] + circle.suffix(reach)
      casting.players = inside.union(beyond)
      return casting
    }
    #expect(stage.traitors.count == 2 * corruptInArc)
    #expect(late.count == 2 * (reach - corruptInArc))
    let contributors = Set(stage.roster).subtracting(late)
    #expect(contributors.count >= stage.parameters.minimumContributors)
    let players = Set(stage.honest).subtracting(late)
    let loot = try Loot(stage.answers(of: players, to: contributors), of: stage)
    #expect(try loot.sum(of: inside) == stage.plaintextSum(of: inside))
    #expect(loot.exposed.isEmpty)
  }

  /// The victim does not mask with a neighbour whose shares the server withholds. The neighbour has the victim's
  /// shares and reveals its self mask; the victim itself rejects the set, which nobody learns.
  @Test("withheld shares and 2t - k corrupt neighbours: one client's input is read from one set")
  func withheldShares() throws {
    func read(corrupt: [Int], withholding places: [Int]) throws -> Bool {
      var victim = try client(1)
      var late: Set<ClientID> = []
      let stage = try Stage(
        parameters: testParameters(
          threatModel: .malicious, cohortSize: 14, degree: 4, threshold: 3,
          minimumContributors: 13), seed: 162
      ) { circle in
        // Away from the endorsers, of whom enough must sign.
        let circle = Array(circle[6...] + circle[..<6])
        victim = circle[2]
        late = [circle[4]]
        let corrupt = Set(corrupt.map { circle[$0] })
        return Casting(
          corrupt: corrupt, late: late,
          players: Set(circle).subtracting(corrupt).subtracting(late),
          withheld: Set(places.map { [circle[$0], circle[2]] }))
      }
      let contributors = Set(stage.roster).subtracting(late)
      let loot = try Loot(
        stage.answers(of: Set(stage.honest).subtracting(late), to: contributors), of: stage)
      let sum = try loot.sum(of: [victim])
      return sum != nil && sum == stage.plaintextSum(of: [victim])
    }
    #expect(try read(corrupt: [1, 3], withholding: [0]))
    #expect(try !read(corrupt: [1, 3], withholding: []))
    // With one fewer the victim has too few shares to mask at all.
    #expect(throws: ClientError.sharersBelowThreshold(found: 2, threshold: 3)) {
      try read(corrupt: [1], withholding: [0, 3])
    }
  }

  @Test("a client that assumes collusion takes no part with parameters that random dropouts need")
  func rejected() throws {
    let policy = try ClientPolicy(
      applicationContext: .testContext, collusion: AssumedCollusion())
    func start(_ cohortSize: Int, _ degree: Int, _ threshold: Int) throws {
      _ = try AdvertiseKeysRound(
        id: client(1),
        parameters: parameters(cohortSize: cohortSize, degree: degree, threshold: threshold),
        policy: policy, signedBy: TestIdentities.key(of: client(1)))
    }
    for (cohortSize, degree, threshold) in [(10_000, 96, 64), (1_000_000, 114, 75)] {
      let error = #expect(throws: ClientError.self) { try start(cohortSize, degree, threshold) }
      guard case .policy(.leak(let found, let limit)) = error else {
        Issue.record("found \(String(describing: error))")
        continue
      }
      #expect(found > limit)
      #expect(limit.log2 == -40)
    }
    for (cohortSize, degree, threshold) in [(10_000, 102, 69), (1_000_000, 130, 88)] {
      try start(cohortSize, degree, threshold)
    }
  }
}

/// Corrupt clients that do what they are asked to until their shares are needed.
@Suite("Attack: corrupt clients that drop out together")
struct SilentCorruptAttackTests {
  private func parameters(
    _ threatModel: ThreatModel, corruptClientsDropOut: Bool
  ) throws -> SessionParameters {
    try SessionParameters.recommended(
      for: SessionAssumptions(
        cohortSize: 40, corruptFraction: 0.1, dropoutFraction: 0.1, threatModel: threatModel,
        corruptClientsDropOut: corruptClientsDropOut),
      layout: VectorLayout(
        elementCount: 7, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 40)),
      applicationContext: SessionParameters.applicationContext(of: [1]))
  }

  /// The four dropouts and, `point` by point, the four corrupt clients: neighbours of one client, which is
  /// where it hurts.
  private func run(_ parameters: SessionParameters, silent point: LeavingPoint) throws
    -> (session: SimulatedSession, aggregate: UnmaskedAggregate)
  {
    var session = try SimulatedSession(parameters: parameters, seed: 163)
    var leaving: [ClientID: LeavingPoint] = [:]
    for round in ProtocolRound.rounds(in: parameters.threatModel) {
      try session.collect(round, leaving: leaving)
      if round == .advertiseKeys {
        try session.server.closeRound()
        let neighbours = try session.server.message(for: client(1)).announcedRoster().neighbours
        for neighbour in neighbours.prefix(4) { leaving[neighbour.sender] = .beforeUnmasking }
        for neighbour in neighbours.dropFirst(4).prefix(4) { leaving[neighbour.sender] = point }
      } else if round != .unmasking {
        try session.server.closeRound()
      }
    }
    return (session, try session.server.unmask())
  }

  @Test(
    "they prevent a sum, unless they are counted among those that drop out",
    arguments: ThreatModel.allCases, [LeavingPoint.beforeMaskedInput, .beforeUnmasking])
  func silent(threatModel: ThreatModel, point: LeavingPoint) throws {
    #expect(throws: ServerError.self) {
      _ = try run(parameters(threatModel, corruptClientsDropOut: false), silent: point)
    }
    let counted = try run(parameters(threatModel, corruptClientsDropOut: true), silent: point)
    #expect(
      counted.aggregate.sums.unsigned
        == counted.session.plaintextSum(of: counted.aggregate.contributors))
  }
}
