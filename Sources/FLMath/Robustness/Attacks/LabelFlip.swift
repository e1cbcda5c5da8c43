/// Labels that an attacker changes in its own examples before it trains honestly on them.
///
/// Fung, Yoon and Beschastnikh 2020, "The Limitations of Federated Learning in Sybil Settings";
/// Tolpegin et al. 2020, "Data Poisoning Attacks Against Federated Learning Systems".
public enum LabelFlip: Sendable, Hashable {
  /// Every class becomes its opposite: c of C classes becomes C - 1 - c.
  case all
  /// The examples of one class are said to be of another.
  case targeted(from: Int, to: Int)

  /// The same examples with changed labels.
  ///
  /// - Throws: ``DatasetError/labelOutOfRange(example:classCount:found:)`` if a target is not a class.
  public func applied(to dataset: Dataset) throws(DatasetError) -> Dataset {
    let labels = dataset.labels.map { label in
      switch self {
      case .all: dataset.classCount - 1 - label
      case .targeted(let from, let to): label == from ? to : label
      }
    }
    return try Dataset(
      features: dataset.features, featureCount: dataset.featureCount, labels: labels,
      classCount: dataset.classCount)
  }
}
