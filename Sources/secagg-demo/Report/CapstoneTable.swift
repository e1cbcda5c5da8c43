extension CapstoneRecord {
  /// Accuracy by budget and mechanism, for a terminal. Ends without a newline.
  func terminalTable() -> String {
    var rows = [["epsilon"] + mechanisms.flatMap { [$0, "noise"] }]
    if let point = withoutNoise {
      rows.append(["none"] + mechanisms.flatMap { _ in [Self.accuracy(of: point), "0"] })
    }
    for epsilon in epsilons {
      rows.append(
        [DecimalText.significant(epsilon)]
          + mechanisms.flatMap { name in
            let point = point(name, epsilon: epsilon)
            return [
              point.map(Self.accuracy) ?? DecimalText.missing,
              point?.noiseMultiplier.map { DecimalText.significant($0) } ?? DecimalText.missing,
            ]
          })
    }
    return
      (["Test accuracy (lowest to highest of \(repetitions)); noise in clips, delta \(delta)"]
      + TextColumns.aligned(rows)).joined(separator: "\n")
  }

  /// "92.3 % (91.4 to 93.1)".
  static func accuracy(of point: Point) -> String {
    let mean = Quantity.percent(point.meanAccuracy)
    guard point.accuracies.count > 1 else { return mean }
    let (lowest, highest) = point.range
    return "\(mean) (\(DecimalText.fixed(lowest * 100, decimals: 1)) to "
      + "\(DecimalText.fixed(highest * 100, decimals: 1)))"
  }
}
