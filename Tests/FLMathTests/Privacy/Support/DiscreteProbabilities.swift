/// The probabilities of whole numbers from `-reach` to `reach`, by sums that follow from definitions.
struct DiscreteProbabilities {
  let reach: Int
  var masses: [Double]

  /// The discrete Gaussian of a parameter, multiplied by `factor`.
  init(gaussianOfVariance variance: Double, times factor: Int = 1, reach: Int) {
    self.reach = reach
    masses = [Double](repeating: 0, count: 2 * reach + 1)
    var total = 0.0
    for x in -reach...reach {
      let weight = Double.exponential(-Double(x * x) / (2 * variance))
      total += weight
      if abs(x * factor) <= reach { masses[x * factor + reach] = weight }
    }
    for index in masses.indices { masses[index] /= total }
  }

  /// The probability of a number; 0 out of reach.
  subscript(_ x: Int) -> Double {
    x.magnitude <= reach ? masses[x + reach] : 0
  }

  /// The distribution of the sum of both.
  func plus(_ other: DiscreteProbabilities) -> DiscreteProbabilities {
    var result = self
    for x in -reach...reach {
      result.masses[x + reach] = (-reach...reach).reduce(0) { $0 + self[$1] * other[x - $1] }
    }
    return result
  }

  /// The distribution of the sum of so many.
  func repeated(_ count: Int) -> DiscreteProbabilities {
    (1..<count).reduce(self) { sum, _ in sum.plus(self) }
  }

  /// The distribution of this number plus `shift` with a probability, and of this number else.
  func moved(by shift: Int, probability: Double = 1) -> DiscreteProbabilities {
    var result = self
    for x in -reach...reach {
      result.masses[x + reach] = (1 - probability) * self[x] + probability * self[x - shift]
    }
    return result
  }

  /// The least delta for which this and `other` are as close as `epsilon` says, when two numbers of
  /// either, or one, are seen.
  func delta(_ other: DiscreteProbabilities, epsilon: Double, twice: Bool) -> Double {
    let factor = Double.exponential(epsilon)
    guard twice else {
      return zip(masses, other.masses).reduce(0) { $0 + max(0, $1.0 - factor * $1.1) }
    }
    var sum = 0.0
    for (p, q) in zip(masses, other.masses) {
      for (otherP, otherQ) in zip(masses, other.masses) {
        sum += max(0, p * otherP - factor * q * otherQ)
      }
    }
    return sum
  }
}
