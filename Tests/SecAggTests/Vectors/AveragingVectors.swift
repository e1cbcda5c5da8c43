import FLMath
import Testing

@testable import SecAgg

/// A layer of a model as vectors state it.
struct LayerRecord: Codable {
  var name: String
  var shape: [Int]
}

extension [LayerRecord] {
  /// The model of these layers with the parameters of `bits`.
  func model(_ bits: Hex) throws -> ParameterVector {
    try ParameterVector(
      layout: ParameterLayout(
        map { ParameterLayout.Layer(name: $0.name, shape: $0.shape) }),
      values: bits.doubles)
  }
}

extension Hex {
  /// Doubles, each as its bit pattern in 8 little-endian bytes.
  init(doubles: [Double]) { self.init(words: doubles.map(\.bitPattern)) }

  var doubles: [Double] { words.map { Double(bitPattern: $0) } }

  /// The only one of them.
  var double: Double {
    get throws { try #require(words.count == 1 ? doubles.first : nil) }
  }
}

/// Federated averaging: context, encoding and decoding (specification, section 18).
struct AveragingVector: VectorCase {
  struct Input: Codable {
    var task: String
    var round: Int
    var layers: [LayerRecord]
    var parameters: Hex
    var bound: Hex
    var normBound: Hex?
    /// The file omits the value false.
    var countsClipping: Bool?
    /// The counters of the client. The file omits an empty list.
    var counters: [String]?
    var largestWeight: UInt64
    var valueBits: Int
    var maximumContributors: Int
    var weight: UInt64
    var update: Hex
    var sums: [String]
    var contributors: Int
  }

  var input: Input
  var context: Hex
  var elementCount: Int
  var weightElements: [String]
  /// Left out, as the counts of the sum, without counts of clipping.
  var clippingElements: [String]?
  var clippedCoordinates: UInt64?
  var largestCoordinates: [Int]?
  var norms: [Int]?
  /// Left out without counters.
  var counterElements: [String]?
  var counterSums: [String]?
  /// The two neighbours that each coordinate may be rounded to; equal for a whole product.
  var lowerElements: [String]
  var upperElements: [String]
  var totalWeight: UInt64
  var mean: Hex

  init(_ input: Input) throws {
    let count = input.update.doubles.count
    let secure = try SecureFedAvg(
      parameterCount: count, clippingBound: input.bound.double,
      normBound: input.normBound.map { try $0.double }, maximumWeight: input.largestWeight,
      maximumContributors: input.maximumContributors, minimumValueBits: input.valueBits,
      countsClipping: input.countsClipping ?? false, counterCount: input.counters?.count ?? 0)
    try #require(secure.layout.lanes.valueBits == input.valueBits)
    let counters = try (input.counters ?? []).map { try #require(UInt64($0)) }
    /// The elements with all roundings in one direction: randomness of zeros or of ones.
    func elements(_ word: UInt64) throws -> [UInt64] {
      let vector = try secure.encode(
        input.update.doubles.span, weight: input.weight, counters: counters
      ) { words, parameters in
        for index in 0..<parameters.count { words[index] = word }
      }
      return try #require(vector.elements.unsigned)
    }
    let rounded = try [elements(0), elements(.max)]
    let sums = try input.sums.map { try #require(UInt64($0)) }
    let decoded = try secure.decode(
      sums: sums, contributors: ClientID.all(cohortSize: input.contributors))
    let counts = try secure.clippingCounts(sums: sums, contributors: input.contributors)
    let afterWeight = count + secure.weightElementCount
    self.input = input
    context = Hex(
      secure.applicationContext(
        of: Broadcast(model: try input.layers.model(input.parameters), round: input.round),
        task: input.task))
    elementCount = secure.layout.elementCount
    weightElements = rounded[0][count..<afterWeight].map { String($0) }
    clippingElements = counts.map { _ in
      rounded[0][afterWeight...].dropLast(counters.count).map { String($0) }
    }
    clippedCoordinates = counts?.clippedCoordinates
    largestCoordinates = counts?.largestCoordinates
    norms = counts?.norms
    counterElements = input.counters.map { rounded[0].suffix($0.count).map { String($0) } }
    counterSums = input.counters.map { sums.suffix($0.count).map { String($0) } }
    lowerElements = zip(rounded[0], rounded[1]).prefix(count).map { String(min($0, $1)) }
    upperElements = zip(rounded[0], rounded[1]).prefix(count).map { String(max($0, $1)) }
    totalWeight = decoded.totalWeight
    mean = Hex(doubles: decoded.mean)
  }
}

/// Private averaging: context and the numbers that follow from the settings (section 19).
struct PrivateAveragingVector: VectorCase {
  struct Input: Codable {
    struct Sampling: Codable {
      var kind: Int
      var sampleSize: Int?
      var population: Int?
    }

    var task: String
    var round: Int
    var layers: [LayerRecord]
    var parameters: Hex
    var clippingBound: Hex
    var noise: Int
    var noiseMultiplier: Hex
    var bits: Int
    var cohortSize: Int
    var minimumContributors: Int
    var corruptFraction: Hex
    var relation: Int
    var sampling: Sampling
    var divisor: Int
    var clipBitDeviation: Hex?
    var roundingBias: Hex
    var wrapProbability: Hex
  }

  var input: Input
  var context: Hex
  var honest: Int
  var clipBitWeight: Hex?
  var sensitivity: Hex
  var dimension: Int
  var shareDeviation: Hex
  var scale: Hex
  var roundedBound: Hex

  init(_ input: Input) throws {
    let model = try input.layers.model(input.parameters)
    let sampling: SamplingScheme =
      switch input.sampling.kind {
      case 1: .none
      default:
        .withoutReplacement(
          sampleSize: try #require(input.sampling.sampleSize),
          population: try #require(input.sampling.population))
      }
    let averaging = try PrivateFedAvg(
      PrivateFedAvg.Settings(
        parameterCount: model.values.count, clippingBound: input.clippingBound.double,
        noise: input.noise == 1 ? .discreteGaussian : .skellam,
        noiseMultiplier: input.noiseMultiplier.double, bits: input.bits,
        cohortSize: input.cohortSize, minimumContributors: input.minimumContributors,
        corruptFraction: input.corruptFraction.double,
        relation: input.relation == 3 ? .zeroOut : .replace, sampling: sampling,
        expectedContributors: input.divisor,
        clipBitDeviation: input.clipBitDeviation.map { try $0.double },
        roundingBias: input.roundingBias.double, wrapProbability: input.wrapProbability.double))
    let parameters = averaging.parameters
    self.input = input
    context = Hex(
      averaging.applicationContext(
        of: Broadcast(model: model, round: input.round), task: input.task))
    honest = parameters.choice.survivingHonest
    clipBitWeight = averaging.clipBitWeight.map { Hex(doubles: [$0]) }
    sensitivity = Hex(doubles: [parameters.choice.clip])
    dimension = parameters.paddedDimension
    shareDeviation = Hex(doubles: [parameters.localStandardDeviation])
    scale = Hex(doubles: [parameters.scale])
    roundedBound = Hex(doubles: [parameters.scaledL2Bound])
  }
}

/// The inputs of both files.
enum AveragingVectors {
  private static let layers = [
    LayerRecord(name: "weights", shape: [2, 3]), LayerRecord(name: "bias", shape: [1]),
  ]
  private static let parameters = Hex(doubles: [0, -0.5, 1e-300, 3, -2.25, 1e10, 0.1])

  static let plain = VectorFile<AveragingVector>(
    name: "averaging",
    about: "Settings, model and update -> context and elements; sums -> mean (section 18)."
  ) {
    let updates: [[Double]] = [
      [0.5, -0.25, 2, -2, 1e-9, 0.1, 0], [0.3, 0.4, -0.5, 0.6, -0.7, 0.8, -0.9],
    ]
    return [
      (16, 100, UInt64(1), nil, false, 0), (25, 12, 1000, nil, false, 0),
      (25, 12, 1000, 0.75, false, 0), (57, 100, 100, 3, false, 0), (25, 12, 1000, 0.75, true, 0),
      (2, 3, 1, nil, true, 0), (25, 12, 1000, nil, false, 3), (2, 3, 1, nil, true, 2),
      (57, 100, 100, 3, true, 1),
    ]
    .enumerated().map {
      index, setting in
      let (bits, contributors, largest, norm, counts, counterCount):
        (Int, Int, UInt64, Double?, Bool, Int) = setting
      let lanes = try? LaneLayout(minimumValueBits: bits, maximumContributors: contributors)
      let valueBits = lanes?.valueBits ?? bits
      let weightCount = (64 - largest.leadingZeroBitCount + valueBits - 1) / valueBits
      let levels = UInt64(1) << UInt64(min(valueBits, 52) - 1) - 1
      let sums = (0..<7).map { String(3 * levels + UInt64($0) * (levels / 7) - levels / 2) }
      // 5 cut-off coordinates; classes 3, 20 and 20 of the largest, 0, 1 and 32 of the norms.
      let pieces = ["5"] + [String](repeating: "0", count: valueBits < 3 ? 1 : 0)
      let largestClasses = (0..<33).map { $0 == 3 ? "1" : $0 == 20 ? "2" : "0" }
      let normClasses = norm == nil ? [] : (0..<33).map { [0, 1, 32].contains($0) ? "1" : "0" }
      // The largest sum of three contributors first.
      let maximum = UInt64(1) << UInt64(valueBits) - 1
      let counters = (0..<counterCount).map { String(maximum >> UInt64($0)) }
      let counterSums = (0..<counterCount).map { String(3 * maximum - UInt64($0)) }
      return AveragingVector.Input(
        task: "task \(index)", round: 7 * index, layers: layers, parameters: parameters,
        bound: Hex(doubles: [1]),
        normBound: norm.map { Hex(doubles: [$0]) }, countsClipping: counts ? true : nil,
        counters: counters.isEmpty ? nil : counters, largestWeight: largest,
        valueBits: valueBits, maximumContributors: contributors,
        weight: (largest + 1) / 2, update: Hex(doubles: updates[index % 2]),
        sums: sums + ["2"] + [String](repeating: "0", count: weightCount - 1)
          + (counts ? pieces + largestClasses + normClasses : []) + counterSums,
        contributors: 3)
    }
  }

  static let noisy = VectorFile<PrivateAveragingVector>(
    name: "private-averaging",
    about: "Settings and model -> context and the numbers of the noise (section 19)."
  ) {
    [
      (1, 1.0, 16, 3, nil), (2, 0.8, 18, 2, nil), (1, 2.5, 20, 3, 3.0), (1, 0.5, 12, 2, nil),
    ].map { (noise: Int, multiplier: Double, bits: Int, relation: Int, deviation: Double?) in
      PrivateAveragingVector.Input(
        task: "private", round: 3, layers: layers, parameters: parameters,
        clippingBound: Hex(doubles: [2]), noise: noise,
        noiseMultiplier: Hex(doubles: [multiplier]), bits: bits, cohortSize: 20,
        minimumContributors: 12, corruptFraction: Hex(doubles: [0.1]), relation: relation,
        sampling: .init(kind: 1), divisor: 14,
        clipBitDeviation: deviation.map { Hex(doubles: [$0]) },
        roundingBias: Hex(doubles: [bits == 12 ? 0 : 0.6065306597126334]),
        wrapProbability: Hex(doubles: [1e-4]))
    }
  }
}
