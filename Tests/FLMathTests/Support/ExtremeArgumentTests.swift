import FLMath
import Testing

/// Calls with the ends of the ranges of their types: each returns or throws, and takes no memory that
/// an argument asks for before the argument is checked.
@Suite("Extreme arguments")
struct ExtremeArgumentTests {
  static let integers = [Int.min, -1, 0, .max]
  static let numbers = [
    Double.nan, -.infinity, .infinity, -1, -0.0, 0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, 1e300,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]

  struct Call<Argument: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (Argument, inout SimulationGenerator) throws -> Void

    var testDescription: String { name }

    init(
      _ name: String,
      _ make: @escaping @Sendable (Argument, inout SimulationGenerator) throws -> Void
    ) {
      self.name = name
      self.make = make
    }
  }

  private static func state() throws -> ServerState {
    ServerState(
      model: .zeros(try ParameterLayout([.init(name: "weights", shape: [1])])))
  }

  private static func dataset() throws -> Dataset {
    try Dataset(features: [1, 2, 3, 4], featureCount: 2, labels: [0, 1], classCount: 2)
  }

  /// Every one of these refuses all of ``integers``.
  static let refusingIntegers: [Call<Int>] = [
    .init("random-k, dimension") { size, _ in
      _ = try RandomSparsification(dimension: size, count: 1, seed: 1, scaling: .none)
    },
    .init("random-k, count") { count, _ in
      _ = try RandomSparsification(dimension: 4, count: count, seed: 1, scaling: .none)
    },
    .init("top-k, dimension") { size, _ in _ = try TopCoordinates(dimension: size, count: 1) },
    .init("top-k, count") { count, _ in _ = try TopCoordinates(dimension: 4, count: count) },
    .init("rotation") { size, _ in _ = try HadamardRotation(dimension: size, seed: 1) },
    .init("banded factor, bands") { bands, _ in
      _ = try BandedStrategy.optimal(
        bands: bands, rounds: 4, participation: .once, error: .largest)
    },
    .init("banded factor, rounds") { rounds, _ in
      _ = try BandedStrategy.optimal(
        bands: 1, rounds: rounds, participation: .once, error: .largest)
    },
    .init("Toeplitz factor, bands") { bands, _ in
      _ = try ToeplitzStrategy.optimal(
        bands: bands, rounds: 4, participation: .once, error: .mean)
    },
    .init("Toeplitz factor, rounds") { rounds, _ in
      _ = try ToeplitzStrategy.optimal(
        bands: 1, rounds: rounds, participation: .once, error: .mean)
    },
    .init("square root") { bands, _ in _ = try ToeplitzStrategy.squareRoot(bands: bands) },
    .init("trees") { steps, _ in _ = try TreeAggregation(stepCounts: [1, steps]) },
    .init("participations") { number, _ in
      _ = try ParticipationRule(maximum: number, minimumSeparation: 1)
    },
    .init("separation") { number, _ in
      _ = try ParticipationRule(maximum: 1, minimumSeparation: number)
    },
    .init("correlated noise") { rounds, _ in
      _ = try CorrelatedNoise(
        .toeplitz(.independent), rounds: rounds, participation: .once, relation: .zeroOut,
        clip: 1, noiseMultiplier: 1)
    },
    .init("stream of noise") { dimension, _ in
      _ = try CorrelatedNoiseStream(
        CorrelatedNoise(
          .toeplitz(.independent), rounds: 4, participation: .once, relation: .zeroOut, clip: 1,
          noiseMultiplier: 1), dimension: dimension)
    },
    .init("DRIVE") { size, _ in _ = try DRIVE(dimension: size, seed: 1, scale: .unbiased) },
    .init("QSGD, dimension") { size, _ in _ = try QSGD(dimension: size, levels: 4) },
    .init("QSGD, levels") { levels, _ in _ = try QSGD(dimension: 4, levels: levels) },
    .init("quantisation, dimension") { size, _ in
      _ = try StochasticQuantization(dimension: size, lower: -1, upper: 1, bitsPerElement: 8)
    },
    .init("quantisation, bits") { bits, _ in
      _ = try StochasticQuantization(dimension: 4, lower: -1, upper: 1, bitsPerElement: bits)
    },
    .init("error feedback") { size, _ in _ = try ErrorFeedback(dimension: size) },
    .init("sparse vector") { size, _ in
      _ = try SparseVector(dimension: size, indices: [], values: []).dense
    },
    .init("bucket plan, clients") { clients, generator in
      _ = try BucketPlan(
        clients: clients, attackers: 0, bucketSize: 1, privacyFloor: 1, using: &generator)
    },
    .init("bucket plan, size") { size, generator in
      _ = try BucketPlan(
        clients: 9, attackers: 1, bucketSize: size, privacyFloor: 1, using: &generator)
    },
    .init("bucket plan, floor") { floor, generator in
      _ = try BucketPlan(
        clients: 9, attackers: 1, bucketSize: 2, privacyFloor: floor, using: &generator)
    },
    .init("IID, clients") { clients, generator in
      _ = try Partition.iid.indices(of: dataset(), clients: clients, using: &generator)
    },
    .init("Dirichlet, clients") { clients, generator in
      _ = try Partition.dirichlet(alpha: 1, minimumExamples: 0)
        .indices(of: dataset(), clients: clients, using: &generator)
    },
    .init("shards of labels, clients") { clients, generator in
      _ = try Partition.labelShards(perClient: 1)
        .indices(of: dataset(), clients: clients, using: &generator)
    },
    .init("partition, shards") { shards, generator in
      _ = try Partition.labelShards(perClient: shards)
        .indices(of: dataset(), clients: 2, using: &generator)
    },
    .init("shards") { count, generator in
      _ = try ShardAssignment([1, 2, 3], shards: count, using: &generator)
    },
    .init("lanes, bits") { bits, _ in
      _ = try UnsignedLanes(minimumValueBits: bits, maximumContributors: 2)
    },
    .init("signed lanes, bits") { bits, _ in
      _ = try SignedLanes(minimumBits: bits, maximumContributors: 2)
    },
    .init("codec, bits") { bits, _ in _ = try FixedPointCodec(bound: 1, bits: bits) },
    .init("dataset, features") { count, _ in
      _ = try Dataset(features: [1], featureCount: count, labels: [0], classCount: 1)
    },
    .init("explainer, features") { count, _ in
      _ = try KernelExplainer(background: [1, 2], featureCount: count)
    },
    .init("explainer, coalitions of many features") { limit, generator in
      let ones = [Double](repeating: 1, count: 64)
      _ = try KernelExplainer(background: ones, featureCount: 64)
        .explain(ones, coalitions: limit, using: &generator) { _ in [0] }
    },
    .init("random rotation") { size, _ in _ = try RandomRotation(dimension: size, seed: 1) },
    .init("A Little Is Enough, clients") { clients, _ in
      _ = try ModelPoisoning.alieFactor(clients: clients, attackers: clients)
    },
    .init("histogram, bins") { bins, _ in
      _ = try EvaluationBins.accuracy(bins: bins, minimumClients: 2)
    },
    .init("clusters, broadcast") { clusters, generator in
      var training = LocalTraining(
        ClassifierObjective(
          try SoftmaxRegression(featureCount: 2, classCount: 2), on: try dataset()),
        by: try StochasticGradientDescent(learningRate: 1, batchSize: 1, epochs: 1))
      _ = try IFCAClient(clusters: clusters).train(
        on: Broadcast(model: state().model, round: 0), with: &training, using: &generator)
    },
  ]

  @Test("Integers that must be refused", arguments: refusingIntegers, integers)
  func refusedIntegers(call: Call<Int>, argument: Int) {
    var generator = SimulationGenerator(seed: 1)
    do {
      try call.make(argument, &generator)
      Issue.record("\(call.name) takes \(argument)")
    } catch {
      // The description is made of what came, and must not trap either.
      let text = "\(error)"
      #expect(text.hasPrefix("Expected "), "\(text)")
    }
  }

  /// These take some of the integers.
  static let takingIntegers: [Call<Int>] = [
    .init("subset") { index, _ in _ = try dataset().subset([index]) },
    .init("Krum") { f, _ in _ = try Krum(attackers: f).aggregate(UpdateMatrix([[1]])) },
    .init("Bulyan") { f, _ in _ = try Bulyan(attackers: f).aggregate(UpdateMatrix([[1]])) },
    .init("Multi-Krum") { m, _ in
      _ = try MultiKrum(attackers: 0, selecting: m).aggregate(UpdateMatrix([[1], [2], [3]]))
    },
    .init("mixing") { f, _ in
      _ = try NearestNeighbourMixing(attackers: f).mixed(UpdateMatrix([[1]]))
    },
    .init("bucketing") { size, _ in
      _ = try Bucketing(size: size).means(of: UpdateMatrix([[1]]), order: [0])
    },
    .init("bucket plan, attackers") { attackers, generator in
      _ = try BucketPlan(
        clients: 9, attackers: attackers, bucketSize: 1, privacyFloor: 1, using: &generator)
    },
    .init("largest bucket size") { number, _ in
      _ = BucketPlan.largestBucketSize(clients: number, attackers: 0)
      _ = BucketPlan.largestBucketSize(clients: number, attackers: 1)
      _ = BucketPlan.largestBucketSize(clients: .max, attackers: number)
    },
    .init("A Little Is Enough") { number, _ in
      _ = try ModelPoisoning.alieFactor(clients: number, attackers: 1)
      _ = try ModelPoisoning.alieFactor(clients: .max, attackers: number)
    },
    .init("shards touched") { number, _ in
      _ = ShardAssignment.expectedTouched(shards: number, erased: .max)
      _ = ShardAssignment.expectedTouched(shards: 3, erased: number)
    },
    .init("selection") { size, _ in _ = try UniformSelection(size: size) },
    .init("lanes, contributors") { number, _ in
      _ = try UnsignedLanes(minimumValueBits: 8, maximumContributors: number)
        .maximumSum(contributors: number)
    },
    .init("decoded sums") { contributors, _ in
      _ = try StochasticQuantization(dimension: 1, lower: -1e300, upper: 1e300, bitsPerElement: 1)
        .decompressSum([1], contributors: contributors)
    },
    .init("descent") { number, _ in
      _ = try StochasticGradientDescent(learningRate: 1, batchSize: number, epochs: number)
    },
    .init("FedNova") { number, _ in _ = try FedNova(state: state(), maximumSteps: number) },
    .init("FedDyn") { number, _ in
      _ = try FedDyn(state: state(), regularisation: 1, population: number)
    },
    .init("IFCA") { number, _ in
      _ = try IFCA(models: [state().model], minimumClients: number)
      _ = try IFCA(models: [state().model], minimumClients: 1, maximumExamples: number)
    },
    .init("histogram, clients") { number, _ in
      _ = try EvaluationBins.accuracy(minimumClients: number).contribution(of: 0.5)
    },
    .init("FedBuff") { number, _ in _ = try FedBuff(state: state(), bufferSize: number) },
    .init("bits") { number, _ in
      var ledger = BitLedger()
      ledger.record(bits: number, messages: number, .up, inRound: number)
      ledger.record(bits: number, messages: number, .up, inRound: number)
      _ = ledger.total
    },
    .init("explainer, coalitions") { limit, generator in
      _ = try KernelExplainer(background: [1, 2, 3], featureCount: 3)
        .explain([1, 2, 3], coalitions: limit, using: &generator) { _ in [0] }
    },
  ]

  @Test("Integers that are refused or taken", arguments: takingIntegers, integers)
  func takenIntegers(call: Call<Int>, argument: Int) {
    var generator = SimulationGenerator(seed: 1)
    do {
      try call.make(argument, &generator)
    } catch {
      #expect("\(error)".hasPrefix("Expected "), "\(error)")
    }
  }

  static let takingNumbers: [Call<Double>] = [
    .init("clipping") { bound, _ in
      _ = try NormClipping(bound: bound).clipped(UpdateMatrix([[1, 2]]))
      var vector = [1.0, 2]
      try L2Clipping(bound: bound).clip(&vector)
      try LInfinityClipping(bound: bound).clip(&vector)
    },
    .init("centred clipping") { radius, _ in
      _ = try CenteredClipping(attackers: 0, radius: radius).aggregate(UpdateMatrix([[1, 2]]))
    },
    .init("geometric median") { number, _ in
      _ = try GeometricMedian(attackers: 0, relativeTolerance: number)
        .aggregate(UpdateMatrix([[1, 2], [3, 5], [2, 7]]))
    },
    .init("smoothed median") { number, _ in
      _ = try GeometricMedian(attackers: 0, smoothing: number, steps: 3)
        .aggregate(UpdateMatrix([[1, 2], [3, 5], [2, 7]]))
    },
    .init("rows") { number, _ in
      let updates = try UpdateMatrix([[1, 2], [number, 5], [2, number], [1, 1], [3, 3]])
      let rules: [any RobustAggregationRule] = [
        try GeometricMedian(attackers: 2), try MultiKrum(attackers: 1),
        try CoordinateMedian(attackers: 2), try CenteredClipping(attackers: 2, radius: 1),
      ]
      for rule in rules { #expect(try rule.aggregate(updates).vector.allSatisfy(\.isFinite)) }
    },
    .init("trusted update") { number, _ in
      _ = try TrustBootstrapping(attackers: 1, trustedUpdate: [number, 1])
        .aggregate(UpdateMatrix([[1, 2], [number, 5]]))
    },
    .init("steps of sums") { number, _ in
      _ = try SmoothedWeiszfeld(smoothing: 1).contribution(of: [number], at: [1])
      _ = try SmoothedWeiszfeld(smoothing: 1).step(
        from: [1], differences: [number], shares: number)
    },
    .init("attacks") { number, generator in
      let honest = try UpdateMatrix([[1], [2]])
      for attack in [
        ModelPoisoning.littleIsEnough(z: number), .signFlip(scale: number),
        .gaussian(standardDeviation: number), .innerProduct(epsilon: number),
      ] { _ = try attack.maliciousUpdate(own: [1], honest: honest, using: &generator) }
    },
    .init("quantisation") { number, generator in
      _ = try StochasticQuantization(
        dimension: 1, lower: -1, upper: number, bitsPerElement: 52
      ).compress([number], using: &generator)
    },
    .init("compressors") { number, generator in
      let update = [number, 1]
      _ = try QSGD(dimension: 2, levels: 1 << 30).compress(update, using: &generator)
      _ = try DRIVE(dimension: 2, seed: 1, scale: .unbiased).compress(update, using: &generator)
      _ = try QSGD(dimension: 2, levels: 3).decompress(.init(norm: number, levels: [1, 3]))
      _ = try DRIVE(dimension: 2, seed: 1, scale: .unbiased)
        .decompress(.init(scale: number, signs: [1]))
    },
    .init("codec") { number, _ in _ = try FixedPointCodec(bound: number, bits: 52) },
    .init("scaling") { number, _ in
      let dataset = try Dataset(
        features: [number, 1], featureCount: 1, labels: [0, 0], classCount: 1)
      _ = try FeatureScaling(fittedTo: dataset).applied(to: dataset)
    },
    .init("Dirichlet") { alpha, generator in
      _ = try Partition.dirichlet(alpha: alpha)
        .indices(of: dataset(), clients: 2, using: &generator)
    },
    .init("explanation") { number, generator in
      _ = try KernelExplainer(background: [1, 2, 3, 4], featureCount: 2)
        .explain([5, 6], coalitions: 9, using: &generator) {
          $0.count == 4 ? [number, -number] : []
        }
      _ = try LinearExplainer(weights: [number], intercept: number, backgroundMeans: [number])
        .explain([-number])
    },
    .init("unlearning") { number, _ in
      _ = try FedEraser.calibrated(kept: [number, 1], retrained: [1, number])
    },
    .init("histogram, edges") { number, _ in
      let bins = try EvaluationBins(edges: [number, 1e307], better: .lower, minimumClients: 2)
      _ = try bins.contribution(of: number)
    },
    .init("histogram, values") { number, _ in
      let bins = try EvaluationBins(
        edges: [-8e307, .leastNonzeroMagnitude, 8e307], better: .higher, minimumClients: 2)
      let update = try bins.contribution(of: number)
      #expect(update.delta.allSatisfy { $0 >= 0 && $0 <= 1 })
      let histogram = try bins.histogram(from: WeightedMean.of([(1, update), (2, update)]))
      #expect(histogram.clients == 2)
      _ = (histogram.median, histogram.worstDecile, histogram.meanRange)
      _ = try histogram.share(below: number)
      _ = try histogram.meanOfWorst(number)
    },
    .init("histogram, sums") { number, _ in
      let bins = try EvaluationBins.accuracy(bins: 1, minimumClients: 2)
      _ = try bins.histogram(
        from: WeightedMean(
          mean: [0, 1, 0, number, number], totalWeight: 2, contributors: [1, 2]))
    },
    .init("clusters, sums") { number, _ in
      var algorithm = try IFCA(models: [state().model], minimumClients: 1)
      try algorithm.apply(
        WeightedMean(mean: [number, number, number], totalWeight: 1, contributors: [1]))
    },
    .init("server optimisers") { number, _ in
      var algorithm = try FedOpt.fedAdam(
        state: state(), serverLearningRate: number, adaptivity: number)
      try algorithm.apply(WeightedMean(mean: [number], totalWeight: 1, contributors: [1]))
    },
  ]

  @Test("Numbers that are refused or taken", arguments: takingNumbers, numbers)
  func takenNumbers(call: Call<Double>, argument: Double) {
    var generator = SimulationGenerator(seed: 1)
    do {
      try call.make(argument, &generator)
    } catch {
      #expect("\(error)".hasPrefix("Expected "), "\(error)")
    }
  }
}
