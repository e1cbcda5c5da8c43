/// The nodes of a trapezoidal rule for functions that are Gaussians of one width around a few
/// centers and negligible elsewhere: the multiples of a step near the centers.
struct GaussianNodes: Sequence, IteratorProtocol {
  /// Beyond so many standard deviations a Gaussian is below 2^-141 of its peak.
  private static let reach = 14.0

  private let step: Double
  private var intervals: [ClosedRange<Int>] = []
  private var interval = 0
  private var index: Int

  /// - Parameters:
  ///   - centers: in ascending order.
  ///   - deviation: of each Gaussian.
  ///   - step: so large that the nodes can be counted.
  init(centers: [Double], deviation: Double, step: Double) {
    self.step = step
    for center in centers {
      let low = Int(((center - Self.reach * deviation) / step).rounded(.down))
      let high = Int(((center + Self.reach * deviation) / step).rounded(.up))
      if let last = intervals.last, low <= last.upperBound {
        intervals[intervals.count - 1] = last.lowerBound...Swift.max(last.upperBound, high)
      } else {
        intervals.append(low...high)
      }
    }
    index = intervals.first?.lowerBound ?? 0
  }

  mutating func next() -> Double? {
    guard interval < intervals.count else { return nil }
    let node = Double(index) * step
    if index < intervals[interval].upperBound {
      index += 1
    } else {
      interval += 1
      if interval < intervals.count { index = intervals[interval].lowerBound }
    }
    return node
  }
}
