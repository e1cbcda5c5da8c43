/// How good a model is over time.
public struct LearningCurve: Sendable, Hashable {
  /// One measurement.
  public struct Point: Sendable, Hashable {
    /// When, in seconds from the start of the simulation.
    public let time: Double
    /// The number of rounds that went into the model.
    public let round: Int
    /// The bytes sent so far, up and down.
    public let bytes: Int
    /// How good the model is, such as its accuracy on test data.
    public let quality: Double
  }

  /// The measurements in the order in which they were made.
  public private(set) var points: [Point] = []

  /// A curve without points.
  public init() {}

  /// Adds a measurement.
  public mutating func append(time: Double, round: Int, bytes: Int, quality: Double) {
    points.append(Point(time: time, round: round, bytes: bytes, quality: quality))
  }

  /// The first measurement that is at least as good as `quality`; `nil` if none is. Its time is the
  /// time to accuracy.
  public func firstReaching(_ quality: Double) -> Point? {
    points.first { $0.quality >= quality }
  }
}
