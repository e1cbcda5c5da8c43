/// The mean of the vectors whose length and whose shares of signs are like those of most, none of them
/// longer than the median length.
///
/// Xu, Huang, Song and Lan 2022, "Byzantine-robust Federated Learning through Collaborative Malicious
/// Gradient Filtering", Algorithm 2 (SignGuard, without the similarity to earlier results). Lengths between
/// a tenth and three times the median pass the first filter. For the second, the shares of positive, zero
/// and negative numbers among random coordinates are clustered by ``MeanShift``, and the largest cluster
/// passes; each share is relative to the largest of all vectors, as in the authors' code.
///
/// With a minority of attackers, the result is never longer than the longest honest vector. Nothing else is
/// proved: vectors with the lengths and signs of honest ones pass both filters.
public struct SignGuard: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The lengths that pass the first filter, as multiples of the median length.
  public static let lengths = 0.1...3

  /// The share of the coordinates whose signs are counted.
  public let coordinateShare: Double

  /// The start of the sequence of random coordinates.
  public let seed: UInt64

  /// At least 2f + 1 vectors; the breakdown point is 1/2, for the length of the result.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - coordinateShare: above 0 and at most 1; at least one coordinate is taken.
  ///   - seed: attackers must not foresee it, so draw a new one for each round from a secure generator.
  /// - Throws: ``FLMathError`` if the number of attackers is negative or the share out of its
  ///   range.
  public init(
    attackers: Int, coordinateShare: Double = 0.1, seed: UInt64
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard coordinateShare > 0, coordinateShare <= 1 else {
      throw .robustAggregation(.invalidCoordinates(coordinateShare))
    }
    self.coordinateShare = coordinateShare
    self.seed = seed
  }

  /// The mean of the usable rows that pass both filters, each shortened to the median length.
  ///
  /// - Throws: ``FLMathError``, also ``FLMathError/RobustAggregation/nothingSelected`` if no row passes
  ///   both filters.
  /// - Complexity: O(n x dimension + n^3) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    var generator = SimulationGenerator(seed: seed)
    return try aggregate(updates, using: &generator)
  }

  /// The same with coordinates drawn from `generator` instead of the seed.
  ///
  /// - Throws: As ``aggregate(_:)``.
  public func aggregate(
    _ updates: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let norms = ParallelWork.map(usable.rows) { EuclideanNorm.norm($0) }
    let sorted = norms.sorted()
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    let columns = generator.sortedSample(
      max(1, Int(coordinateShare * Double(usable.dimension))), below: usable.dimension)
    let alike = MeanShift.largestCluster(of: Self.signShares(of: usable.rows, columns: columns))
    let selected = alike.filter {
      norms[$0] >= Self.lengths.lowerBound * median && norms[$0] <= Self.lengths.upperBound * median
    }
    guard !selected.isEmpty else { throw .robustAggregation(.nothingSelected) }
    let weights = selected.map {
      (norms[$0] > median ? median / norms[$0] : 1) / Double(selected.count)
    }
    return RobustAggregate(
      vector: VectorArithmetic.weightedSum(
        of: selected.map { usable.rows[$0] }, weights: weights),
      unusableRows: usable.unusableRows,
      selectedRows: selected.map { usable.indices[$0] })
  }

  /// The shares of positive, zero and negative numbers, each relative to the largest share of a row.
  private static func signShares(of rows: [[Double]], columns: [Int]) -> [[Double]] {
    let counts = rows.map { row in
      var counts = [0.0, 0.0, 0.0]
      for column in columns {
        counts[row[column] > 0 ? 0 : row[column] == 0 ? 1 : 2] += 1
      }
      return counts
    }
    let largest = (0..<3).map { sign in counts.map { $0[sign] }.max() ?? 0 }
    return counts.map { row in
      (0..<3).map { largest[$0] == 0 ? 0 : row[$0] / largest[$0] }
    }
  }
}

/// Clusters of points around the places where they are dense, without a number of clusters given.
///
/// Comaniciu and Meer 2002, "Mean Shift: A Robust Approach Toward Feature Space Analysis", with a flat
/// kernel. The conventions are those of scikit-learn: every point is a start, the bandwidth is the mean
/// distance of a point from the nearest half of the points, and a point farther than that from all centres
/// is in no cluster.
enum MeanShift {
  /// The positions of the points in the cluster with the most points, in ascending order.
  ///
  /// - Parameter points: short vectors of one length, at least one.
  /// - Complexity: O(points^2) a step for each of the points.
  static func largestCluster(of points: [[Double]]) -> [Int] {
    let bandwidth = bandwidth(of: points)
    let centers = distinctCenters(of: points, bandwidth: bandwidth)
    var clusters = [[Int]](repeating: [], count: centers.count)
    for (position, point) in points.enumerated() {
      let distances = centers.map { EuclideanNorm.distance(point, $0) }
      let nearest = distances.positionsOfSmallest(1)[0]
      if distances[nearest] <= bandwidth { clusters[nearest].append(position) }
    }
    return clusters.reduce([]) { $1.count > $0.count ? $1 : $0 }
  }

  /// The mean over all points of the distance that holds half of them, the point itself included.
  private static func bandwidth(of points: [[Double]]) -> Double {
    let neighbours = max(1, points.count / 2)
    let sum = points.reduce(0) { sum, point in
      let distances = points.map { EuclideanNorm.distance(point, $0) }
      return sum + distances.sorted()[neighbours - 1]
    }
    // Shares of few signs are multiples of each other: what is as far as the bandwidth is near, however it
    // was rounded.
    return sum / Double(points.count) * (1 + 1e-9)
  }

  /// Where the points shift to, those with the most points around them first, without those that are near
  /// to an earlier one.
  private static func distinctCenters(of points: [[Double]], bandwidth: Double) -> [[Double]] {
    let shifted = points.map { shift($0, among: points, bandwidth: bandwidth) }.sorted {
      $0.count == $1.count ? $1.center.lexicographicallyPrecedes($0.center) : $0.count > $1.count
    }
    var centers: [[Double]] = []
    for (center, _) in shifted
    where centers.allSatisfy({ EuclideanNorm.distance($0, center) > bandwidth }) {
      centers.append(center)
    }
    return centers
  }

  private static func shift(
    _ start: [Double], among points: [[Double]], bandwidth: Double
  ) -> (center: [Double], count: Int) {
    var (center, count) = (start, 1)
    for _ in 0...300 {
      let near = points.indices.filter {
        EuclideanNorm.distance(points[$0], center) <= bandwidth
      }
      guard !near.isEmpty else { break }
      let mean = VectorArithmetic.mean(of: points, at: near)
      let step = EuclideanNorm.distance(mean, center)
      (center, count) = (mean, near.count)
      if step <= 1e-3 * bandwidth { break }
    }
    return (center, count)
  }
}
