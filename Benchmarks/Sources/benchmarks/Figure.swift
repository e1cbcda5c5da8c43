/// One measured figure.
struct Figure: Codable {
  /// What was measured, the same in every run: suite and name.
  var suite: String
  var name: String
  var unit: String
  var median: Double
  var minimum: Double
  var maximum: Double
  /// The figure to reach, if there is one; smaller is better unless `isAtLeast`.
  var target: Double?
  var isAtLeast = false

  /// Figures of samples in seconds, in a unit of which `perSecond` make a second.
  init(
    _ suite: String, _ name: String, unit: String, seconds: [Double], perSecond: Double,
    target: Double? = nil
  ) {
    let values = seconds.map { $0 * perSecond }.sorted()
    self.init(
      suite, name, unit: unit, median: values[values.count / 2], minimum: values[0],
      maximum: values[values.count - 1], target: target)
  }

  init(
    _ suite: String, _ name: String, unit: String, median: Double, minimum: Double? = nil,
    maximum: Double? = nil, target: Double? = nil, isAtLeast: Bool = false
  ) {
    self.suite = suite
    self.name = name
    self.unit = unit
    self.median = median
    self.minimum = minimum ?? median
    self.maximum = maximum ?? median
    self.target = target
    self.isAtLeast = isAtLeast
  }

  /// Whether the target is reached; nil without one.
  var isReached: Bool? { target.map { isAtLeast ? median >= $0 : median <= $0 } }
}
