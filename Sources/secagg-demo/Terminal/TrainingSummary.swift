/// The last lines that a training prints.
enum TrainingSummary {
  /// What came of it, in plain words.
  static func text(of record: TrainingRecord) -> String {
    let released = record.rounds.filter { $0.sumsEqual != nil }
    let equal = released.count { $0.sumsEqual == true }
    let applied = record.rounds.count { $0.applied }
    var lines = [
      "",
      "Accuracy \(Quantity.percent(record.finalAccuracy)) with secure aggregation, "
        + "\(Quantity.percent(record.finalPlainAccuracy)) with plain FedAvg.",
      "\(applied) of \(record.rounds.count) rounds applied; "
        + "\(equal) of \(released.count) secure sums equal the plaintext sum.",
    ]
    if let privacy = record.privacy {
      lines.append(privacy.spending)
    }
    if let warning = record.clippingWarning {
      lines.append(
        "Warning, in \(warning.rounds) of \(record.rounds.count) rounds, first: \(warning.text)")
    }
    return lines.joined(separator: "\n")
  }
}
