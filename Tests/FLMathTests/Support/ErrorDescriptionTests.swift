import FLMath
import Testing

@Suite("Error descriptions")
struct ErrorDescriptionTests {
  typealias DescribedError = any Error & CustomStringConvertible & Sendable

  private static func small() throws -> ParameterLayout {
    try ParameterLayout([.init(name: "a", shape: [71])])
  }

  /// Every error that carries what came, with the numbers and names that its sentence must show.
  static func examples() throws -> [(DescribedError, [String])] {
    let (one, other) = (try small(), try ParameterLayout([.init(name: "b", shape: [73])]))
    return [
      (ParameterLayoutError.emptyName(layer: 71), ["71"]),
      (ParameterLayoutError.duplicateName("bias"), ["bias"]),
      (
        ParameterLayoutError.nonPositiveDimension(layer: "bias", dimension: 71, found: -73),
        ["bias", "71", "-73"]
      ),
      (ParameterLayoutError.tooManyParameters(layer: "bias", maximum: 71), ["bias", "71"]),
      (ParameterVectorError.countMismatch(expected: 71, found: 73), ["71", "73"]),
      (ParameterVectorError.nonFinite(index: 71, found: -.infinity), ["71", "-inf"]),
      (ClientUpdateError.layoutMismatch(global: one, local: other), ["71", "73"]),
      (ClientUpdateError.overflow(index: 71), ["71"]),
      (WeightedMeanError.duplicateContributor(71), ["71"]),
      (
        WeightedMeanError.dimensionMismatch(contributor: 71, expected: 73, found: 79),
        ["71", "73", "79"]
      ),
      (
        WeightedMeanError.nonFiniteUpdate(contributor: 71, index: 73, found: .infinity),
        ["71", "73", "inf"]
      ),
      (WeightedMeanError.nonFiniteMean(index: 71, found: .infinity), ["71", "inf"]),
      (WeightedMeanError.totalWeightOverflow(contributor: 71), ["71"]),
      (AlgorithmError.invalid(.serverLearningRate, found: -71), ["-71"]),
      (AlgorithmError.invalidRound(-71), ["-71"]),
      (AlgorithmError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (
        AlgorithmError.diverged(round: 71, cause: .nonFinite(index: 73, found: .infinity)),
        ["71", "73", "inf"]
      ),
      (AlgorithmError.foreignState(expected: ["h"], found: ["control"]), ["h", "control"]),
      (AlgorithmError.memoryMismatch(expected: 71, found: 73), ["71", "73"]),
      (AlgorithmError.populationExceeded(expected: 71, found: 73), ["71", "73"]),
      (AlgorithmError.trainedInTheFuture(current: 71, found: 73), ["71", "73"]),
      (AlgorithmError.tooManySteps(maximum: 71, found: 73), ["71", "73"]),
      (AlgorithmError.impossibleClusters(contributors: 71, found: [73, 79]), ["71", "73", "79"]),
      (AlgorithmError.foreignModel(cluster: 71), ["71"]),
      (
        AlgorithmError.foreignBroadcast(clusters: 71, parameters: 73, found: 79),
        ["71", "73", "79"]
      ),
      (AlgorithmError.training(.invalidSteps(-71)), ["-71"]),
      (AlgorithmError.update(.overflow(index: 71)), ["71"]),
      (AlgorithmError.mean(.duplicateContributor(71)), ["71"]),
      (EvaluationError.invalidBins(-71), ["-71"]),
      (EvaluationError.invalidEdge(index: 71, found: -73), ["71", "-73"]),
      (EvaluationError.invalidMinimumClients(-71), ["-71"]),
      (EvaluationError.notANumber, ["NaN"]),
      (EvaluationError.invalidShare(-71), ["-71"]),
      (EvaluationError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (EvaluationError.unequalWeights(contributors: 71, found: 73), ["71", "73"]),
      (EvaluationError.tooFewClients(minimum: 73, found: 71), ["71", "73"]),
      (EvaluationError.impossibleCount(place: 71, found: -73), ["71", "-73"]),
      (EvaluationError.impossibleSum(clients: 71, found: 73), ["71", "73"]),
      (EvaluationError.impossibleMoments, []),
      (SelectionError.duplicateClient(71), ["71"]),
      (SelectionError.invalidSize(-71), ["-71"]),
      (SelectionError.invalidRate(-71), ["-71"]),
      (SelectionError.tooFewCandidates(needed: 71, found: 73), ["71", "73"]),
      (SelectionError.noStratum(71), ["71"]),
      (SelectionError.tooFewProbes(size: 71, found: 73), ["71", "73"]),
      (SelectionError.missingLoss(71), ["71"]),
      (SelectionError.invalidWeight(client: 71, found: -73), ["71", "-73"]),
      (SelectionError.invalidOort(setting: "a cut-off", found: -71), ["a cut-off", "-71"]),
      (SimulationError.invalidProfile(quantity: "a rate", found: -71), ["a rate", "-71"]),
      (SimulationError.invalidPolicy(quantity: "a goal", found: -71), ["a goal", "-71"]),
      (SimulationError.noDevices, []),
      (SimulationError.nobodyComes(needed: 71, found: 73), ["71", "73"]),
      (SimulationError.foreignContributor(71), ["71"]),
      (SimulationError.selection(.noStratum(71)), ["71"]),
      (SimulationError.algorithm(.invalidRound(-71)), ["-71"]),
      (SimulationError.mean(.duplicateContributor(71)), ["71"]),
      (ClippingError.invalidBound(-71), ["-71"]),
      (ClippingError.nonFinite(index: 71, found: .infinity), ["71", "inf"]),
      (LanesError.invalidMinimumValueBits(71), ["71"]),
      (LanesError.invalidMaximumContributors(-71), ["-71"]),
      (LanesError.laneTooWide(minimumValueBits: 71, headroom: 73), ["71", "73"]),
      (LanesError.inconsistentValueBits(expected: 71, found: 73), ["71", "73"]),
      (FixedPointError.invalidBound(-71), ["-71"]),
      (FixedPointError.invalidBits(71), ["71"]),
      (FixedPointError.nonFinite(index: 71, found: .infinity), ["71", "inf"]),
      (FixedPointError.invalidContributors(maximum: 71, found: 73), ["71", "73"]),
      (FixedPointError.sumOutOfRange(index: 71, maximum: 73, found: 79), ["71", "73", "79"]),
      (PrivacyParameterError.classicFormulaDoesNotHold(epsilon: 71), ["71"]),
      (PrivacyParameterError.unreachableTarget(epsilon: 71, delta: 0.73), ["71", "0.73"]),
      (
        PrivacyParameterError.sampleExceedsPopulation(sampleSize: 73, population: 71), ["71", "73"]
      ),
      (PrivacyParameterError.tooFewBits(bits: 71, clients: 73), ["73", "bits"]),
      (PrivacyParameterError.clippedCountTooPrecise(minimum: 71, found: 73), ["71", "73"]),
      (PrivacyParameterError.dimensionMismatch(expected: 71, found: 73), ["71", "73"]),
      (PrivacyParameterError.nonFinite(index: 71, found: .infinity), ["71", "inf"]),
      (PrivacyParameterError.notReduced(index: 71, found: 73), ["71", "73"]),
      (PrivacyAccountingError.invalid(.outOfRange(.delta, found: 71)), ["71", "delta"]),
      (
        PrivacyAccountingError.unsupported(
          try PrivacyEvent(
            .gaussian(noiseMultiplier: 71), relation: .replace,
            sampling: .poisson(probability: 0.73), repetitions: 1)), ["71", "0.73", "replace"]
      ),
      (ClassifierError.invalidFeatureCount(-71), ["-71"]),
      (ClassifierError.invalidClassCount(-71), ["-71"]),
      (ClassifierError.invalidHiddenWidth(layer: 71, found: -73), ["71", "-73"]),
      (ClassifierError.invalidLayout(.duplicateName("bias")), ["bias"]),
      (ClassifierError.layoutMismatch(expected: one, found: other), ["71", "73"]),
      (ClassifierError.parameterCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (ClassifierError.gradientCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (ClassifierError.featureCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (ClassifierError.classCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (ClassifierError.nonFiniteOutput(example: 71), ["71"]),
      (ClassifierError.exampleOutOfRange(count: 71, found: 73), ["70", "73"]),
      (TrainingError.invalidLearningRate(-71), ["-71"]),
      (TrainingError.invalidBatchSize(-71), ["-71"]),
      (TrainingError.invalidEpochs(-71), ["-71"]),
      (TrainingError.invalidSteps(-71), ["-71"]),
      (TrainingError.invalidInexactness(-71), ["-71"]),
      (TrainingError.mismatch(.parameterCountMismatch(expected: 71, found: 73)), ["71", "73"]),
      (TrainingError.invalidExampleCount(-71), ["-71"]),
      (TrainingError.nonFiniteLoss(.infinity), ["inf"]),
      (TrainingError.diverged(epoch: 71), ["71"]),
      (DatasetError.invalidFeatureCount(-71), ["-71"]),
      (DatasetError.invalidClassCount(-71), ["-71"]),
      (
        DatasetError.valueCountMismatch(examples: 71, featureCount: 73, found: 79),
        ["71", "73", "79"]
      ),
      (
        DatasetError.nonFinite(example: 71, feature: 73, found: .infinity), ["71", "73", "inf"]
      ),
      (DatasetError.labelOutOfRange(example: 71, classCount: 73, found: 79), ["71", "72", "79"]),
      (DatasetError.indexOutOfRange(count: 71, found: 73), ["70", "73"]),
      (DatasetError.featureCountMismatch(expected: 71, found: 73), ["71", "73"]),
      (DatasetError.spreadTooLarge(feature: 71), ["71"]),
      (CommaSeparatedValuesError.invalidClassCount(-71), ["-71"]),
      (CommaSeparatedValuesError.tooFewColumns(line: 71, found: 73), ["71", "73"]),
      (
        CommaSeparatedValuesError.raggedRow(line: 71, expected: 73, found: 79), ["71", "73", "79"]
      ),
      (
        CommaSeparatedValuesError.notANumber(line: 71, column: 73, found: "?"), ["71", "73", "?"]
      ),
      (CommaSeparatedValuesError.nonFinite(line: 71, column: 73, found: "?"), ["71", "73", "?"]),
      (CommaSeparatedValuesError.notALabel(line: 71, column: 73, found: "?"), ["71", "73", "?"]),
      (
        CommaSeparatedValuesError.labelOutOfRange(line: 71, column: 73, classCount: 79, found: 83),
        ["71", "73", "78", "83"]
      ),
      (CommaSeparatedValuesError.repeatedClass("?"), ["?"]),
      (CommaSeparatedValuesError.invalidReplacement(.infinity), ["inf"]),
      (CommaSeparatedValuesError.tooLarge(.columns, limit: 71), ["71", "columns"]),
      (CommaSeparatedValuesError.columnNotFound(name: "?", times: 71), ["?", "71"]),
      (CommaSeparatedValuesError.columnOutOfRange(number: 71, columns: 73), ["71", "73"]),
      (CommaSeparatedValuesError.unnamedColumn(column: 71), ["71"]),
      (CommaSeparatedValuesError.strayQuotationMark(line: 71, column: 73), ["71", "73"]),
      (CommaSeparatedValuesError.unterminatedQuotation(line: 71, column: 73), ["71", "73"]),
      (CommaSeparatedValuesError.missingValue(line: 71, column: 73), ["71", "73"]),
      (
        CommaSeparatedValuesError.unknownClass(line: 71, column: 73, found: "?", expected: ["!"]),
        ["71", "73", "?", "!"]
      ),
      (CommaSeparatedValuesError.invalidDataset(.spreadTooLarge(feature: 71)), ["71"]),
      (PartitionError.invalidClients(-71), ["-71"]),
      (PartitionError.invalidAlpha(-71), ["-71"]),
      (PartitionError.invalidMinimumExamples(-71), ["-71"]),
      (PartitionError.invalidShardsPerClient(-71), ["-71"]),
      (
        PartitionError.tooFewExamples(parts: 71, examplesPerPart: 73, found: 79),
        ["71", "73", "79"]
      ),
    ]
  }

  @Test("Every description is one sentence that shows what was expected and what came")
  func descriptions() throws {
    let ranges: [(DescribedError, [String])] = PrivacyParameterError.Parameter.allCases.map {
      (PrivacyParameterError.outOfRange($0, found: -71), [$0.rawValue, "-71"])
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
