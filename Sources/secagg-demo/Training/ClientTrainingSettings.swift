import ArgumentParser
import FLMath

/// How the clients of an experiment trained, as its record has it.
struct ClientTrainingSettings: Encodable, Sendable {
  var partition: PartitionOption
  var localEpochs: Int
  var batchSize: Int
  var learningRate: Double
  var seed: UInt64
}

extension Population {
  /// Deals out a data set's training rows as the options say.
  ///
  /// - Throws: `ValidationError` for what is impossible together.
  init(
    _ data: DemoData, model: Model, clients: Int, training: ClientTrainingSettings
  ) throws {
    self = try ValidationError.describing {
      try Population(
        data, model: model, clients: clients,
        partition: training.partition.partition,
        descent: StochasticGradientDescent(
          learningRate: training.learningRate, batchSize: training.batchSize,
          epochs: training.localEpochs),
        seed: training.seed)
    }
  }
}

extension Population<SoftmaxRegression> {
  /// Clients that train softmax regression.
  ///
  /// - Throws: as the other.
  init(_ data: DemoData, clients: Int, training: ClientTrainingSettings) throws {
    try self.init(
      data,
      model: SoftmaxRegression(
        featureCount: data.training.featureCount, classCount: data.training.classCount),
      clients: clients, training: training)
  }
}
