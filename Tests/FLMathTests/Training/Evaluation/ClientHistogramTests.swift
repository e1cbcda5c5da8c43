import FLMath
import Testing

@Suite("Histograms of clients by a metric")
struct ClientHistogramTests {
  /// The mean of what clients with these values contribute.
  private func mean(_ values: [Double], _ bins: EvaluationBins) throws -> WeightedMean {
    try WeightedMean.of(
      values.enumerated().map { (UInt32($0.offset), try bins.contribution(of: $0.element)) })
  }

  @Test("Values on edges, between them, and outside of them")
  func places() throws {
    let bins = try EvaluationBins(edges: [-1, 0, 0.5, 2], better: .lower, minimumClients: 2)
    #expect(bins.count == 3)
    let histogram = try bins.histogram(
      from: mean(
        [
          -1, -0.1, -0.0, 0.25, 0.5, 2, 2.0.nextUp, (-1.0).nextUp, (-1.0).nextDown, -.infinity,
          .infinity,
        ],
        bins))
    #expect(histogram.counts == [3, 2, 2])
    #expect(histogram.below == 2)
    #expect(histogram.above == 2)
    #expect(histogram.clients == 11)
    #expect(histogram.meanRange == -.infinity ... .infinity)
  }

  @Test("Twentieths of an accuracy lie in the bins that they begin")
  func twentieths() throws {
    let bins = try EvaluationBins.accuracy(minimumClients: 2)
    let histogram = try bins.histogram(
      from: mean((0...20).map { Double($0) / 20 }, bins))
    #expect(histogram.counts == [Int](repeating: 1, count: 19) + [2])
    #expect(histogram.below == 0 && histogram.above == 0)
  }

  @Test("Figures of ten clients by hand")
  func byHand() throws {
    let bins = try EvaluationBins.accuracy(bins: 10, minimumClients: 10)
    let values = [0.05, 0.35, 0.35, 0.55, 0.65, 0.75, 0.85, 0.95, 0.95, 1]
    let histogram = try bins.histogram(from: mean(values, bins))
    #expect(histogram.counts == [1, 0, 0, 2, 0, 1, 1, 1, 1, 3])
    #expect(abs(try #require(histogram.mean) - 0.645) < 1e-12)
    let variance = values.reduce(0) { $0 + ($1 - 0.645) * ($1 - 0.645) } / 10
    #expect(
      abs(try #require(histogram.standardDeviation) - variance.squareRoot()) < 1e-12)
    #expect(try histogram.quantile(0) == 0...0.1)
    #expect(try histogram.quantile(0.1) == 0...0.1)
    #expect(try histogram.quantile(0.2) == 0.3...0.4)
    #expect(histogram.median == 0.6...0.7)
    #expect(try histogram.quantile(0.7) == 0.8...0.9)
    #expect(try histogram.quantile(1) == 0.9...1)
    #expect(try histogram.share(below: 0.3) == 0.1...0.1)
    #expect(try histogram.share(below: 0.35) == 0.1...0.3)
    #expect(try histogram.share(below: 0.4) == 0.3...0.3)
    // The last bin holds its upper edge.
    #expect(try histogram.share(below: 1) == 0.7...1)
    #expect(try histogram.share(below: 1.0.nextUp) == 1...1)
    #expect(try histogram.share(below: 0) == 0...0)
    #expect(histogram.worstDecile == 0...0.1)
    let worst = try histogram.meanOfWorst(0.3)
    #expect(abs(worst.lowerBound - 0.2) < 1e-15 && abs(worst.upperBound - 0.3) < 1e-15)
    #expect(abs(histogram.meanRange.lowerBound - 0.59) < 1e-12)
    #expect(abs(histogram.meanRange.upperBound - 0.69) < 1e-12)
  }

  @Test("The worst clients of a loss are those with the largest, in the bin above all edges first")
  func losses() throws {
    let bins = try EvaluationBins(
      range: 0...2, bins: 4, better: .lower, includesMoments: false, minimumClients: 2)
    let histogram = try bins.histogram(from: mean([0.1, 0.2, 0.6, 1.7, .infinity], bins))
    #expect(histogram.mean == nil && histogram.standardDeviation == nil)
    #expect(histogram.worstDecile == 2 ... .infinity)
    #expect(try histogram.meanOfWorst(0.4).lowerBound == 1.75)
    #expect(try histogram.quantile(0.8) == 1.5...2)
    #expect(try histogram.share(below: 2) == 0.6...0.8)
    #expect(try histogram.share(below: .infinity) == 0.8...1)
  }

  @Test(
    "Every figure of random values lies in its interval", arguments: 1...50 as ClosedRange<UInt64>)
  func intervals(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let count = Int.random(in: 2...60, using: &generator)
    let values = (0..<count).map { _ in Double.random(in: -0.2...1.2, using: &generator) }
    let bins = try EvaluationBins(
      range: 0...1, bins: .random(in: 1...30, using: &generator),
      better: Bool.random(using: &generator) ? .higher : .lower, minimumClients: 2)
    let histogram = try bins.histogram(from: mean(values, bins))
    #expect(histogram.clients == count)
    #expect(histogram.below == values.count { $0 < 0 })
    #expect(histogram.above == values.count { $0 > 1 })
    let sorted = values.sorted()
    for (index, value) in sorted.enumerated() {
      #expect(try histogram.quantile(Double(index + 1) / Double(count)).contains(value))
      #expect(
        try histogram.share(below: value).contains(
          Double(sorted.count { $0 < value }) / Double(count)))
      let worst = (bins.better == .higher ? sorted : sorted.reversed()).prefix(index + 1)
      let range = try histogram.meanOfWorst(Double(index + 1) / Double(count))
      let mean = worst.reduce(0, +) / Double(index + 1)
      #expect(range.lowerBound <= mean + 1e-12 && mean <= range.upperBound + 1e-12)
    }
    let clipped = values.map { min(max($0, 0), 1) }
    let mean = clipped.reduce(0, +) / Double(count)
    let square = clipped.reduce(0) { $0 + $1 * $1 } / Double(count)
    #expect(abs(try #require(histogram.mean) - mean) < 1e-12)
    #expect(
      abs(try #require(histogram.standardDeviation) - (square - mean * mean).squareRoot()) < 1e-7)
  }

  @Test("NaN is no value, no share and no edge")
  func notANumber() throws {
    let bins = try EvaluationBins.accuracy(minimumClients: 2)
    #expect(throws: FLMathError.evaluation(.notANumber)) { try bins.contribution(of: .nan) }
    let histogram = try bins.histogram(from: mean([0.5, 0.7], bins))
    for share in [Double.nan, -0.1, 1.1, .infinity] {
      #expect(throws: FLMathError.self) { try histogram.quantile(share) }
      #expect(throws: FLMathError.self) { try histogram.meanOfWorst(share) }
    }
    #expect(throws: FLMathError.self) { try histogram.share(below: .nan) }
  }

  @Test("Bins that cannot be are refused")
  func refusedBins() {
    let refused: [[Double]] = [
      [0, 0], [1, 0], [0, .nan], [-.infinity, 0], [0, .infinity], [-1e308, 1e308],
    ]
    for edges in refused {
      #expect(throws: FLMathError.self, "\(edges)") {
        try EvaluationBins(edges: edges, better: .higher, minimumClients: 2)
      }
    }
    #expect(throws: FLMathError.evaluation(.invalidBins(0))) {
      try EvaluationBins(edges: [1], better: .higher, minimumClients: 2)
    }
    #expect(throws: FLMathError.evaluation(.invalidBins(65_537))) {
      try EvaluationBins.accuracy(bins: 65_537, minimumClients: 2)
    }
    // There are not so many numbers from 1 to the second after it.
    #expect(throws: FLMathError.self) {
      try EvaluationBins(range: 1...1.0.nextUp, bins: 2, better: .higher, minimumClients: 2)
    }
    #expect(throws: FLMathError.evaluation(.invalidMinimumClients(1))) {
      try EvaluationBins.accuracy(minimumClients: 1)
    }
  }

  @Test("Sums that clients do not make are refused")
  func refusedSums() throws {
    let bins = try EvaluationBins.accuracy(bins: 2, minimumClients: 3)
    func histogram(_ mean: [Double], weight: UInt64 = 4, clients: UInt32 = 4) throws
      -> ClientHistogram
    {
      try bins.histogram(
        from: WeightedMean(
          mean: mean, totalWeight: weight, contributors: Array(0..<clients)))
    }
    // Below, two bins, above; mean and mean square.
    let good = [0, 0.25, 0.75, 0, 0.6, 0.4]
    #expect(try histogram(good).counts == [1, 3])
    #expect(throws: FLMathError.evaluation(.dimensionMismatch(expected: 6, found: 5))) {
      try histogram([0, 0.25, 0.75, 0, 0.6])
    }
    #expect(throws: FLMathError.evaluation(.unequalWeights(contributors: 4, found: 5))) {
      try histogram(good, weight: 5)
    }
    #expect(throws: FLMathError.evaluation(.tooFewClients(minimum: 3, found: 2))) {
      try histogram([0, 0.5, 0.5, 0, 0.6, 0.4], weight: 2, clients: 2)
    }
    for (place, change) in [(1, 0.05), (2, 0.25 / 2), (0, -0.25), (3, 1.5), (1, 1e300)] {
      var sum = good
      sum[place] += change
      #expect(
        throws: FLMathError.evaluation(.impossibleCount(place: place, found: sum[place] * 4))
      ) { try histogram(sum) }
    }
    #expect(throws: FLMathError.evaluation(.impossibleSum(clients: 4, found: 5))) {
      try histogram([0.25, 0.25, 0.75, 0, 0.6, 0.4])
    }
    // At least 3/8 of the range, at most 7/8; squares accordingly, and no variance below 0.
    for moments in [[0.3, 0.3], [0.9, 0.9], [0.6, 0.1], [0.6, 0.9], [0.6, 0.3]] {
      #expect(throws: FLMathError.evaluation(.impossibleMoments), "\(moments)") {
        try histogram([0, 0.25, 0.75, 0] + moments)
      }
    }
  }

  @Test("Clients bind their masks to the edges")
  func broadcast() throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [2])])
    let model = ParameterVector.zeros(layout)
    let bins = try EvaluationBins(edges: [0, 1, 2], better: .lower, minimumClients: 5)
    let other = try EvaluationBins(edges: [0, 1.5, 2], better: .lower, minimumClients: 5)
    #expect(bins.broadcast(of: model, round: 3).control == [0, 1, 2, 5])
    #expect(bins.broadcast(of: model, round: 3) != other.broadcast(of: model, round: 3))
  }
}
