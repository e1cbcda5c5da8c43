import FLMath
import Testing

@Suite("Error descriptions")
struct ErrorDescriptionTests {
  private static func small() throws -> ParameterLayout {
    try ParameterLayout([.init(name: "a", shape: [71])])
  }

  /// Every error that carries what came, with the numbers and names that its sentence must show.
  static func examples() throws -> [(FLMathError, [String])] {
    let (one, other) = (try small(), try ParameterLayout([.init(name: "b", shape: [73])]))
    return [
      (.parameters(.emptyName(layer: 71)), ["71"]),
      (.parameters(.duplicateName("bias")), ["bias"]),
      (
        .parameters(.nonPositiveDimension(layer: "bias", dimension: 71, found: -73)),
        ["bias", "71", "-73"]
      ),
      (.parameters(.tooManyParameters(layer: "bias", maximum: 71)), ["bias", "71"]),
      (.parameters(.countMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.parameters(.nonFinite(index: 71, found: -.infinity)), ["71", "-inf"]),
      (.update(.layoutMismatch(global: one, local: other)), ["71", "73"]),
      (.update(.overflow(index: 71)), ["71"]),
      (.update(.duplicateContributor(71)), ["71"]),
      (
        .update(.dimensionMismatch(contributor: 71, expected: 73, found: 79)),
        ["71", "73", "79"]
      ),
      (
        .update(.nonFiniteUpdate(contributor: 71, index: 73, found: .infinity)),
        ["71", "73", "inf"]
      ),
      (.update(.nonFiniteMean(index: 71, found: .infinity)), ["71", "inf"]),
      (.update(.totalWeightOverflow(contributor: 71)), ["71"]),
      (.algorithm(.invalid(.serverLearningRate, found: -71)), ["-71"]),
      (.algorithm(.invalidRound(-71)), ["-71"]),
      (.algorithm(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (
        .algorithm(.diverged(round: 71, index: 73, found: .infinity)),
        ["71", "73", "inf"]
      ),
      (.algorithm(.foreignState(expected: ["h"], found: ["control"])), ["h", "control"]),
      (.algorithm(.memoryMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.algorithm(.populationExceeded(expected: 71, found: 73)), ["71", "73"]),
      (.algorithm(.trainedInTheFuture(current: 71, found: 73)), ["71", "73"]),
      (.algorithm(.tooManySteps(maximum: 71, found: 73)), ["71", "73"]),
      (.algorithm(.impossibleClusters(contributors: 71, found: [73, 79])), ["71", "73", "79"]),
      (.algorithm(.foreignModel(cluster: 71)), ["71"]),
      (
        .algorithm(.foreignBroadcast(clusters: 71, parameters: 73, found: 79)),
        ["71", "73", "79"]
      ),
      (.training(.invalidSteps(-71)), ["-71"]),
      (.update(.overflow(index: 71)), ["71"]),
      (.update(.duplicateContributor(71)), ["71"]),
      (.evaluation(.invalidBins(-71)), ["-71"]),
      (.evaluation(.invalidEdge(index: 71, found: -73)), ["71", "-73"]),
      (.evaluation(.invalidMinimumClients(-71)), ["-71"]),
      (.evaluation(.notANumber), ["NaN"]),
      (.evaluation(.invalidShare(-71)), ["-71"]),
      (.evaluation(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.evaluation(.unequalWeights(contributors: 71, found: 73)), ["71", "73"]),
      (.evaluation(.tooFewClients(minimum: 73, found: 71)), ["71", "73"]),
      (.evaluation(.impossibleCount(place: 71, found: -73)), ["71", "-73"]),
      (.evaluation(.impossibleSum(clients: 71, found: 73)), ["71", "73"]),
      (.evaluation(.impossibleMoments), []),
      (.selection(.duplicateClient(71)), ["71"]),
      (.selection(.invalidSize(-71)), ["-71"]),
      (.selection(.invalidRate(-71)), ["-71"]),
      (.selection(.tooFewCandidates(needed: 71, found: 73)), ["71", "73"]),
      (.selection(.noStratum(71)), ["71"]),
      (.selection(.tooFewProbes(size: 71, found: 73)), ["71", "73"]),
      (.selection(.missingLoss(71)), ["71"]),
      (.selection(.invalidWeight(client: 71, found: -73)), ["71", "-73"]),
      (.selection(.invalidOort(setting: "a cut-off", found: -71)), ["a cut-off", "-71"]),
      (.simulation(.invalidProfile(quantity: "a rate", found: -71)), ["a rate", "-71"]),
      (.simulation(.invalidPolicy(quantity: "a goal", found: -71)), ["a goal", "-71"]),
      (.simulation(.noDevices), []),
      (.simulation(.nobodyComes(needed: 71, found: 73)), ["71", "73"]),
      (.simulation(.foreignContributor(71)), ["71"]),
      (.selection(.noStratum(71)), ["71"]),
      (.algorithm(.invalidRound(-71)), ["-71"]),
      (.update(.duplicateContributor(71)), ["71"]),
      (.clipping(.invalidBound(-71)), ["-71"]),
      (.clipping(.nonFinite(index: 71, found: .infinity)), ["71", "inf"]),
      (.lanes(.invalidMinimumValueBits(71)), ["71"]),
      (.lanes(.invalidMaximumContributors(-71)), ["-71"]),
      (.lanes(.laneTooWide(minimumValueBits: 71, headroom: 73)), ["71", "73"]),
      (.lanes(.inconsistentValueBits(expected: 71, found: 73)), ["71", "73"]),
      (.fixedPoint(.invalidBound(-71)), ["-71"]),
      (.fixedPoint(.invalidBits(71)), ["71"]),
      (.fixedPoint(.nonFinite(index: 71, found: .infinity)), ["71", "inf"]),
      (.fixedPoint(.invalidContributors(maximum: 71, found: 73)), ["71", "73"]),
      (.fixedPoint(.sumOutOfRange(index: 71, maximum: 73, found: 79)), ["71", "73", "79"]),
      (.privacy(.classicFormulaDoesNotHold(epsilon: 71)), ["71"]),
      (.privacy(.unreachableTarget(epsilon: 71, delta: 0.73)), ["71", "0.73"]),
      (
        .privacy(.sampleExceedsPopulation(sampleSize: 73, population: 71)), ["71", "73"]
      ),
      (.privacy(.tooFewBits(bits: 71, clients: 73)), ["73", "bits"]),
      (.privacy(.clippedCountTooPrecise(minimum: 71, found: 73)), ["71", "73"]),
      (.privacy(.dimensionMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.privacy(.nonFinite(index: 71, found: .infinity)), ["71", "inf"]),
      (.privacy(.notReduced(index: 71, found: 73)), ["71", "73"]),
      (.privacy(.outOfRange(.delta, found: 71)), ["71", "delta"]),
      (
        .accounting(
          .unsupported(
            try PrivacyEvent(
              .gaussian(noiseMultiplier: 71), relation: .replace,
              sampling: .poisson(probability: 0.73), repetitions: 1))), ["71", "0.73", "replace"]
      ),
      (.classifier(.invalidFeatureCount(-71)), ["-71"]),
      (.classifier(.invalidClassCount(-71)), ["-71"]),
      (.classifier(.invalidHiddenWidth(layer: 71, found: -73)), ["71", "-73"]),
      (.parameters(.duplicateName("bias")), ["bias"]),
      (.classifier(.layoutMismatch(expected: one, found: other)), ["71", "73"]),
      (.classifier(.parameterCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.classifier(.gradientCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.classifier(.featureCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.classifier(.classCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.classifier(.nonFiniteOutput(example: 71)), ["71"]),
      (.classifier(.exampleOutOfRange(count: 71, found: 73)), ["70", "73"]),
      (.training(.invalidLearningRate(-71)), ["-71"]),
      (.training(.invalidBatchSize(-71)), ["-71"]),
      (.training(.invalidEpochs(-71)), ["-71"]),
      (.training(.invalidSteps(-71)), ["-71"]),
      (.training(.invalidInexactness(-71)), ["-71"]),
      (.classifier(.parameterCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.training(.invalidExampleCount(-71)), ["-71"]),
      (.training(.nonFiniteLoss(.infinity)), ["inf"]),
      (.training(.diverged(epoch: 71)), ["71"]),
      (.dataset(.invalidFeatureCount(-71)), ["-71"]),
      (.dataset(.invalidClassCount(-71)), ["-71"]),
      (
        .dataset(.valueCountMismatch(examples: 71, featureCount: 73, found: 79)),
        ["71", "73", "79"]
      ),
      (
        .dataset(.nonFinite(example: 71, feature: 73, found: .infinity)), ["71", "73", "inf"]
      ),
      (.dataset(.labelOutOfRange(example: 71, classCount: 73, found: 79)), ["71", "72", "79"]),
      (.dataset(.indexOutOfRange(count: 71, found: 73)), ["70", "73"]),
      (.dataset(.featureCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (.dataset(.spreadTooLarge(feature: 71)), ["71"]),
      (.table(.invalidClassCount(-71)), ["-71"]),
      (.table(.tooFewColumns(line: 71, found: 73)), ["71", "73"]),
      (
        .table(.raggedRow(line: 71, expected: 73, found: 79)), ["71", "73", "79"]
      ),
      (
        .table(.notANumber(line: 71, column: 73, found: "?")), ["71", "73", "?"]
      ),
      (.table(.nonFinite(line: 71, column: 73, found: "?")), ["71", "73", "?"]),
      (.table(.notALabel(line: 71, column: 73, found: "?")), ["71", "73", "?"]),
      (
        .table(.labelOutOfRange(line: 71, column: 73, classCount: 79, found: 83)),
        ["71", "73", "78", "83"]
      ),
      (.table(.repeatedClass("?")), ["?"]),
      (.table(.invalidReplacement(.infinity)), ["inf"]),
      (.table(.tooLarge(.columns, limit: 71)), ["71", "columns"]),
      (.table(.columnNotFound(name: "?", times: 71)), ["?", "71"]),
      (.table(.columnOutOfRange(number: 71, columns: 73)), ["71", "73"]),
      (.table(.unnamedColumn(column: 71)), ["71"]),
      (.table(.strayQuotationMark(line: 71, column: 73)), ["71", "73"]),
      (.table(.unterminatedQuotation(line: 71, column: 73)), ["71", "73"]),
      (.table(.missingValue(line: 71, column: 73)), ["71", "73"]),
      (
        .table(.unknownClass(line: 71, column: 73, found: "?", expected: ["!"])),
        ["71", "73", "?", "!"]
      ),
      (.dataset(.spreadTooLarge(feature: 71)), ["71"]),
      (.partition(.invalidClients(-71)), ["-71"]),
      (.partition(.invalidAlpha(-71)), ["-71"]),
      (.partition(.invalidMinimumExamples(-71)), ["-71"]),
      (.partition(.invalidShardsPerClient(-71)), ["-71"]),
      (
        .partition(.tooFewExamples(parts: 71, examplesPerPart: 73, found: 79)),
        ["71", "73", "79"]
      ),
    ]
  }

  @Test("Every description is one sentence that shows what was expected and what came")
  func descriptions() throws {
    let ranges: [(FLMathError, [String])] = FLMathError.Privacy.Parameter.allCases.map {
      (.privacy(.outOfRange($0, found: -71)), [$0.rawValue, "-71"])
    }
    for (error, details) in try Self.examples() + ranges {
      let text = error.description
      #expect(text.hasPrefix("Expected "), "\(text)")
      #expect(text.hasSuffix("."), "\(text)")
      for detail in details {
        #expect(text.contains(detail), "\(detail) is missing in: \(text)")
      }
    }
  }
}
