internal import RealModule

/// A privacy loss distribution with masses that are weighted by exp(tilt * loss), and its cumulants.
///
/// Under the tilt that fits the question, the losses that decide the answer are the likely ones. The rounding
/// errors of the Fourier transform are relative to the largest masses, thus relative to the answer (the
/// exponential change of measure of large deviations, Esscher 1932).
struct TiltedDistribution {
  let start: Int
  let interval: Double
  let offset: Double
  /// The weighted masses, divided by exp(logMoment).
  let masses: [Double]

  init(_ distribution: PrivacyLossDistribution, tilt: Double, logMoment: Double) {
    start = distribution.start
    interval = distribution.interval
    offset = distribution.offset
    var masses = distribution.masses
    for index in masses.indices where masses[index] > 0 {
      masses[index] *= Double.exp(tilt * distribution.loss(at: index) - logMoment)
    }
    self.masses = masses
  }

  /// log of the sum of masses weighted by exp(tilt * loss).
  static func logMoment(of distribution: PrivacyLossDistribution, tilt: Double) -> Double {
    let masses = distribution.masses
    var largest = -Double.infinity
    for index in masses.indices where masses[index] > 0 {
      largest = max(
        largest, Double.log(masses[index]) + tilt * distribution.loss(at: index))
    }
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for index in masses.indices {
      sum += Double.exp(tilt * distribution.loss(at: index) - largest) * masses[index]
    }
    return largest + Double.log(sum)
  }

  /// log of the sum of the masses weighted by exp(`further` * (loss - `center`)); 0 if there are none.
  func logMoment(further: Double, center: Double) -> Double {
    var sum = 0.0
    for index in masses.indices where masses[index] > 0 {
      sum +=
        masses[index] * Double.exp(further * (Double(start + index) * interval + offset - center))
    }
    return sum > 0 ? Double.log(sum) : 0
  }

  /// Mean and variance, relative to the sum of the masses.
  var meanAndVariance: (mean: Double, variance: Double) {
    var (total, first) = (0.0, 0.0)
    for index in masses.indices {
      total += masses[index]
      first += masses[index] * Double(start + index)
    }
    // An optimistic estimate may be empty: it is 0.
    guard total > 0 else { return (0, 0) }
    let mean = first / total
    var second = 0.0
    for index in masses.indices {
      let distance = Double(start + index) - mean
      second += masses[index] * distance * distance
    }
    return (mean * interval + offset, second / total * interval * interval)
  }

  /// The Euclidean norm of the masses.
  var norm: Double {
    var sum = 0.0
    for mass in masses { sum += mass * mass }
    return sum.squareRoot()
  }
}

/// Both estimates of a part under the tilt, with the same normalisation.
struct TiltedPart {
  let pessimistic: TiltedDistribution
  let optimistic: TiltedDistribution
  /// The logarithm of the factor that undoes the normalisation, for one release.
  let logMoment: Double
  /// The number of repetitions.
  let exponent: Int

  /// The same as a factor.
  var repetitions: Double { Double(exponent) }

  init(_ part: PrivacyLossComposition.Part, tilt: Double) {
    logMoment = TiltedDistribution.logMoment(of: part.estimates.pessimistic, tilt: tilt)
    pessimistic = TiltedDistribution(
      part.estimates.pessimistic, tilt: tilt, logMoment: logMoment)
    optimistic = TiltedDistribution(part.estimates.optimistic, tilt: tilt, logMoment: logMoment)
    exponent = part.repetitions
  }
}

/// The grid points that a composition keeps.
struct Window {
  /// The probability, under the tilt, that is truncated on either side.
  static let outside = 1e-14

  /// The first point, in intervals.
  let start: Int
  /// The number of points, a power of two.
  let count: Int

  /// Finds the window of both estimates, or returns nil if it is too large.
  init?(of parts: [TiltedPart], interval: Double, optimisticOffset: Double) {
    let repetitions = parts.map(\.repetitions)
    let pessimistic = Self.range(parts.map(\.pessimistic), repetitions)
    let optimistic = Self.range(parts.map(\.optimistic), repetitions)
    let low = min(pessimistic.low, optimistic.low - optimisticOffset)
    let high = max(pessimistic.high, optimistic.high - optimisticOffset)
    guard low.isFinite, high.isFinite,
      (high - low) / interval < Double(PrivacyLossComposition.maximumCount - 4),
      // Beyond, neighbouring multiples of the interval are the same number.
      abs(low) / interval < 0x1p52
    else {
      return nil
    }
    start = Int((low / interval).rounded(.down))
    let points = Int((high / interval).rounded(.up)) - start + 2
    count = max(16, 1 << (Int.bitWidth - (points - 1).leadingZeroBitCount))
  }

  /// Losses below and above which the tilted sum has at most ``outside``, by Chernoff's bound.
  private static func range(
    _ distributions: [TiltedDistribution], _ repetitions: [Double]
  ) -> (low: Double, high: Double) {
    let moments = distributions.map(\.meanAndVariance)
    var (mean, variance) = (0.0, 0.0)
    for (moment, count) in zip(moments, repetitions) {
      mean += count * moment.mean
      variance += count * moment.variance
    }
    let deviation = max(variance.squareRoot(), distributions[0].interval)
    /// The least distance from the mean that a slope of this sign gives.
    func distance(_ sign: Double) -> Double {
      var least = Double.infinity
      // Near 8 / deviation for a normal distribution, lower where there are rare large losses.
      var slope = 8 / deviation
      for _ in 0..<24 {
        var exponent = -Double.log(outside)
        for index in distributions.indices {
          exponent +=
            repetitions[index]
            * distributions[index].logMoment(
              further: sign * slope, center: moments[index].mean)
        }
        let candidate = exponent / slope
        if candidate > least { break }
        if candidate.isFinite { least = candidate }
        slope *= 0.6
      }
      return least
    }
    return (mean - distance(-1), mean + distance(1))
  }
}
