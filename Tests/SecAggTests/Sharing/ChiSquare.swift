/// Pearson's test that counts come from equally likely outcomes.
///
/// For k degrees of freedom a chi-square variable exceeds k + 2 sqrt(k x) + 2 x with a probability
/// of at most e^-x (Laurent and Massart 2000, "Adaptive Estimation of a Quadratic Functional by
/// Model Selection", lemma 1). With x = 20.8 a test on uniform counts fails at most once in 10^9.
enum ChiSquare {
  private static let exponent = 20.8

  /// What the statistic of uniform counts exceeds at most once in 10^9.
  static func limit(degreesOfFreedom: Int) -> Double {
    let degrees = Double(degreesOfFreedom)
    return degrees + 2 * (degrees * exponent).squareRoot() + 2 * exponent
  }

  /// The statistic of `counts`, of as many equally likely outcomes.
  static func statistic(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { sum, count in
      sum + (Double(count) - expected) * (Double(count) - expected) / expected
    }
  }

  /// Whether `counts` may well come from equally likely outcomes.
  static func areUniform(_ counts: [Int]) -> Bool {
    statistic(counts) <= limit(degreesOfFreedom: counts.count - 1)
  }

  /// Whether two histograms of equally many observations may well be of one distribution.
  static func areAlike(_ left: [Int], _ right: [Int]) -> Bool {
    let statistic = zip(left, right).reduce(0.0) { sum, counts in
      let (difference, total) = (counts.0 - counts.1, counts.0 + counts.1)
      return total == 0 ? sum : sum + Double(difference * difference) / Double(total)
    }
    return statistic <= limit(degreesOfFreedom: left.count - 1)
  }

  /// How often each byte value occurs.
  static func histogram(of bytes: some Sequence<UInt8>) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    return counts
  }
}
