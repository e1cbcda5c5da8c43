/// How a metric is distributed over clients, from a secure sum: the number of clients in each bin of
/// ``EvaluationBins``.
///
/// The values themselves are unknown. So every figure that depends on where values lie in their bins is an
/// interval, from the lower edge to the upper edge; outside of the bins, edges are infinite. Only the mean and
/// the standard deviation are numbers, where clients contributed moments.
public struct ClientHistogram: Sendable, Hashable {
  /// The bins.
  public let bins: EvaluationBins

  /// The mean of the values, and `nil` without moments. A value outside of the edges counts as the nearest
  /// edge. It is off by as much as the encoding rounds, at most one step of the code times the distance of
  /// the first and the last edge.
  public let mean: Double?

  /// The standard deviation of the values over the clients (divided by their number), and `nil` without
  /// moments. A value outside of the edges counts as the nearest edge. A deviation below the root of a step
  /// of the code, in units of the distance of the first and the last edge, may be rounding.
  public let standardDeviation: Double?

  /// The number of clients below the first edge, in each bin, and above the last edge.
  private let places: [Int]

  /// Takes counts that were checked.
  ///
  /// - Parameter moments: the mean and the mean square of places between the first and the last edge.
  init(bins: EvaluationBins, places: [Int], moments: (mean: Double, square: Double)?) {
    self.bins = bins
    self.places = places
    let (first, last) = (bins.edges[0], bins.edges[bins.count])
    mean = moments.map { min(max(first + (last - first) * $0.mean, first), last) }
    standardDeviation = moments.map {
      (last - first) * max(0, $0.square - $0.mean * $0.mean).squareRoot()
    }
  }

  /// The number of clients in each bin.
  public var counts: [Int] { Array(places[1...bins.count]) }

  /// The number of clients below the first edge.
  public var below: Int { places[0] }

  /// The number of clients above the last edge.
  public var above: Int { places[bins.count + 1] }

  /// The number of clients.
  public var clients: Int { places.reduce(0, +) }

  /// The interval in which the mean lies by the counts alone.
  public var meanRange: ClosedRange<Double> { meanRange(of: places) }

  /// The interval in which a quantile lies: the bin of the smallest value that at least this share of the
  /// clients does not exceed. 0 is the smallest value, 1 the largest.
  ///
  /// - Throws: ``FLMathError/Evaluation/invalidShare(_:)`` unless the share is a number from 0 to 1.
  /// - Complexity: O(bins).
  public func quantile(_ share: Double) throws(FLMathError) -> ClosedRange<Double> {
    try Self.requireShare(share)
    return range(ofRank: rank(share))
  }

  /// The interval in which the median lies; of two middle values, the lower one.
  public var median: ClosedRange<Double> { range(ofRank: rank(0.5)) }

  /// The interval of the share of clients whose value is below `value`. At an edge it is a single number.
  ///
  /// - Throws: ``FLMathError/Evaluation/invalidShare(_:)`` for NaN.
  /// - Complexity: O(bins).
  public func share(below value: Double) throws(FLMathError) -> ClosedRange<Double> {
    guard !value.isNaN else { throw .evaluation(.invalidShare(value)) }
    var (surely, perhaps) = (0, 0)
    for (place, count) in places.enumerated() {
      let range = range(of: place)
      // Bins do not hold their upper edge, but for the last one, and that above all edges its infinity.
      let holdsUpperEdge = place >= bins.count
      if range.upperBound < value || range.upperBound == value && !holdsUpperEdge {
        surely += count
      } else if range.lowerBound < value {
        perhaps += count
      }
    }
    let clients = Double(self.clients)
    return Double(surely) / clients...Double(surely + perhaps) / clients
  }

  /// The interval in which the mean of the worst clients lies, as fairness is reported by Li et al. 2020,
  /// "Fair Resource Allocation in Federated Learning", section 4.
  ///
  /// - Parameter share: the share of the clients, from 0 to 1; at least one client is taken, and a part of a
  ///   client counts as one. A product within 10^-9 of a whole number is that number.
  /// - Throws: ``FLMathError/Evaluation/invalidShare(_:)`` unless the share is a number from 0 to 1.
  /// - Complexity: O(bins).
  public func meanOfWorst(_ share: Double) throws(FLMathError) -> ClosedRange<Double> {
    try Self.requireShare(share)
    return meanRange(ofWorst: rank(share))
  }

  /// The interval in which the mean of the worst tenth of the clients lies.
  public var worstDecile: ClosedRange<Double> { meanRange(ofWorst: rank(0.1)) }

  private static func requireShare(_ share: Double) throws(FLMathError) {
    guard share >= 0, share <= 1 else { throw .evaluation(.invalidShare(share)) }
  }

  /// The number of clients that a share is, at least 1.
  private func rank(_ share: Double) -> Int {
    let product = share * Double(clients)
    let whole = product.rounded()
    let rank = (product - whole).magnitude <= 1e-9 ? whole : product.rounded(.up)
    return min(max(1, Int(rank)), clients)
  }

  /// The edges of the place of the value of this rank, from 1.
  private func range(ofRank rank: Int) -> ClosedRange<Double> {
    var seen = 0
    for (place, count) in places.enumerated() {
      seen += count
      if seen >= rank { return range(of: place) }
    }
    return range(of: places.count - 1)
  }

  /// The interval in which the mean of so many of the worst clients lies.
  private func meanRange(ofWorst clients: Int) -> ClosedRange<Double> {
    var missing = clients
    var worst = [Int](repeating: 0, count: places.count)
    let order = Array(places.indices)
    for place in bins.better == .higher ? order : order.reversed() {
      worst[place] = min(missing, places[place])
      missing -= worst[place]
    }
    return meanRange(of: worst)
  }

  /// The edges of a place.
  private func range(of place: Int) -> ClosedRange<Double> {
    let lower = place == 0 ? -.infinity : bins.edges[place - 1]
    let upper = place == bins.count + 1 ? .infinity : bins.edges[place]
    return lower...upper
  }

  /// The interval in which the mean of so many clients of each place lies. At least one of the numbers is
  /// above 0.
  private func meanRange(of places: [Int]) -> ClosedRange<Double> {
    let clients = Double(places.reduce(0, +))
    var (lower, upper) = (0.0, 0.0)
    // A client that is not there must not be multiplied by an infinite edge.
    for (place, count) in places.enumerated() where count > 0 {
      let (share, range) = (Double(count) / clients, range(of: place))
      lower += share * range.lowerBound
      upper += share * range.upperBound
    }
    return lower...upper
  }

  /// Whether values in these bins can have these moments, in units of the distance of the first and the last
  /// edge.
  func allowsMoments(_ moments: (mean: Double, square: Double), tolerance: Double) -> Bool {
    let (first, width) = (bins.edges[0], bins.edges[bins.count] - bins.edges[0])
    let clients = Double(self.clients)
    var (lower, upper, lowerSquare, upperSquare) = (0.0, 0.0, 0.0, 0.0)
    for (place, count) in places.enumerated() where count > 0 {
      let (share, range) = (Double(count) / clients, range(of: place))
      let least = min(max((range.lowerBound - first) / width, 0), 1)
      let most = min(max((range.upperBound - first) / width, 0), 1)
      lower += share * least
      upper += share * most
      lowerSquare += share * least * least
      upperSquare += share * most * most
    }
    return moments.mean >= lower - tolerance && moments.mean <= upper + tolerance
      && moments.square >= lowerSquare - tolerance && moments.square <= upperSquare + tolerance
      && moments.square >= moments.mean * moments.mean - tolerance
  }
}
