internal import RealModule

/// Exact unlearning (erasure) by shards: each shard of clients trains a model of its own, so that unlearning a
/// client retrains one shard only.
///
/// Bourtoule et al. 2021, "Machine Unlearning" (SISA): sharded, isolated, sliced, aggregated. The shards have separate
/// secure sums. The checkpoints of ``RetrainingPlan`` are the slices, and ``ShardEnsemble`` aggregates. With more
/// shards, unlearning is cheaper, but each model is weaker.
public struct ShardAssignment: Sendable, Hashable {
  /// The clients of every shard, in ascending order; sizes differ by one at most.
  public let shards: [[UInt32]]

  /// Assigns clients to shards at random.
  ///
  /// - Throws: ``FLMathError`` if a client comes twice, or there are fewer shards than 1 or more than
  ///   clients.
  public init(
    _ clients: [UInt32], shards count: Int, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) {
    guard count >= 1, count <= clients.count else {
      throw .erasure(.invalidShards(clients: clients.count, found: count))
    }
    let sorted = try ParticipationHistory(rounds: [clients]).rounds[0]
    var order = Array(sorted.indices)
    generator.shuffle(&order)
    shards = Partition.evenRuns(order, count: count).map { run in
      run.map { sorted[$0] }.sorted()
    }
  }

  /// The shard of a client; `nil` if it is in none.
  public func shard(of client: UInt32) -> Int? {
    shards.firstIndex { $0.contains(client) }
  }

  /// The shards that must be trained again to erase these clients, in ascending order.
  public func shards(touchedBy clients: Set<UInt32>) -> [Int] {
    shards.indices.filter { !clients.isDisjoint(with: shards[$0]) }
  }

  /// The expected number of shards to train again if random clients are erased:
  /// `count * (1 - (1 - 1/count)^erased)`, for shards of equal size.
  public static func expectedTouched(shards count: Int, erased: Int) -> Double {
    guard count >= 1, erased >= 1 else { return 0 }
    let logarithm = Double(erased) * Double.log(onePlus: -1 / Double(count))
    return -Double(count) * Double.expMinusOne(logarithm)
  }
}

/// The models of all shards. Their prediction is the mean of their class probabilities.
///
/// Bourtoule et al. 2021, aggregation by average prediction vectors.
public struct ShardEnsemble: Sendable, Hashable {
  /// The model of every shard.
  public private(set) var models: [ParameterVector]

  /// Takes a model for each shard.
  ///
  /// - Throws: ``FLMathError`` if there is not one for each, or they differ in their layers.
  public init(
    _ models: [ParameterVector], of assignment: ShardAssignment
  ) throws(FLMathError) {
    guard models.count == assignment.shards.count else {
      throw .erasure(.modelCountMismatch(expected: assignment.shards.count, found: models.count))
    }
    for model in models.dropFirst() where model.layout != models[0].layout {
      throw .classifier(.layoutMismatch(expected: models[0].layout, found: model.layout))
    }
    self.models = models
  }

  /// The ensemble with the model of one shard replaced by one that was trained again.
  ///
  /// - Throws: ``FLMathError`` if there is no such shard or the layers differ.
  public func replacing(
    shard: Int, by model: ParameterVector
  ) throws(FLMathError) -> ShardEnsemble {
    guard models.indices.contains(shard) else {
      throw .erasure(.invalidShards(clients: models.count, found: shard))
    }
    guard model.layout == models[shard].layout else {
      throw .classifier(.layoutMismatch(expected: models[shard].layout, found: model.layout))
    }
    var copy = self
    copy.models[shard] = model
    return copy
  }

  /// The class of the largest mean probability for every example; of equal ones the first.
  ///
  /// - Throws: ``FLMathError/classifier(_:)`` if model, parameters and data do not fit together.
  public func predict(
    _ classifier: some Classifier, on dataset: Dataset
  ) throws(FLMathError) -> [Int] {
    let classes = classifier.classCount
    var sums = [Double](repeating: 0, count: dataset.count * classes)
    for model in models {
      var logits = try classifier.logits(model, on: dataset)
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
  /// - Throws: ``FLMathError/classifier(_:)`` if model, parameters and data do not fit together.
  public func accuracy(
    _ classifier: some Classifier, on dataset: Dataset
  ) throws(FLMathError) -> Double {
    let predicted = try predict(classifier, on: dataset)
    let correct = zip(predicted, dataset.labels).count { $0 == $1 }
    return Double(correct) / Double(dataset.count)
  }
}
