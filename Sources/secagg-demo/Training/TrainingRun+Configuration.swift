import FLMath
import SecAgg

extension TrainingRun {
  /// What the record says of the settings.
  var configuration: TrainingRecord.Configuration {
    TrainingRecord.Configuration(
      data: settings.data.rawValue, threatModel: settings.threatModel.rawValue,
      clients: settings.clients, turns: settings.turns, roundsRequested: settings.rounds,
      dropout: settings.dropout, partition: settings.partitionText,
      model: settings.model.rawValue, parameterCount: classifier.layout.count,
      graph: settings.graph.rawValue, degree: settings.degree, threshold: settings.threshold,
      minimumContributors: settings.minimumContributors,
      valueBits: averaging.layout.lanes.valueBits, laneBits: averaging.layout.lanes.laneBits,
      lanesPerWord: averaging.layout.lanes.lanesPerWord,
      clippingBound: settings.privacy?.clip ?? settings.clippingBound,
      localEpochs: settings.localEpochs, batchSize: settings.batchSize,
      learningRate: settings.learningRate, seed: settings.seed,
      trainingExamples: data.training.count, testExamples: data.test.count)
  }
}
