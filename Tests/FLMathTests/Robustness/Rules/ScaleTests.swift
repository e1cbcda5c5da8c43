import Testing

@testable import FLMath

/// What rules, compressors and scalings make of numbers does not depend on their scale.
@Suite("Every scale of Double")
struct ScaleTests {
  /// Powers of two from the smallest normal number to near 1e301.
  static let exponents = [-1022, -1000, -800, -565, -400, -60, 100, 400, 500, 700, 989]

  static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  /// Eight honest rows of 13 numbers near 1 to 2, and three that are farther.
  static let rows: [[Double]] = {
    var generator = SimulationGenerator(seed: 77)
    return (0..<11).map { row in
      (0..<13).map { _ in
        let value = 1 + generator.uniformUnit()
        return row < 3 ? -40 * value : value
      }
    }
  }()

  private static func rules(_ scale: Double) throws -> [any RobustAggregationRule] {
    [
      try CoordinateMedian(attackers: 3), try TrimmedMean(attackers: 3),
      try MeanAroundMedian(attackers: 3), try Krum(attackers: 3),
      try Krum(attackers: 3, scoring: .meanOfHonestMajority), try MultiKrum(attackers: 3),
      try Bulyan(attackers: 2), try GeometricMedian(attackers: 3),
      try GeometricMedian(attackers: 3, start: .weightedMean),
      try CenteredClipping(attackers: 3, radius: 2 * scale, iterations: 3),
      try NormClippedMean(attackers: 3, clipping: NormClipping(bound: 2 * scale)),
      try TrustBootstrapping(attackers: 3, trustedUpdate: rows[5].map { $0 * scale }),
    ]
  }

  @Test("Rules", arguments: exponents)
  func rules(exponent: Int) throws {
    let scale = Self.power(exponent)
    let plain = try UpdateMatrix(Self.rows)
    let scaled = try UpdateMatrix(Self.rows.map { $0.map { $0 * scale } })
    #expect(scaled.unusableRows.isEmpty)
    for (rule, other) in zip(try Self.rules(1), try Self.rules(scale)) {
      let (expected, found) = (try rule.aggregate(plain), try other.aggregate(scaled))
      let difference = largestDifference(found.vector.map { $0 / scale }, expected.vector)
      #expect(difference < 1e-12, "\(rule): \(difference)")
      #expect(found.selectedRows == expected.selectedRows, "\(rule)")
    }
    let mixed = try NearestNeighbourMixing(attackers: 3).mixed(scaled)
    for (row, expected) in zip(
      mixed.rows, try NearestNeighbourMixing(attackers: 3).mixed(plain).rows)
    {
      #expect(largestDifference(row.map { $0 / scale }, expected) < 1e-12)
    }
    let clipped = try NormClipping(bound: 2 * scale).clipped(scaled)
    for (row, expected) in zip(clipped.rows, try NormClipping(bound: 2).clipped(plain).rows) {
      #expect(largestDifference(row.map { $0 / scale }, expected) < 1e-12)
    }
  }

  @Test("Attackers at the other end of the range are left out or shortened")
  func mixedScales() throws {
    let scale = Self.power(-1000)
    let rows = Self.rows.enumerated().map { index, row in
      row.map { $0 * (index < 3 ? 0x1p980 : scale) }
    }
    let updates = try UpdateMatrix(rows)
    let far = try UpdateMatrix(
      Self.rows.enumerated().map { index, row in row.map { $0 * (index < 3 ? 0x1p300 : 1) } })
    for (rule, other) in zip(try Self.rules(scale), try Self.rules(1)) {
      let (found, expected) = (try rule.aggregate(updates), try other.aggregate(far))
      let difference = largestDifference(found.vector.map { $0 / scale }, expected.vector)
      #expect(difference < 1e-9, "\(rule): \(difference)")
      #expect(found.selectedRows == expected.selectedRows, "\(rule)")
    }
    let clipped = try NormClipping(bound: scale).clipped(updates)
    for row in clipped.rows {
      #expect(abs(EuclideanNorm.norm(row) / scale - 1) < 1e-12)
    }
  }

  @Test("Norms and clipping", arguments: exponents)
  func norms(exponent: Int) throws {
    let scale = Self.power(exponent)
    #expect(EuclideanNorm.norm([3 * scale, -4 * scale]) == 5 * scale)
    #expect(EuclideanNorm.distance([3 * scale, scale], [0, 5 * scale]) == 5 * scale)
    let clipped = try NormClipping(bound: scale).clipped(UpdateMatrix([[3, -4]]))
    #expect(
      largestDifference(clipped.rows[0].map { $0 / min(scale, 1) }, [0.6, -0.8]) < 1e-12
        || scale >= 5)
    #expect(EuclideanNorm.norm([.nan, 1]).isNaN)
    #expect(EuclideanNorm.norm([1, -.infinity]) == .infinity)
    #expect(EuclideanNorm.norm([0, 0]) == 0)
  }

  @Test("Compressors", arguments: exponents)
  func compressors(exponent: Int) throws {
    let scale = Self.power(exponent)
    let update = Self.rows[4].enumerated().map { $0 % 2 == 0 ? $1 : -$1 }
    func expect(_ compressor: some UpdateCompressor) throws {
      var (one, other) = (SimulationGenerator(seed: 3), SimulationGenerator(seed: 3))
      let expected = try compressor.decompress(compressor.compress(update, using: &one))
      let found = try compressor.decompress(
        compressor.compress(update.map { $0 * scale }, using: &other))
      #expect(expected.contains { $0 != 0 })
      #expect(
        largestDifference(found.map { $0 / scale }, expected) < 1e-12, "\(type(of: compressor))")
    }
    try expect(QSGD(dimension: 13, levels: 16))
    try expect(DRIVE(dimension: 13, seed: 2, scale: .unbiased))
    try expect(DRIVE(dimension: 13, seed: 2, scale: .leastError))
    try expect(TopCoordinates(dimension: 13, count: 4))
    try expect(HadamardRotation(dimension: 13, seed: 2))
    try expect(RandomSparsification(dimension: 13, count: 4, seed: 2, scaling: .unbiased))
  }

  @Test("An attack, unlearning, and draws by weight", arguments: exponents)
  func others(exponent: Int) throws {
    let scale = Self.power(exponent)
    var generator = SimulationGenerator(seed: 1)
    let honest = try UpdateMatrix(Array(Self.rows[3...]))
    let expected = try ModelPoisoning.littleIsEnough(z: 1.5).maliciousUpdate(
      own: Self.rows[0], honest: honest, using: &generator)
    let found = try ModelPoisoning.littleIsEnough(z: 1.5).maliciousUpdate(
      own: Self.rows[0].map { $0 * scale },
      honest: UpdateMatrix(honest.rows.map { $0.map { $0 * scale } }), using: &generator)
    #expect(largestDifference(found.map { $0 / scale }, expected) < 1e-12)

    // The kept length in the new direction, at the other end of the range too.
    let calibrated = try FedEraser.calibrated(
      kept: [3 * scale, -4 * scale], retrained: [0, 1 / max(scale, 0x1p-1000)])
    #expect(largestDifference(calibrated.map { $0 / scale }, [0, 5]) < 1e-12)

    var (one, other) = (SimulationGenerator(seed: 9), SimulationGenerator(seed: 9))
    let clients: [UInt32] = Array(0..<20)
    let weights = clients.map { 1 + Double($0) }
    #expect(
      one.sample(5, of: clients, weights: weights)
        == other.sample(5, of: clients, weights: weights.map { $0 * scale }))
  }

  @Test("Standardised features", arguments: exponents)
  func standardised(exponent: Int) throws {
    let scale = Self.power(exponent)
    let features: [Double] = Self.rows.flatMap { row in [row[0], 7.0, row[1]] }
    func standardised(_ scale: Double) throws -> [Double] {
      let dataset = try Dataset(
        features: features.map { $0 * scale }, featureCount: 3,
        labels: [Int](repeating: 0, count: 11), classCount: 1)
      return try FeatureScaling(fittedTo: dataset).applied(to: dataset).features
    }
    #expect(largestDifference(try standardised(scale), try standardised(1)) < 1e-12)
  }

  @Test("Explanations", arguments: exponents)
  func explanations(exponent: Int) throws {
    let scale = Self.power(exponent)
    let explainer = try KernelExplainer(
      background: Self.rows[4...8].flatMap { Array($0[..<4]) }, featureCount: 4)
    func values(_ scale: Double) throws -> ShapleyValues {
      var generator = SimulationGenerator(seed: 1)
      return try explainer.explain(Array(Self.rows[9][..<4]), coalitions: 14, using: &generator) {
        rows in
        stride(from: 0, to: rows.count, by: 4).map {
          scale * (rows[$0] * rows[$0 + 1] - 3 * rows[$0 + 2] + rows[$0 + 3])
        }
      }
    }
    let (expected, found) = (try values(1), try values(scale))
    #expect(
      largestDifference(found.contributions.map { $0 / scale }, expected.contributions) < 1e-12)
    let part = try FeatureImportance.contribution(of: [found, found])
    #expect(
      largestDifference(
        part.delta.map { $0 / scale }, expected.contributions.map(\.magnitude)) < 1e-12)
  }

  @Test("Means of the largest numbers do not overflow, and what does is refused")
  func largest() throws {
    let explainer = try KernelExplainer(background: [1, 2, 3, 4], featureCount: 1)
    var generator = SimulationGenerator(seed: 1)
    let values = try explainer.explain([5], coalitions: 2, using: &generator) { rows in
      rows.map { $0 == 5 ? 0 : 1.5e308 }
    }
    #expect(values.baseValue == 1.5e308)
    #expect(throws: FLMathError.self) {
      try explainer.explain([5], coalitions: 2, using: &generator) { rows in
        rows.map { $0 == 5 ? -1.5e308 : 1.5e308 }
      }
    }
    let one = ShapleyValues(baseValue: 0, contributions: [1e308])
    #expect(
      try FeatureImportance.contribution(of: [one, one]).delta.allSatisfy {
        abs($0 / 1e308 - 1) < 1e-12
      })

    let model = try SoftmaxRegression(featureCount: 2, classCount: 2)
    let parameters = try ParameterVector(
      layout: model.layout, values: [1e10, -1e10, -1e10, 1e10, 0, 0])
    let dataset = try Dataset(
      features: [1, 1, 1e300, 1e300], featureCount: 2, labels: [0, 1], classCount: 2)
    #expect(throws: FLMathError.classifier(.nonFiniteOutput(example: 1))) {
      try model.loss(parameters, on: dataset)
    }
    #expect(throws: FLMathError.classifier(.nonFiniteOutput(example: 1))) {
      try model.predict(parameters, on: dataset)
    }
    var objective = ClassifierObjective(model, on: dataset)
    #expect(throws: FLMathError.self) { try objective.loss(at: parameters.values) }
    #expect(throws: FLMathError.self) { try objective.rootMeanSquareLoss(at: parameters.values) }
    // Sums that no messages make overflow in decompression.
    let sparse = try RandomSparsification(dimension: 8, count: 1, seed: 1, scaling: .unbiased)
    #expect(throws: FLMathError.self) { try sparse.decompressSum([1e308], contributors: 1) }
    #expect(throws: FLMathError.self) { try sparse.decompressSum([.nan], contributors: 1) }
  }
}
