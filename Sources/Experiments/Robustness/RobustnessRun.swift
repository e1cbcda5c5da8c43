package import FLMath
import Foundation
import SecAgg
import SimulatedSessions

/// Trains with attackers among the clients, by robust rules over secure buckets or by RFA as sums.
package struct RobustnessRun: Sendable {
  let population: Population<SoftmaxRegression>
  let settings: RobustnessRecord.Settings
  private let buckets: SecureBuckets
  let geometricMedian: SecureGeometricMedian
  /// Of the sessions of all clients.
  let graph: GraphParameters

  /// - Throws: whatever makes the settings impossible together.
  package init(population: Population<SoftmaxRegression>, settings: RobustnessRecord.Settings)
    throws
  {
    self.population = population
    self.settings = settings
    graph = .smallest(clients: settings.clients, dropout: settings.dropout)
    let dimension = population.model.layout.count
    buckets = try SecureBuckets(
      parameterCount: dimension, clippingBound: settings.clippingBound,
      privacyFloor: settings.privacyFloor)
    geometricMedian = try SecureGeometricMedian(
      parameterCount: dimension, normBound: settings.clippingBound, smoothing: 1e-3,
      maximumWeight: 1, maximumContributors: settings.clients)
  }

  /// One cell of the table: all rounds of one attack against one rule.
  func cell(
    _ attack: AttackOption, _ rule: RuleOption, afterRound: @Sendable () -> Void
  ) async throws -> RobustnessRecord.Cell {
    let poisoning = try attack.poisoning(
      clients: settings.clients, attackers: settings.attackers)
    var engine = try FederatedAveraging(model: population.initialModel)
    var cell = RobustnessRecord.Cell(
      attack: attack.rawValue, rule: rule.rawValue, accuracy: 0, sumsEqual: true,
      roundsApplied: 0)
    for round in 1...settings.rounds {
      let sent = try await sent(by: poisoning, model: engine.model, round: round)
      let mean =
        switch rule {
        case .rfa: try await median(of: sent, model: engine.model, round: round, &cell)
        default: try await mean(of: sent, by: rule, model: engine.model, round: round, &cell)
        }
      if let mean {
        try engine.apply(mean)
        cell.roundsApplied += 1
      }
      afterRound()
    }
    cell.accuracy = try population.accuracy(engine.model)
    return cell
  }

  /// The updates of all clients. The first clients are the attackers.
  private func sent(
    by attack: ModelPoisoning?, model: ParameterVector, round: Int
  ) async throws -> [[Double]] {
    var updates = try await population.updates(
      of: Array(0..<population.count), from: model, round: round
    ).map(\.delta)
    guard let attack, settings.attackers > 0 else { return updates }
    let honest = try UpdateMatrix(Array(updates[settings.attackers...]))
    var generator = population.seeds.generator(.attack, round: round)
    for attacker in 0..<settings.attackers {
      updates[attacker] = try attack.maliciousUpdate(
        own: updates[attacker], honest: honest, using: &generator)
    }
    return updates
  }

  /// The rule over the means of the round's buckets; nil if it had too few of them.
  private func mean(
    of sent: [[Double]], by option: RuleOption, model: ParameterVector, round: Int,
    _ cell: inout RobustnessRecord.Cell
  ) async throws -> WeightedMean? {
    var generator = population.seeds.generator(.buckets, round: round)
    let plan = try BucketPlan(
      clients: settings.clients, attackers: settings.attackers, bucketSize: settings.bucketSize,
      privacyFloor: settings.privacyFloor, using: &generator)
    let leaving = leaving(in: round)
    var sums: [UnmaskedAggregate?] = []
    for (index, bucket) in try buckets.buckets(of: plan).enumerated() {
      let members = plan.buckets[index]
      let sum = try await released(
        by: bucket, members: members, sent: sent, leaving: leaving,
        context: bucket.applicationContext(
          model: model, round: round, index: index, task: "robust"), round: round)
      if sum.sumsEqual == false { cell.sumsEqual = false }
      sums.append(sum.aggregate)
      if let aggregate = sum.aggregate {
        cell.largestDifference = max(
          cell.largestDifference,
          try difference(of: bucket.mean(of: aggregate), from: sent, aggregate, members))
      } else {
        cell.bucketsWithoutSum += 1
      }
    }
    let rule = try option.rule(spoilt: settings.spoiltBuckets, seed: generator.next())
    let result = try Self.unlessLeftOut { () throws(SecureRobustnessError) in
      try buckets.aggregate(sums, of: plan, by: rule)
    }
    guard let result else { return nil }
    return try WeightedMean(
      mean: result.vector, totalWeight: UInt64(result.contributors.count),
      contributors: result.contributors.map { UInt32($0 + 1) })
  }

  /// Nil if the round has to be left out, because of dropouts or detected attackers.
  static func unlessLeftOut<Value>(
    _ body: () throws(SecureRobustnessError) -> Value
  ) throws(SecureRobustnessError) -> Value? {
    do throws(SecureRobustnessError) {
      return try body()
    } catch {
      switch error {
      case .rule, .noSums, .impossibleStep: return nil
      default: throw error
      }
    }
  }

  /// One bucket's session, with fillers where it has two clients only.
  private func released(
    by bucket: SecureBucket, members: [Int], sent: [[Double]],
    leaving: [ClientID: LeavingPoint], context: Digest, round: Int
  ) async throws -> SecureSum {
    var inputs = try members.map { client in
      var generator = population.seeds.generator(.rounding, round: round, client: client + 1)
      return try bucket.encode(sent[client], using: &generator)
    }
    var generator = population.seeds.generator(.rounding, round: round)
    for _ in 0..<bucket.fillers { inputs.append(try bucket.encodeFiller(using: &generator)) }
    let parameters = try bucket.parameters(
      context: context, maskCipher: .fastestHere)
    var leavingHere: [ClientID: LeavingPoint] = [:]
    let ids = ClientID.all(cohortSize: settings.clients)
    for (place, client) in members.enumerated() { leavingHere[ids[place]] = leaving[ids[client]] }
    return try await SecureSum.run(
      inputs, in: parameters, expecting: context, leaving: leavingHere)
  }

  /// The largest difference of a coordinate of a bucket's mean from the mean of what its clients sent,
  /// clipped as the encoding does.
  private func difference(
    of mean: [Double], from sent: [[Double]], _ aggregate: UnmaskedAggregate, _ members: [Int]
  ) -> Double {
    let bound = settings.clippingBound
    let clients = aggregate.contributors.map { Int($0.rawValue) - 1 }
      .filter { $0 < members.count }.map { members[$0] }
    return mean.indices.map { index in
      let sum = clients.reduce(0) { $0 + min(max(sent[$1][index], -bound), bound) }
      return abs(mean[index] - sum / Double(clients.count))
    }.max() ?? 0
  }

  func leaving(in round: Int) -> [ClientID: LeavingPoint] {
    var generator = population.seeds.generator(.leaving, round: round)
    return LeavingPoint.draw(
      clients: settings.clients, share: settings.dropout, using: &generator)
  }

  /// Three steps of the geometric median over all clients; nil if a step had no sum, or an impossible
  /// one.
  func median(
    of sent: [[Double]], model: ParameterVector, round: Int, _ cell: inout RobustnessRecord.Cell
  ) async throws -> WeightedMean? {
    var point = geometricMedian.start
    var contributors: [UInt32] = []
    for step in 0..<RobustnessRecord.weiszfeldSteps {
      let inputs = try sent.enumerated().map { client, update in
        var generator = population.seeds.generator(
          .rounding, round: round * RobustnessRecord.weiszfeldSteps + step, client: client + 1)
        return try geometricMedian.encode(
          ClientUpdate(delta: update, weight: 1), at: point, using: &generator)
      }
      let sum = try await SecureSum.run(
        inputs, layout: geometricMedian.layout, minimumContributors: settings.clients / 2 + 1,
        graph: graph, leaving: leaving(in: round),
        context: geometricMedian.applicationContext(
          model: model, round: round, point: point, task: "robust"))
      if sum.sumsEqual == false { cell.sumsEqual = false }
      guard let aggregate = sum.aggregate else { return nil }
      contributors = aggregate.contributors.map(\.rawValue)
      let next = try Self.unlessLeftOut { () throws(SecureRobustnessError) in
        try geometricMedian.step(from: point, by: aggregate)
      }
      guard let next else { return nil }
      point = next
    }
    return try WeightedMean(
      mean: point, totalWeight: UInt64(contributors.count), contributors: contributors)
  }
}

extension RobustnessRun {
  /// All attacks against all rules.
  ///
  /// - Parameter afterRound: called after each round of any cell.
  package func run(
    attacks: [AttackOption], rules: [RuleOption], afterRound: @escaping @Sendable () -> Void
  ) async throws -> RobustnessRecord {
    RobustnessRecord(
      settings: settings, attacks: attacks.map(\.rawValue), rules: rules.map(\.rawValue),
      cells: try await cells(attacks: attacks, rules: rules, afterRound: afterRound))
  }

  /// The cells, attack by attack: as many cells at a time as there are processors,
  /// since most of a cell is short sessions that leave a processor waiting.
  private func cells(
    attacks: [AttackOption], rules: [RuleOption], afterRound: @escaping @Sendable () -> Void
  ) async throws -> [RobustnessRecord.Cell] {
    let pairs = attacks.flatMap { attack in rules.map { (attack, $0) } }
    var cells = [RobustnessRecord.Cell?](repeating: nil, count: pairs.count)
    try await withThrowingTaskGroup(of: (Int, RobustnessRecord.Cell).self) { group in
      var next = 0
      func addTask() {
        guard next < pairs.count else { return }
        let (index, (attack, rule)) = (next, pairs[next])
        group.addTask { (index, try await cell(attack, rule, afterRound: afterRound)) }
        next += 1
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addTask() }
      while let (index, cell) = try await group.next() {
        cells[index] = cell
        addTask()
      }
    }
    return cells.compactMap(\.self)
  }
}
