import FLMath
import Testing

@Suite("Error descriptions of robustness, compression, explanation and erasure")
struct RobustnessErrorDescriptionTests {
  typealias DescribedError = any Error & CustomStringConvertible & Sendable

  /// Every error that carries what came, with the numbers and names that its sentence must show.
  static func examples() throws -> [(DescribedError, [String])] {
    let layout = try ParameterLayout([.init(name: "a", shape: [71])])
    return [
      (FLMathError.updateMatrix(.noRows), []),
      (FLMathError.updateMatrix(.noElements), []),
      (
        FLMathError.updateMatrix(.dimensionMismatch(row: 71, expected: 73, found: 79)),
        ["71", "73", "79"]
      ),
      (FLMathError.robustAggregation(.invalidAttackers(-71)), ["-71"]),
      (
        FLMathError.robustAggregation(.beyondBreakdown(vectors: 71, attackers: 73, maximum: 79)),
        ["71", "73", "79"]
      ),
      (
        FLMathError.robustAggregation(.beyondBreakdown(vectors: 71, attackers: 73, maximum: -1)),
        ["71", "73"]
      ),
      (
        FLMathError.robustAggregation(.tooManyUnusableRows(attackers: 71, found: [73, 79])),
        ["71", "73", "79"]
      ),
      (FLMathError.robustAggregation(.invalidSelection(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.robustAggregation(.invalidRadius(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidSmoothing(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidTolerance(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidIterations(-71)), ["-71"]),
      (FLMathError.robustAggregation(.notConverged(iterations: 71, excess: 0.73)), ["71", "0.73"]),
      (FLMathError.robustAggregation(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (FLMathError.robustAggregation(.unusableReference), []),
      (FLMathError.robustAggregation(.zeroReference), []),
      (FLMathError.robustAggregation(.nothingTrusted), []),
      (FLMathError.robustAggregation(.weightCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (
        FLMathError.robustAggregation(.weightBeyondBreakdown(attackers: 71, share: 0.73)),
        ["71", "0.73"]
      ),
      (FLMathError.robustAggregation(.zeroTotalWeight), []),
      (FLMathError.robustAggregation(.invalidBucketSize(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.robustAggregation(.notAPermutation(count: 71)), ["70"]),
      (FLMathError.robustAggregation(.noSuchRow(71)), ["71"]),
      (FLMathError.robustAggregation(.tooExpensive(cost: 73, maximum: 71)), ["71", "73"]),
      (FLMathError.robustAggregation(.invalidCoordinates(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidFiltering(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidCutoff(-71)), ["-71"]),
      (FLMathError.robustAggregation(.nothingSelected), []),
      (FLMathError.buckets(.invalidClients(-71)), ["-71"]),
      (FLMathError.buckets(.invalidAttackers(clients: 71, found: 73)), ["70", "71", "73"]),
      (FLMathError.buckets(.invalidBucketSize(clients: 71, found: 73)), ["71", "73"]),
      (FLMathError.buckets(.invalidPrivacyFloor(-71)), ["-71"]),
      (FLMathError.buckets(.belowPrivacyFloor(floor: 71, found: 73)), ["71", "73"]),
      (
        FLMathError.buckets(
          .noCleanMajority(
            bucketSize: 71, expectedCleanShare: 0.73, largestBucketSize: 79)),
        ["71", "0.73", "79"]
      ),
      (
        FLMathError.buckets(
          .noCleanMajority(
            bucketSize: 71, expectedCleanShare: 0.73, largestBucketSize: 0)),
        ["71", "0.73"]
      ),
      (FLMathError.poisoning(.invalidParameter(name: "scale", found: -71)), ["scale", "-71"]),
      (FLMathError.poisoning(.nonFiniteDeviations(.infinity)), ["inf"]),
      (FLMathError.poisoning(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (FLMathError.poisoning(.unusableHonestRows([71, 73])), ["71", "73"]),
      (FLMathError.poisoning(.tooFewHonestRows(1)), ["1"]),
      (FLMathError.poisoning(.noSuchClient(count: 71, found: 73)), ["70", "73"]),
      (FLMathError.poisoning(.invalidAttackers(clients: .min, found: 73)), ["73"]),
      (FLMathError.poisoning(.noSuchClient(count: .min, found: 73)), ["73"]),
      (FLMathError.buckets(.invalidAttackers(clients: .min, found: 73)), ["73"]),
      (FLMathError.explanation(.noSuchClass(count: .min, found: 73)), ["73"]),
      (FLMathError.robustAggregation(.notAPermutation(count: .min)), []),
      (FLMathError.classifier(.exampleOutOfRange(count: .min, found: 73)), ["73"]),
      (FLMathError.dataset(.indexOutOfRange(count: .min, found: 73)), ["73"]),
      (FLMathError.poisoning(.invalidAttackers(clients: 71, found: 73)), ["70", "71", "73"]),
      (FLMathError.poisoning(.noDirection), []),
      (FLMathError.poisoning(.tooFewAttackers(-71)), ["-71"]),
      (FLMathError.poisoning(.invalidEvaluations(-71)), ["-71"]),
      (FLMathError.robustAggregation(.invalidRadius(-71)), ["-71"]),
      (FLMathError.compression(.invalidDimension(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.compression(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (FLMathError.compression(.nonFinite(index: 71, found: .infinity)), ["71", "inf"]),
      (FLMathError.compression(.tooLong), []),
      (FLMathError.compression(.invalidBits(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.compression(.invalidRange(lower: 71, upper: 73)), ["71", "73"]),
      (FLMathError.compression(.invalidLevels(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.compression(.invalidCount(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.compression(.invalidContributors(maximum: 71, found: 73)), ["71", "73"]),
      (
        FLMathError.compression(.sumOutOfRange(index: 71, maximum: 73, found: 79)),
        ["71", "73", "79"]
      ),
      (
        FLMathError.compression(.levelOutOfRange(index: 71, maximum: 73, found: -79)),
        ["71", "73", "-79"]
      ),
      (FLMathError.compression(.invalidIndices), []),
      (FLMathError.explanation(.noFeatures), []),
      (FLMathError.explanation(.noExamples), []),
      (FLMathError.explanation(.countMismatch(expected: 71, found: 73)), ["71", "73"]),
      (FLMathError.explanation(.nonFinite(index: 71, found: .infinity)), ["71", "inf"]),
      (FLMathError.explanation(.noSuchClass(count: 71, found: 73)), ["70", "73"]),
      (FLMathError.explanation(.layoutMismatch), []),
      (FLMathError.explanation(.tooFewCoalitions(minimum: 71, found: 73)), ["71", "73"]),
      (FLMathError.explanation(.tooManyCoalitions(maximum: 71, found: 73)), ["71", "73"]),
      (FLMathError.explanation(.underdetermined), []),
      (FLMathError.classifier(.emptyBatch), ["batch"]),
      (FLMathError.erasure(.duplicateClient(71, round: 73)), ["71", "73"]),
      (FLMathError.erasure(.invalidCheckpoints(rounds: 71)), ["71"]),
      (FLMathError.erasure(.noCheckpoint(before: 71)), ["71"]),
      (FLMathError.erasure(.invalidShards(clients: 71, found: 73)), ["71", "73"]),
      (FLMathError.erasure(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (FLMathError.erasure(.invalidRounds), []),
      (
        FLMathError.erasure(.invalidUpdates(round: 71, cause: .update(.zeroTotalWeight))),
        ["71", "sum to at least 1"]
      ),
      (FLMathError.erasure(.unusableUpdate), []),
      (FLMathError.erasure(.diverged(round: 71)), ["71"]),
      (FLMathError.erasure(.modelCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (
        ReconstructionError<FLMathError>.training(.erasure(.unusableUpdate), client: 71, round: 73),
        ["71", "73", "moderate length"]
      ),
      (ReconstructionError<FLMathError>.mathematics(.erasure(.diverged(round: 71))), ["71"]),
      (FLMathError.classifier(.layoutMismatch(expected: layout, found: layout)), ["71"]),
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
