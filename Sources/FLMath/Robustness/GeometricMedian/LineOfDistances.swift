import RealModule

/// The sum of distances along a half-line from a point: each row has a place on the line and a distance
/// across it.
struct LineOfDistances {
  private let weights: [Double]
  private let places: [Double]
  private let across: [Double]
  private let weightHere: Double

  /// - Parameters:
  ///   - along: the inner products of the directions to the rows with the direction of the line.
  ///   - weightHere: the weight of rows at the point itself.
  init(_ directions: PullDirections, along cosines: [Double], weightHere: Double) {
    weights = directions.weights
    places = zip(directions.distances, cosines).map { $0 * $1 }
    across = zip(directions.distances, cosines).map {
      $0 * max(0, (1 - $1) * (1 + $1)).squareRoot()
    }
    self.weightHere = weightHere
  }

  /// How far from the point the sum of distances is least: 0 if it does not fall along the line.
  ///
  /// - Complexity: 64 x O(rows).
  func minimum() -> Double {
    // The derivative rises, and is not below 0 beyond the last place. Bit patterns of numbers above 0 are
    // in order, so that halving them finds a root of any scale in 64 steps.
    guard let farthest = places.max(), farthest > 0 else { return 0 }
    var (low, high) = ((0.0).bitPattern, farthest.bitPattern)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if derivative(at: Double(bitPattern: middle)) < 0 { low = middle } else { high = middle }
    }
    return low == 0 ? 0 : Double(bitPattern: high)
  }

  private func derivative(at length: Double) -> Double {
    var derivative = weightHere
    for row in weights.indices {
      let left = length - places[row]
      let distance = Double.hypot(left, across[row])
      if distance > 0 { derivative += weights[row] * (left / distance) }
    }
    return derivative
  }
}
