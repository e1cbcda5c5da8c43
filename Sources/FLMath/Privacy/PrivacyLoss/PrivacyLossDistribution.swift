internal import RealModule

/// A discretised privacy loss distribution: masses at the points of a grid, and a mass at infinity.
///
/// Let P and Q be the distributions of the outcomes for two neighbouring data sets. The privacy loss of an
/// outcome x is log(P(x) / Q(x)). It is a random variable, since x is one of P; its distribution gives epsilon and
/// delta, and distributions of several releases are composed by convolution (Meiser and Mohammadi 2018, "Tight on
/// Budget?"; Koskela, Jälkö and Honkela 2020, "Computing Tight Differential Privacy Guarantees Using FFT").
///
/// The grid points are multiples of the discretisation interval h, from `start` h on. Cells are between them.
/// ``PrivacyLossEstimates`` are two such distributions, one above and one below the true one.
///
/// ```text
///                lower tail |<-  h  ->|                             | upper tail
///                -----------+---------+---------+-- ... --+---------+----------->  loss
///                           | cell 0  | cell 1  |         |cell n-1 |
///   multiple of h:        start    start+1   start+2             start+n
///
///   pessimistic:   ------->(*)<-----+->(*)<-----+->(*)  ...        (*)   ------->  infinity mass
///                  the tail goes up;  a cell is split between both its ends;  the tail goes to infinity
///
///   optimistic:     left    *   o-->(*)<--o   o-->(*)<--o  ...      *        left
///                   out       parts of two cells merge at the point             out
///                             between them; the rest is rounded down
/// ```
///
/// The points of the optimistic estimate are moved by `offset`, which is less than h.
struct PrivacyLossDistribution {
  /// The discretisation interval.
  let interval: Double

  /// The first grid point, in intervals.
  let start: Int

  /// The mass at each grid point.
  var masses: [Double]

  /// The mass of an infinite loss: an outcome that only P has, or one that was truncated.
  var infinityMass = 0.0

  /// The distance of the grid points from multiples of the interval.
  var offset = 0.0

  /// The loss to which the mass at `index` belongs.
  func loss(at index: Int) -> Double {
    Double(start + index) * interval + offset
  }
}

/// A privacy loss random variable, for one release of a mechanism: what is discretised.
protocol PrivacyLossVariable {
  /// The probability that a record takes part; 1 without sampling.
  var probability: Double { get }

  /// The masses of both distributions where the loss is from `low` to `high`, `high` excluded.
  func masses(between low: Double, and high: Double) -> (first: Double, second: Double)

  /// Losses below and above which the first distribution has at most `tail`.
  func range(tail: Double) -> (low: Double, high: Double)

  /// A number that is not below the logarithm of E[exp(tilt * loss)], for outcomes of the first distribution.
  func logMoment(tilt: Double) -> Double
}

/// Two discretised distributions. The privacy loss is between them, in the order of the hockey-stick divergences
/// of all their compositions.
struct PrivacyLossEstimates {
  /// Overstates every divergence.
  let pessimistic: PrivacyLossDistribution

  /// Understates every divergence.
  let optimistic: PrivacyLossDistribution

  /// Discretises a privacy loss.
  ///
  /// - **Pessimistic.** Each cell has masses p and q under the two distributions of the mechanism. Its outcomes
  ///   are replaced by a random choice of its two ends that keeps p and q ("connect the dots": Doroshenko, Ghazi,
  ///   Kamath, Kumar and Manurangsi 2022, algorithm 1).
  /// - **Optimistic.** Post-processing merges outcomes of neighbouring cells in such shares that the logarithm
  ///   of the ratio of the merged masses is the grid point.
  ///
  /// - Parameters:
  ///   - interval: the discretisation interval.
  ///   - tail: the largest mass that is truncated at either end.
  ///   - tolerance: how much loss, on average, merging may give away.
  init(of loss: any PrivacyLossVariable, interval: Double, tail: Double, tolerance: Double) {
    let cells = Cells(of: loss, interval: interval, tail: tail, offset: 0)
    var pessimistic = cells.connectedDots()
    let low = Double(cells.start) * interval
    let high = Double(cells.start + cells.masses.count) * interval
    pessimistic.infinityMass = loss.masses(between: high, and: .infinity).first
    pessimistic.masses[0] += loss.masses(between: -.infinity, and: low).first
    self.pessimistic = pessimistic
    optimistic = cells.mergedWithin(tolerance, of: loss, tail: tail)
  }
}

/// The masses of the cells between grid points.
private struct Cells {
  let start: Int
  let interval: Double
  let offset: Double
  /// Under the first distribution.
  var masses: [Double] = []
  /// The mass under the second, times exp(lower end), as a share of the first: exp(-interval)...1; NaN
  /// where it is too extreme for `Double`.
  var ratios: [Double] = []

  init(of loss: any PrivacyLossVariable, interval: Double, tail: Double, offset: Double) {
    let range = loss.range(tail: tail)
    start = Int(((range.low - offset) / interval).rounded(.down))
    self.interval = interval
    self.offset = offset
    let end = max(start + 1, Int(((range.high - offset) / interval).rounded(.up)))
    for index in start..<end {
      let lowerEnd = Double(index) * interval + offset
      let (first, second) = loss.masses(between: lowerEnd, and: lowerEnd + interval)
      let ratio = second * Double.exp(lowerEnd) / first
      let isKnown = ratio.isFinite && abs(lowerEnd) < 650
      masses.append(first)
      ratios.append(isKnown ? min(1, max(Double.exp(-interval), ratio)) : .nan)
    }
  }

  /// Splits each cell between its ends, so that its masses under both distributions are kept.
  func connectedDots() -> PrivacyLossDistribution {
    var points = [Double](repeating: 0, count: masses.count + 1)
    let width = -Double.expMinusOne(-interval)
    for index in masses.indices {
      let share = ratios[index].isNaN ? 1 : min(1, (1 - ratios[index]) / width)
      let above = masses[index] * share
      points[index] += masses[index] - above
      points[index + 1] += above
    }
    return PrivacyLossDistribution(interval: interval, start: start, masses: points)
  }

  /// Merges shares of neighbouring cells at the grid point between them, from both ends towards the
  /// largest mass. The rest of a cell is rounded down, which is a lower bound as well.
  ///
  /// - Returns: the distribution, and the average loss that rounding down has given away.
  func merged() -> (distribution: PrivacyLossDistribution, lost: Double) {
    var points = [Double](repeating: 0, count: masses.count + 1)
    var remaining = masses
    let largest = masses.indices.max { masses[$0] < masses[$1] } ?? 0
    let growth = Double.exp(interval)
    // How far the mean ratio of a cell is below its upper end, and above its lower end.
    func below(_ index: Int) -> Double {
      ratios[index].isNaN ? 0 : max(0, growth * ratios[index] - 1)
    }
    func above(_ index: Int) -> Double { ratios[index].isNaN ? 0 : 1 - ratios[index] }
    func merge(_ lower: Int, _ upper: Int) {
      let (down, up) = (remaining[lower] * below(lower), remaining[upper] * above(upper))
      let moment = min(down, up)
      guard moment > 0 else { return }
      let fromLower = moment == down ? remaining[lower] : moment / below(lower)
      let fromUpper = moment == up ? remaining[upper] : moment / above(upper)
      points[upper] += fromLower + fromUpper
      remaining[lower] -= fromLower
      remaining[upper] -= fromUpper
    }
    for index in 0..<largest {
      merge(index, index + 1)
    }
    for index in stride(from: masses.count - 1, to: largest, by: -1) {
      merge(index - 1, index)
    }
    var lost = 0.0
    for index in masses.indices where remaining[index] > 0 {
      points[index] += remaining[index]
      lost += remaining[index] * (ratios[index].isNaN ? interval : -Double.log(ratios[index]))
    }
    let distribution = PrivacyLossDistribution(
      interval: interval, start: start, masses: points, offset: offset)
    return (distribution, lost)
  }

  /// Moves the grid until merging gives away little.
  ///
  /// The two sides of the largest mass meet with masses that do not match. How well they match depends smoothly
  /// on the offset of the grid.
  func mergedWithin(
    _ tolerance: Double, of loss: any PrivacyLossVariable, tail: Double
  ) -> PrivacyLossDistribution {
    var best = merged()
    guard best.lost > tolerance else { return best.distribution }
    func attempt(_ offset: Double) {
      let moved = Cells(of: loss, interval: interval, tail: tail, offset: offset).merged()
      if moved.lost < best.lost { best = moved }
    }
    for quarter in 1..<4 {
      attempt(interval * Double(quarter) / 4)
    }
    var width = interval / 8
    while best.lost > tolerance, width > interval / 1000 {
      let middle = best.distribution.offset
      attempt(middle - width)
      attempt(middle + width)
      width /= 2
    }
    return best.distribution
  }
}
