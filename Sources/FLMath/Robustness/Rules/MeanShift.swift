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
