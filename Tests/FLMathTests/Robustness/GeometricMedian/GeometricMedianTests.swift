import Testing

@testable import FLMath

/// The geometric median against medians computed with 400 digits, and what it proves of itself.
@Suite("Geometric median")
struct GeometricMedianTests {
  private static let square: [[Double]] = [[0, 0], [1, 0], [0, 1], [1, 1]]

  /// The median as the outlier goes to infinity, by the reference script.
  private static let limit = [0.8122227702380346, 0.5]

  private func distance(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test("Medians of 400 digits, from every start")
  func references() throws {
    let cases = try RobustnessReference(file: "geometric_median.json")["matrices"].items
    #expect(cases.count == 29)
    for one in cases {
      let updates = try UpdateMatrix(one["x"].matrix)
      let zero = [Double](repeating: 0, count: updates.dimension)
      let weights =
        one.has("weights")
        ? try one["weights"].ints.map(UInt64.init)
        : [UInt64](repeating: 1, count: updates.rows.count)
      let f = try one["f"].int
      for start in [GeometricMedian.Start.coordinateMedian, .weightedMean, .point(zero)] {
        let result = try GeometricMedian(attackers: f, start: start)
          .aggregate(updates, weights: weights)
        let error = distance(result.vector, try one["median"].doubles)
        let name = "\(try one["name"].string) \(start): \(error)"
        let bound = try #require(result.distanceBound, "\(name)")
        #expect(error <= bound + 1e-15, "\(name), proven \(bound)")
        // The distance within which half of the rows lie is below 10 in every case.
        #expect(bound <= 1e-8, "\(name)")
      }
    }
  }

  @Test(
    "An attacker cannot hold the point back by distance",
    arguments: [1e6, 1e12, 1e50, 1e150, 1e300], [1, 1e-150, 1e-300])
  func farAttacker(far: Double, scale: Double) throws {
    let rows = Self.square.map { $0.map { $0 * scale } } + [[far, 0]]
    for start in [GeometricMedian.Start.coordinateMedian, .weightedMean, .point([far, -far])] {
      let result = try GeometricMedian(attackers: 1, start: start).aggregate(UpdateMatrix(rows))
      let error = distance(result.vector.map { $0 / scale }, Self.limit)
      // An outlier at 10^6 pulls a little downwards.
      #expect(error < (far == 1e6 && scale == 1 ? 3e-7 : 1e-8), "\(start): \(result.vector)")
    }
  }

  @Test("A thousand benign matrices: the proven distance is within the tolerance")
  func benign() throws {
    var generator = SimulationGenerator(seed: 20)
    for trial in 0..<1000 {
      let count = Int.random(in: 3...12, using: &generator)
      let dimension = Int.random(in: 2...6, using: &generator)
      let isCoarse = trial % 3 == 0
      let rows = (0..<count).map { _ in
        (0..<dimension).map { _ -> Double in
          let value = 2 * generator.standardNormal()
          return isCoarse ? value.rounded() : value
        }
      }
      let result = try GeometricMedian(attackers: 0).aggregate(UpdateMatrix(rows))
      // Nothing is proven where rows lie on a line; that happens among coarse ones only.
      guard let bound = result.distanceBound else {
        #expect(isCoarse, "trial \(trial)")
        continue
      }
      #expect(bound <= 1e-7, "trial \(trial)")
      #expect(pullBeyondOwnWeight(rows, at: result.vector) <= 1e-6, "trial \(trial)")
    }
  }

  /// How much the pull of the rows that are not at the point exceeds the weight of those that are.
  private func pullBeyondOwnWeight(_ rows: [[Double]], at point: [Double]) -> Double {
    var pull = [Double](repeating: 0, count: point.count)
    var own = 0.0
    for row in rows {
      let away = distance(row, point)
      if away < 1e-7 {
        own += 1
      } else {
        for index in pull.indices { pull[index] += (row[index] - point[index]) / away }
      }
    }
    let length = distance(pull, [Double](repeating: 0, count: point.count))
    return (length - own) / Double(rows.count)
  }

  @Test("Too few iterations are an error that says what is left")
  func notConverged() throws {
    let updates = try UpdateMatrix(Self.square + [[1e6, 0]])
    let error = #expect(throws: FLMathError.self) {
      try GeometricMedian(attackers: 1, iterations: 2, start: .weightedMean).aggregate(updates)
    }
    guard case .robustAggregation(.notConverged(let iterations, let excess)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(iterations == 2)
    #expect(excess > 0 && excess <= 1)
  }

  @Test("A fixed number of RFA's steps proves nothing")
  func smoothedSteps() throws {
    let rule = try GeometricMedian(attackers: 1, smoothing: 1e-6, steps: 3)
    #expect(try rule.aggregate(UpdateMatrix(Self.square)).distanceBound == nil)
    #expect(rule.ending == .smoothedSteps(try SmoothedWeiszfeld(smoothing: 1e-6), count: 3))
  }

  @Test("Rows on a line: the middle of an even number, a row of an odd one")
  func line() throws {
    let even = try GeometricMedian(attackers: 0).aggregate(UpdateMatrix([[1], [2], [5], [9]]))
    #expect(even.vector[0] >= 2 && even.vector[0] <= 5)
    let odd = try GeometricMedian(attackers: 0, start: .weightedMean)
      .aggregate(UpdateMatrix([[1, 2], [2, 4], [5, 10], [90, 180], [70, 140]]))
    #expect(odd.vector == [5, 10])
    #expect(odd.distanceBound == 0)
  }
}
