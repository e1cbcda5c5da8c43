internal import RealModule

/// The privacy loss distribution of many independent releases, estimated from both sides, and its hockey-stick
/// divergence.
///
/// The steps of a composition:
///
/// 1. Weight the masses by exp(tilt * loss) (``TiltedDistribution``).
/// 2. Find a window outside of which the sum of the losses hardly ever is (``Window``).
/// 3. Convolve inside of the window, by Fourier transforms (``CompositionSpectrum``). The pessimistic estimate is
///    the real part and the optimistic one the imaginary part of one vector.
/// 4. Bound the errors: the mass outside of the window, and roundings. Their sum is the ``slack``, which is added
///    to the pessimistic estimate and subtracted from the optimistic one.
struct PrivacyLossComposition {
  /// The estimates of one release, and how often it is repeated.
  struct Part {
    let estimates: PrivacyLossEstimates
    let repetitions: Int
  }

  /// The largest transform.
  static let maximumCount = 1 << 21

  /// The discretisation interval of all parts.
  let interval: Double
  /// The exponent of the weights.
  let tilt: Double
  /// The logarithm of the factor that undoes the normalisation of the tilted masses.
  let logMoment: Double
  /// The first grid point of the window, in intervals.
  let start: Int
  /// The tilted masses of the pessimistic estimate.
  let pessimistic: [Double]
  /// The tilted masses of the optimistic estimate.
  let optimistic: [Double]
  /// The distance of the grid points of the optimistic estimate from multiples of the interval.
  let optimisticOffset: Double
  /// The mass at infinity of the pessimistic estimate.
  let infinityMass: Double
  /// A bound of what all errors of tilted masses together can do to an answer.
  let slack: Double

  /// Composes the parts, or returns nil if the window has more than ``maximumCount`` points.
  init?(_ parts: [Part], interval: Double, tilt: Double) {
    let tilted = parts.map { TiltedPart($0, tilt: tilt) }
    let offset = tilted.reduce(0) { $0 + $1.repetitions * $1.optimistic.offset }
    guard let window = Window(of: tilted, interval: interval, optimisticOffset: offset) else {
      return nil
    }
    self.interval = interval
    self.tilt = tilt
    logMoment = tilted.reduce(0) { $0 + $1.repetitions * $1.logMoment }
    start = window.start
    (pessimistic, optimistic) = Self.convolved(tilted, in: window)
    optimisticOffset = offset
    infinityMass = Self.infinityMass(of: parts)
    slack =
      2 * Window.outside
      + Self.roundingNorm(of: tilted, count: window.count)
      * Self.weightNorm(interval: interval, tilt: tilt, count: window.count)
  }

  /// The probability that at least one release has an infinite loss.
  private static func infinityMass(of parts: [Part]) -> Double {
    var logFinite = 0.0
    for part in parts {
      logFinite +=
        Double(part.repetitions) * Double.log(onePlus: -part.estimates.pessimistic.infinityMass)
    }
    return -Double.expMinusOne(logFinite)
  }

  /// The tilted masses of the sum of all losses, at the points of the window.
  private static func convolved(
    _ parts: [TiltedPart], in window: Window
  ) -> (pessimistic: [Double], optimistic: [Double]) {
    var spectrum = CompositionSpectrum(count: window.count)
    for part in parts {
      spectrum.multiply(part.pessimistic, part.optimistic, repetitions: part.exponent)
    }
    let composed = spectrum.inverse()
    // The transform is periodic: what belongs to multiple m is at m modulo its length.
    let (first, mask) = (window.start, window.count - 1)
    return (
      (0..<window.count).map { composed.real[(first + $0) & mask] },
      (0..<window.count).map { composed.imaginary[(first + $0) & mask] }
    )
  }

  /// A bound of the Euclidean norm of the rounding errors of the composed masses.
  ///
  /// Each transform errs by at most about 4 log2(n) roundings, relative to the Euclidean norm, and a power
  /// multiplies that by its exponent.
  private static func roundingNorm(of parts: [TiltedPart], count: Int) -> Double {
    let norm = parts.reduce(0) { max($0, $1.pessimistic.norm + $1.optimistic.norm) }
    let transforms = parts.map(\.repetitions).reduce(2, +)
    return 4 * Double(count.trailingZeroBitCount) * 0x1p-53 * transforms * norm
  }

  /// A bound of the Euclidean norm of the weights exp(-tilt d) (1 - exp(-d)) of the hockey-stick divergence, at
  /// the distances d of grid points from an epsilon below them.
  private static func weightNorm(interval: Double, tilt: Double, count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let decay = Double.exp(-2 * tilt * Double(index) * interval)
      let rise = min(1, Double(index + 1) * interval)
      sum += decay * rise * rise
      if decay < 0x1p-70 { break }
    }
    return sum.squareRoot()
  }
}

extension PrivacyLossComposition {
  /// Bounds of delta at an epsilon: E[max(0, 1 - exp(epsilon - loss))] over the composed losses.
  func deltaBounds(epsilon: Double) -> (lower: Double, upper: Double) {
    func weight(_ distance: Double) -> Double {
      distance > 0 ? -Double.exp(-tilt * distance) * Double.expMinusOne(-distance) : 0
    }
    var (above, below) = (0.0, 0.0)
    for index in pessimistic.indices {
      let distance = Double(start + index) * interval - epsilon
      above += max(0, pessimistic[index]) * weight(distance)
      below += optimistic[index] * weight(distance + optimisticOffset)
    }
    let factor = Double.exp(logMoment - tilt * epsilon)
    return (
      max(0, factor * (below - slack)), min(1, infinityMass + factor * (above + slack))
    )
  }

  /// Bounds of the smallest epsilon of at least 0 at which delta is no more than `delta`.
  func epsilonBounds(delta: Double) -> (lower: Double, upper: Double) {
    let below = epsilon(
      finiteDelta: delta, masses: optimistic, offset: optimisticOffset, allowance: -slack)
    let above = epsilon(
      finiteDelta: delta - infinityMass, masses: pessimistic, offset: 0, allowance: slack)
    return (min(below, above), above)
  }

  /// Goes from the largest loss down to the grid point at which delta is too large.
  ///
  /// - Parameters:
  ///   - finiteDelta: the part of delta that is left for finite losses.
  ///   - offset: of the grid points.
  ///   - allowance: what is added to the sums of tilted masses: positive for an upper bound.
  private func epsilon(
    finiteDelta: Double, masses: [Double], offset: Double, allowance: Double
  ) -> Double {
    if finiteDelta <= 0 { return .infinity }
    var sums = SumsAbove(tilt: tilt, interval: interval)
    for index in masses.indices.reversed() {
      let loss = Double(start + index) * interval + offset
      let target = finiteDelta * Double.exp(tilt * loss - logMoment)
      if sums.first - sums.second + allowance > target || loss <= 0 {
        if sums.second > 0 {
          return max(
            0, loss + max(0, Double.log((sums.first + allowance - target) / sums.second)))
        }
        // There is no mass above. The allowance alone may be more than delta.
        guard allowance > 0 else { return max(0, loss) }
        return max(0, (logMoment + Double.log(allowance / finiteDelta)) / tilt)
      }
      sums.add(allowance > 0 ? max(0, masses[index]) : masses[index])
    }
    // Delta is small enough everywhere in the window: a bound from above only.
    return allowance > 0 ? max(0, Double(start) * interval + offset) : 0
  }

  /// The sums of the tilted masses above a grid point, weighted by exp(-tilt d) and exp(-(tilt + 1) d) at a
  /// distance d.
  ///
  /// Delta at the point is exp(logMoment - tilt * loss) times `first` - `second`. For an epsilon above the point by
  /// t, but below the next point, `first` - exp(t) `second` is an upper bound.
  private struct SumsAbove {
    private(set) var first = 0.0
    private(set) var second = 0.0
    private let firstDecay: Double
    private let secondDecay: Double

    init(tilt: Double, interval: Double) {
      firstDecay = Double.exp(-tilt * interval)
      secondDecay = Double.exp(-(tilt + 1) * interval)
    }

    /// Adds the mass at the point, and goes down to the next point.
    mutating func add(_ mass: Double) {
      first = (first + mass) * firstDecay
      second = (second + mass) * secondDecay
    }
  }
}
