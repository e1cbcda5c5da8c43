import Testing

@testable import FLMath

/// The largest squared norm of a sum of columns, one for each of a set of rounds, over all sets that a rule
/// allows, and all signs.
private func bruteForce(_ matrix: [[Double]], _ rule: ParticipationRule, signs: Bool) -> Double {
  let rounds = matrix[0].count
  var largest = 0.0
  for set in 1..<(1 << rounds) {
    let chosen = (0..<rounds).filter { set >> $0 & 1 == 1 }
    guard chosen.count <= rule.maximum,
      zip(chosen, chosen.dropFirst()).allSatisfy({ $1 - $0 >= rule.minimumSeparation })
    else { continue }
    // Signs: the updates of the rounds may point in opposite directions.
    for signs in 0..<(signs ? 1 << (chosen.count - 1) : 1) {
      var total = 0.0
      for row in matrix {
        var sum = 0.0
        for (index, round) in chosen.enumerated() {
          sum += signs >> index & 1 == 1 ? -row[round] : row[round]
        }
        total += sum * sum
      }
      largest = max(largest, total)
    }
  }
  return largest
}

private func toeplitzMatrix(_ coefficients: [Double], _ rounds: Int) -> [[Double]] {
  (0..<rounds).map { row in
    (0..<rounds).map { column in
      let band = row - column
      return coefficients.indices.contains(band) ? coefficients[band] : 0
    }
  }
}

/// The nodes that are released, from their definition: those that the binary digits of some round name, or
/// all that are complete.
private func treeMatrix(_ trees: TreeAggregation) -> [[Double]] {
  let rounds = trees.rounds
  var nodes: Set<[Int]> = []
  var start = 0
  for steps in trees.stepCounts {
    switch trees.estimator {
    case .node:
      for step in 1...steps {
        var first = 0
        for level in (0..<10).reversed() where step >> level & 1 == 1 {
          nodes.insert([start + first, 1 << level])
          first += 1 << level
        }
      }
    case .fromBelow:
      for level in 0..<10 {
        for index in 0..<(steps >> level) { nodes.insert([start + index << level, 1 << level]) }
      }
    }
    start += steps
  }
  return nodes.map { node in
    (0..<rounds).map { $0 >= node[0] && $0 < node[0] + node[1] ? 1 : 0 }
  }
}

@Suite("Sensitivity of correlated noise")
struct CorrelatedSensitivityTests {
  private static let rules: [(Int, Int)] = [
    (1, 1), (2, 1), (3, 2), (2, 3), (4, 3), (9, 3), (2, 5), (3, 4), (12, 1), (5, 2),
  ]

  @Test("A Toeplitz factor's is the maximum over all sets of rounds and signs", arguments: rules)
  func toeplitz(rule: (Int, Int)) throws {
    let rule = try ParticipationRule(maximum: rule.0, minimumSeparation: rule.1)
    let sets: [[Double]] = [
      [1], [1, 0.5], [2, -1, 0.5], [0.3, 1, -2], [1, 0.5, 0.375, 0.3125, 0.25], [1, 1, 1, 1, 1, 1],
      [1, 0.2, 0.6, 0.1],
    ]
    for coefficients in sets {
      for rounds in [1, 4, 8] {
        let strategy = try ToeplitzStrategy(coefficients: coefficients)
        let expected = bruteForce(toeplitzMatrix(coefficients, rounds), rule, signs: true)
        let found = strategy.squaredSensitivity(rounds: rounds, participation: rule)
        if strategy.hasExactSensitivity(rounds: rounds, participation: rule) {
          #expect(relativeError(found, expected) < 1e-13, "\(coefficients), \(rounds), \(rule)")
        } else {
          #expect(found >= expected * (1 - 1e-13), "\(coefficients), \(rounds), \(rule)")
        }
      }
    }
  }

  @Test("A tree's is the maximum over all sets of rounds", arguments: rules)
  func trees(rule: (Int, Int)) throws {
    let rule = try ParticipationRule(maximum: rule.0, minimumSeparation: rule.1)
    for estimator in TreeAggregation.Estimator.allCases {
      for steps in [[1], [2], [3], [7], [8], [11], [4, 4], [3, 5], [1, 1, 6], [2, 7, 1]] {
        let trees = try TreeAggregation(stepCounts: steps, estimator: estimator)
        // Equal updates are the worst: no element of the matrix is negative.
        let expected = bruteForce(treeMatrix(trees), rule, signs: false)
        let sensitivity = TreeSensitivity(trees, participation: rule)
        #expect(sensitivity.isExact)
        #expect(Double(sensitivity.squared()) == expected, "\(steps), \(estimator), \(rule)")
        let bound = TreeSensitivity(trees, participation: rule, workLimit: 0)
        #expect(bound.isExact == (rule.participations(in: trees.rounds) == 1))
        #expect(Double(bound.squared()) >= expected, "\(steps), \(estimator), \(rule)")
      }
    }
  }

  @Test("A tree that would take too long has an upper bound that says so")
  func largeTrees() throws {
    let rule = try ParticipationRule(maximum: 40, minimumSeparation: 9000)
    let trees = try TreeAggregation(stepCounts: [1 << 19], estimator: .fromBelow)
    let noise = try CorrelatedNoise(
      .trees(trees), rounds: 1 << 19, participation: rule, relation: .zeroOut, clip: 1,
      noiseMultiplier: 1)
    #expect(!noise.isSensitivityExact)
    // 40 in each of the 14 levels up to 8,192 rounds; then 2, 4, 8, 15, 30 and 40 to a node.
    let counts = [2, 4, 8, 15, 30]
    let above = counts.reduce(0) { $0 + 40 / $1 * $1 * $1 + (40 % $1) * (40 % $1) }
    #expect(
      relativeError(noise.sensitivity * noise.sensitivity, Double(560 + above + 1600)) < 1e-12)
  }

  @Test("Sensitivity grows with the clip, and doubles for replacement")
  func units() throws {
    func sensitivity(_ relation: NeighbouringRelation, clip: Double) throws -> Double {
      try CorrelatedNoise(
        .toeplitz(ToeplitzStrategy(coefficients: [3, 4])), rounds: 10,
        participation: ParticipationRule(maximum: 4, minimumSeparation: 2), relation: relation,
        clip: clip, noiseMultiplier: 2
      ).sensitivity
    }
    #expect(try sensitivity(.addOrRemove, clip: 0.5) == 5)
    #expect(try sensitivity(.zeroOut, clip: 0.5) == 5)
    #expect(try sensitivity(.replace, clip: 0.5) == 10)
  }
}
