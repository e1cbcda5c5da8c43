extension BucketPlan {
  /// The probability that more than `count` buckets hold an attacker.
  ///
  /// It is exact, for clients dealt out at random: one attacker after the other takes one of the
  /// places left, in a bucket that is spoilt already or in a clean one.
  ///
  /// - Complexity: O(f x buckets of the smaller size x buckets of the larger size).
  public func probability(ofMoreSpoiltBucketsThan count: Int) -> Double {
    var above = 0.0
    for (spoilt, probability) in spoiltBucketDistribution().enumerated() where spoilt > count {
      above += probability
    }
    return min(1, above)
  }

  /// The probability that a round has no majority of clean buckets, so that attackers may have their
  /// way: well above 0 where the expected share of clean ones is barely above 1/2.
  ///
  /// - Complexity: as ``probability(ofMoreSpoiltBucketsThan:)``.
  public var failureProbability: Double {
    probability(ofMoreSpoiltBucketsThan: (buckets.count - 1) / 2)
  }

  /// The smallest number of spoilt buckets that is exceeded with at most this probability: what a
  /// rule over the bucket means should withstand.
  ///
  /// - Complexity: as ``probability(ofMoreSpoiltBucketsThan:)``.
  public func spoiltBuckets(exceededWithProbability probability: Double) -> Int {
    let distribution = spoiltBucketDistribution()
    var above = 0.0
    for spoilt in distribution.indices.reversed() {
      above += distribution[spoilt]
      if above > probability { return spoilt }
    }
    return 0
  }

  /// The probability of every number of spoilt buckets, from 0 on.
  private func spoiltBucketDistribution() -> [Double] {
    let (size, larger) = clients.quotientAndRemainder(dividingBy: buckets.count)
    let smaller = buckets.count - larger
    // By the number of spoilt buckets of the larger size, then of the smaller.
    var states = [[Double]](
      repeating: [Double](repeating: 0, count: smaller + 1), count: larger + 1)
    states[0][0] = 1
    for placed in 0..<attackers {
      var next = states.map { $0.map { _ in 0.0 } }
      let free = Double(clients - placed)
      for spoiltLarger in 0...min(larger, placed) {
        for spoiltSmaller in 0...min(smaller, placed) {
          let probability = states[spoiltLarger][spoiltSmaller]
          if probability == 0 { continue }
          let spoiltPlaces = spoiltLarger * (size + 1) + spoiltSmaller * size - placed
          next[spoiltLarger][spoiltSmaller] += probability * Double(spoiltPlaces) / free
          if spoiltLarger < larger {
            next[spoiltLarger + 1][spoiltSmaller] +=
              probability * Double((larger - spoiltLarger) * (size + 1)) / free
          }
          if spoiltSmaller < smaller {
            next[spoiltLarger][spoiltSmaller + 1] +=
              probability * Double((smaller - spoiltSmaller) * size) / free
          }
        }
      }
      states = next
    }
    var distribution = [Double](repeating: 0, count: buckets.count + 1)
    for (spoiltLarger, row) in states.enumerated() {
      for (spoiltSmaller, probability) in row.enumerated() {
        distribution[spoiltLarger + spoiltSmaller] += probability
      }
    }
    return distribution
  }
}
