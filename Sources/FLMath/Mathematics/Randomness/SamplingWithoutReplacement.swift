import RealModule

extension RandomNumberGenerator {
  /// `count` of `elements`, every set being equally likely; all of them if there are no more.
  mutating func sample(_ count: Int, of elements: [UInt32]) -> [UInt32] {
    var elements = elements
    let count = min(count, elements.count)
    // The first places of a shuffle (Durstenfeld 1964).
    for place in 0..<count {
      elements.swapAt(place, place + uniformIndex(below: elements.count - place))
    }
    return Array(elements.prefix(count))
  }

  /// `count` of `elements`, drawn one after the other with probabilities in proportion to the weights
  /// of those that are left; all of them if there are no more.
  ///
  /// Efraimidis and Spirakis 2006, "Weighted Random Sampling with a Reservoir": the largest values of
  /// u^(1/weight) for uniform u, here the smallest of -log(u) / weight. Elements of weight 0 come
  /// last.
  mutating func sample(
    _ count: Int, of elements: [UInt32], weights: [Double]
  ) -> [UInt32] {
    var keys: [(element: UInt32, key: Double, tie: UInt64)] = []
    keys.reserveCapacity(elements.count)
    // Only proportions matter: scaled by a power of two, no quotient overflows.
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: weights.filter(\.isFinite).max() ?? 1)
    for (element, weight) in zip(elements, weights.map { $0 * scale }) {
      let clock = -Double.log(uniformUnitAboveZero())
      keys.append((element, weight > 0 ? clock / weight : .infinity, next()))
    }
    keys.sort { ($0.key, $0.tie) < ($1.key, $1.tie) }
    return keys.prefix(count).map(\.element)
  }
}
