/// The models of all shards, which answer together: the mean of their class probabilities.
///
/// Bourtoule et al. 2021, aggregation by average prediction vectors.
public struct ShardEnsemble: Sendable, Hashable {
  /// The model of every shard.
  public private(set) var models: [ParameterVector]

  /// Takes a model for each shard.
  ///
  /// - Throws: ``ErasureError`` if there is not one for each, or they differ in their layers.
  public init(
    _ models: [ParameterVector], of assignment: ShardAssignment
  ) throws(ErasureError) {
    guard models.count == assignment.shards.count else {
      throw .modelCountMismatch(expected: assignment.shards.count, found: models.count)
    }
    for model in models.dropFirst() where model.layout != models[0].layout {
      throw .mismatch(.layoutMismatch(expected: models[0].layout, found: model.layout))
    }
    self.models = models
  }

  /// The ensemble with the model of one shard replaced by one that was trained again.
  ///
  /// - Throws: ``ErasureError`` if there is no such shard or the layers differ.
  public func replacing(
    shard: Int, by model: ParameterVector
  ) throws(ErasureError) -> ShardEnsemble {
    guard models.indices.contains(shard) else {
      throw .invalidShards(clients: models.count, found: shard)
    }
    guard model.layout == models[shard].layout else {
      throw .mismatch(.layoutMismatch(expected: models[shard].layout, found: model.layout))
    }
    var copy = self
    copy.models[shard] = model
    return copy
  }

  /// The class of the largest mean probability for every example; of equal ones the first.
  ///
  /// - Throws: ``ErasureError/mismatch(_:)`` if model, parameters and data do not fit together.
  public func predict(
    _ classifier: some Classifier, on dataset: Dataset
  ) throws(ErasureError) -> [Int] {
    let classes = classifier.classCount
    var sums = [Double](repeating: 0, count: dataset.count * classes)
    for model in models {
      var logits: [Double]
      do {
        logits = try classifier.logits(model, on: dataset)
      } catch {
        throw .mismatch(error)
      }
      for example in 0..<dataset.count {
        let range = example * classes..<(example + 1) * classes
        _ = Softmax.logSumExp(&logits, range)
        for index in range { sums[index] += logits[index] }
      }
    }
    return (0..<dataset.count).map { example in
      var best = 0
      for candidate in 1..<classes
      where sums[example * classes + candidate] > sums[example * classes + best] {
        best = candidate
      }
      return best
    }
  }

  /// The share of examples whose predicted class is their label, from 0 to 1.
  ///
  /// - Throws: ``ErasureError/mismatch(_:)`` if model, parameters and data do not fit together.
  public func accuracy(
    _ classifier: some Classifier, on dataset: Dataset
  ) throws(ErasureError) -> Double {
    let predicted = try predict(classifier, on: dataset)
    let correct = zip(predicted, dataset.labels).count { $0 == $1 }
    return Double(correct) / Double(dataset.count)
  }
}
