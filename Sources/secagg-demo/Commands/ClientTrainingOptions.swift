import ArgumentParser
import FLMath

/// How the clients of an experiment train, and which of everything random is drawn.
struct ClientTrainingOptions: ParsableArguments {
  @Option(
    help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS]. (default: iid; compare: dirichlet:0.1)")
  var partition: PartitionOption?

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients. (default: 0.3; explain: 0.05)")
  var learningRate: Double?

  @Option(help: "Seed of everything random but the keys, which are others in every run.")
  var seed: UInt64 = 1

  /// The options as numbers, for a command with these defaults.
  func settings(
    partition: PartitionOption = .iid, learningRate: Double = 0.3
  ) -> ClientTrainingSettings {
    ClientTrainingSettings(
      partition: self.partition ?? partition, localEpochs: localEpochs,
      batchSize: batchSize, learningRate: self.learningRate ?? learningRate, seed: seed)
  }
}
