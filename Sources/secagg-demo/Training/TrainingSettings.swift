import FLMath

/// Everything that a training run is told.
struct TrainingSettings: Sendable {
  var data: DemoData.Name
  var threatModel: ThreatModelOption
  var clients: Int
  var rounds: Int
  var dropout: Double
  var partition: Partition
  var partitionText: String
  var model: ModelOption
  var graph: GraphKind
  var degree: Int
  var threshold: Int
  var minimumContributors: Int
  var minimumValueBits: Int
  var clippingBound: Double
  var localEpochs: Int
  var batchSize: Int
  var learningRate: Double
  var seed: UInt64
}
