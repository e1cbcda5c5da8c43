import FLMath

extension ErasureRun {
  /// FedEraser with calibration by one epoch, in units of whole local trainings.
  func fedEraser(
    _ history: UpdateHistory
  ) throws -> (model: ParameterVector, trainings: Double) {
    let short = try StochasticGradientDescent(
      learningRate: settings.training.learningRate, batchSize: settings.training.batchSize,
      epochs: 1)
    var epochs = 0
    let model = try FedEraser.reconstruct(
      erasing: [erased], from: history, initial: population.initialModel
    ) { (model, client, round) throws -> [Double] in
      epochs += 1
      var generator = population.seeds.generator(
        .localTraining, round: settings.rounds + round, client: Int(client))
      let local = try short.train(
        population.model, from: model, on: population.shards[Int(client) - 1],
        using: &generator)
      return try ClientUpdate(from: model, to: local, weight: 1).delta
    }
    return (model, Double(epochs) / Double(settings.training.localEpochs))
  }
}
