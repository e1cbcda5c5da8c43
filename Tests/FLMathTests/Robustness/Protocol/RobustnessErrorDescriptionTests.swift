import FLMath
import Testing

@Suite("Error descriptions of robustness, compression, explanation and erasure")
struct RobustnessErrorDescriptionTests {
  typealias DescribedError = any Error & CustomStringConvertible & Sendable

  /// Every error that carries what came, with the numbers and names that its sentence must show.
  static func examples() throws -> [(DescribedError, [String])] {
    let layout = try ParameterLayout([.init(name: "a", shape: [71])])
    return [
      (UpdateMatrixError.noRows, []),
      (UpdateMatrixError.noElements, []),
      (UpdateMatrixError.dimensionMismatch(row: 71, expected: 73, found: 79), ["71", "73", "79"]),
      (RobustAggregationError.invalidAttackers(-71), ["-71"]),
      (
        RobustAggregationError.beyondBreakdown(vectors: 71, attackers: 73, maximum: 79),
        ["71", "73", "79"]
      ),
      (
        RobustAggregationError.beyondBreakdown(vectors: 71, attackers: 73, maximum: -1),
        ["71", "73"]
      ),
      (
        RobustAggregationError.tooManyUnusableRows(attackers: 71, found: [73, 79]),
        ["71", "73", "79"]
      ),
      (RobustAggregationError.invalidSelection(maximum: 71, found: 73), ["71", "73"]),
      (RobustAggregationError.invalidRadius(-71), ["-71"]),
      (RobustAggregationError.invalidSmoothing(-71), ["-71"]),
      (RobustAggregationError.invalidTolerance(-71), ["-71"]),
      (RobustAggregationError.invalidIterations(-71), ["-71"]),
      (RobustAggregationError.notConverged(iterations: 71, excess: 0.73), ["71", "0.73"]),
      (RobustAggregationError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (RobustAggregationError.unusableReference, []),
      (RobustAggregationError.zeroReference, []),
      (RobustAggregationError.nothingTrusted, []),
      (RobustAggregationError.weightCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (RobustAggregationError.weightBeyondBreakdown(attackers: 71, share: 0.73), ["71", "0.73"]),
      (RobustAggregationError.zeroTotalWeight, []),
      (RobustAggregationError.invalidBucketSize(maximum: 71, found: 73), ["71", "73"]),
      (RobustAggregationError.notAPermutation(count: 71), ["70"]),
      (RobustAggregationError.noSuchRow(71), ["71"]),
      (RobustAggregationError.tooExpensive(cost: 73, maximum: 71), ["71", "73"]),
      (RobustAggregationError.invalidCoordinates(-71), ["-71"]),
      (RobustAggregationError.invalidFiltering(-71), ["-71"]),
      (RobustAggregationError.invalidCutoff(-71), ["-71"]),
      (RobustAggregationError.nothingSelected, []),
      (BucketPlanError.invalidClients(-71), ["-71"]),
      (BucketPlanError.invalidAttackers(clients: 71, found: 73), ["70", "71", "73"]),
      (BucketPlanError.invalidBucketSize(clients: 71, found: 73), ["71", "73"]),
      (BucketPlanError.invalidPrivacyFloor(-71), ["-71"]),
      (BucketPlanError.belowPrivacyFloor(floor: 71, found: 73), ["71", "73"]),
      (
        BucketPlanError.noCleanMajority(
          bucketSize: 71, expectedCleanShare: 0.73, largestBucketSize: 79),
        ["71", "0.73", "79"]
      ),
      (
        BucketPlanError.noCleanMajority(
          bucketSize: 71, expectedCleanShare: 0.73, largestBucketSize: 0),
        ["71", "0.73"]
      ),
      (ModelPoisoningError.invalidParameter(name: "scale", found: -71), ["scale", "-71"]),
      (ModelPoisoningError.nonFiniteDeviations(.infinity), ["inf"]),
      (ModelPoisoningError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (ModelPoisoningError.unusableHonestRows([71, 73]), ["71", "73"]),
      (ModelPoisoningError.tooFewHonestRows(1), ["1"]),
      (ModelPoisoningError.noSuchClient(count: 71, found: 73), ["70", "73"]),
      (ModelPoisoningError.invalidAttackers(clients: .min, found: 73), ["73"]),
      (ModelPoisoningError.noSuchClient(count: .min, found: 73), ["73"]),
      (BucketPlanError.invalidAttackers(clients: .min, found: 73), ["73"]),
      (ExplanationError.noSuchClass(count: .min, found: 73), ["73"]),
      (RobustAggregationError.notAPermutation(count: .min), []),
      (ClassifierError.exampleOutOfRange(count: .min, found: 73), ["73"]),
      (DatasetError.indexOutOfRange(count: .min, found: 73), ["73"]),
      (ModelPoisoningError.invalidAttackers(clients: 71, found: 73), ["70", "71", "73"]),
      (ModelPoisoningError.noDirection, []),
      (ModelPoisoningError.tooFewAttackers(-71), ["-71"]),
      (ModelPoisoningError.invalidEvaluations(-71), ["-71"]),
      (ModelPoisoningError.rule(.invalidRadius(-71)), ["-71"]),
      (CompressionError.invalidDimension(maximum: 71, found: 73), ["71", "73"]),
      (CompressionError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (CompressionError.nonFinite(index: 71, found: .infinity), ["71", "inf"]),
      (CompressionError.tooLong, []),
      (CompressionError.invalidBits(maximum: 71, found: 73), ["71", "73"]),
      (CompressionError.invalidRange(lower: 71, upper: 73), ["71", "73"]),
      (CompressionError.invalidLevels(maximum: 71, found: 73), ["71", "73"]),
      (CompressionError.invalidCount(maximum: 71, found: 73), ["71", "73"]),
      (CompressionError.invalidContributors(maximum: 71, found: 73), ["71", "73"]),
      (CompressionError.sumOutOfRange(index: 71, maximum: 73, found: 79), ["71", "73", "79"]),
      (CompressionError.levelOutOfRange(index: 71, maximum: 73, found: -79), ["71", "73", "-79"]),
      (CompressionError.invalidIndices, []),
      (ExplanationError.noFeatures, []),
      (ExplanationError.noExamples, []),
      (ExplanationError.countMismatch(expected: 71, found: 73), ["71", "73"]),
      (ExplanationError.nonFinite(index: 71, found: .infinity), ["71", "inf"]),
      (ExplanationError.noSuchClass(count: 71, found: 73), ["70", "73"]),
      (ExplanationError.layoutMismatch, []),
      (ExplanationError.tooFewCoalitions(minimum: 71, found: 73), ["71", "73"]),
      (ExplanationError.tooManyCoalitions(maximum: 71, found: 73), ["71", "73"]),
      (ExplanationError.underdetermined, []),
      (ExplanationError.mismatch(.emptyBatch), ["batch"]),
      (ErasureError.duplicateClient(71, round: 73), ["71", "73"]),
      (ErasureError.invalidCheckpoints(rounds: 71), ["71"]),
      (ErasureError.noCheckpoint(before: 71), ["71"]),
      (ErasureError.invalidShards(clients: 71, found: 73), ["71", "73"]),
      (ErasureError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (ErasureError.invalidRounds, []),
      (ErasureError.invalidUpdates(round: 71, .zeroTotalWeight), ["71", "sum to at least 1"]),
      (ErasureError.unusableUpdate, []),
      (ErasureError.diverged(round: 71), ["71"]),
      (ErasureError.modelCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (
        ReconstructionError<ErasureError>.training(.unusableUpdate, client: 71, round: 73),
        ["71", "73", "moderate length"]
      ),
      (ReconstructionError<ErasureError>.erasure(.diverged(round: 71)), ["71"]),
      (ErasureError.mismatch(.layoutMismatch(expected: layout, found: layout)), ["71"]),
    ]
  }

  @Test("Every description is one sentence that shows what was expected and what came")
  func descriptions() throws {
    for (error, details) in try Self.examples() {
      let text = error.description
      #expect(text.hasPrefix("Expected "), "\(text)")
      #expect(text.hasSuffix("."), "\(text)")
      for detail in details {
        #expect(text.contains(detail), "\(detail) is missing in: \(text)")
      }
    }
  }
}
