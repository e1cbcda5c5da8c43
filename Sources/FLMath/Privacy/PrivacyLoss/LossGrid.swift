internal import RealModule

/// A distribution of privacy losses on a grid, with a mass at infinity.
struct LossGrid {
  /// The multiple of the step that the first mass belongs to.
  var start: Int
  var masses: [Double]
  var infinityMass: Double
  /// What the losses are above multiples of the step.
  var offset = 0.0

  /// The loss to which the mass at `index` belongs.
  func loss(_ index: Int, step: Double) -> Double {
    Double(start + index) * step + offset
  }

  /// Two distributions on a grid between which, in the order of hockey-stick divergences of all
  /// their compositions, the loss lies.
  ///
  /// Each cell between two multiples has masses p and q under the two distributions of the
  /// mechanism. What is told of a cell is bounded from above by telling at random one of its ends,
  /// so that both masses are kept ("connect the dots": Doroshenko, Ghazi, Kamath, Kumar and
  /// Manurangsi 2022, algorithm 1); and from below by post-processing, which merges outcomes of
  /// neighbouring cells in such shares that the ratio of the merged masses is a multiple.
  ///
  /// - Parameter tolerance: how much loss, on average, merging may give away.
  static func bounds(
    of loss: any LossDistribution, step: Double, tail: Double, tolerance: Double
  ) -> (upper: LossGrid, lower: LossGrid) {
    let cells = Cells(of: loss, step: step, tail: tail, offset: 0)
    // Outside of the cells: rounded up for the upper bound, left out for the lower.
    var upper = cells.connectedDots()
    let low = Double(cells.start) * step
    let high = Double(cells.start + cells.masses.count) * step
    upper.infinityMass = loss.masses(between: high, and: .infinity).first
    upper.masses[0] += loss.masses(between: -.infinity, and: low).first

    return (upper, cells.mergedWithin(tolerance, of: loss, tail: tail))
  }
}

/// The masses of cells of the width of a step.
private struct Cells {
  let start: Int
  let step: Double
  let offset: Double
  /// Under the first distribution.
  var masses: [Double] = []
  /// The mass under the second, times exp(lower end), as a share of the first: exp(-step)...1; NaN
  /// where it is too extreme for `Double`.
  var ratios: [Double] = []

  init(of loss: any LossDistribution, step: Double, tail: Double, offset: Double) {
    let range = loss.range(tail: tail)
    start = Int(((range.low - offset) / step).rounded(.down))
    self.step = step
    self.offset = offset
    let end = max(start + 1, Int(((range.high - offset) / step).rounded(.up)))
    for index in start..<end {
      let lowerEnd = Double(index) * step + offset
      let (first, second) = loss.masses(between: lowerEnd, and: lowerEnd + step)
      let ratio = second * Double.exp(lowerEnd) / first
      let isKnown = ratio.isFinite && abs(lowerEnd) < 650
      masses.append(first)
      ratios.append(isKnown ? min(1, max(Double.exp(-step), ratio)) : .nan)
    }
  }

  func connectedDots() -> LossGrid {
    var grid = [Double](repeating: 0, count: masses.count + 1)
    let width = -Double.expMinusOne(-step)
    for index in masses.indices {
      let share = ratios[index].isNaN ? 1 : min(1, (1 - ratios[index]) / width)
      let above = masses[index] * share
      grid[index] += masses[index] - above
      grid[index + 1] += above
    }
    return LossGrid(start: start, masses: grid, infinityMass: 0)
  }

  /// Merges shares of neighbouring cells at the grid point between them, from both ends towards the
  /// largest mass. What finds no partner is rounded down, which is a lower bound as well.
  ///
  /// - Returns: the grid, and how much loss on average went by rounding down.
  func merged() -> (grid: LossGrid, lost: Double) {
    var grid = [Double](repeating: 0, count: masses.count + 1)
    var remaining = masses
    let largest = masses.indices.max { masses[$0] < masses[$1] } ?? 0
    let growth = Double.exp(step)
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
      grid[upper] += fromLower + fromUpper
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
      grid[index] += remaining[index]
      lost += remaining[index] * (ratios[index].isNaN ? step : -Double.log(ratios[index]))
    }
    return (LossGrid(start: start, masses: grid, infinityMass: 0, offset: offset), lost)
  }

  /// Merges on the grid that is moved so that little is lost.
  ///
  /// The two sides of the largest mass meet with masses that do not match, and how well they do
  /// depends smoothly on where the grid points are.
  func mergedWithin(_ tolerance: Double, of loss: any LossDistribution, tail: Double) -> LossGrid {
    var best = merged()
    guard best.lost > tolerance else { return best.grid }
    func attempt(_ offset: Double) {
      let moved = Cells(of: loss, step: step, tail: tail, offset: offset).merged()
      if moved.lost < best.lost { best = moved }
    }
    for quarter in 1..<4 {
      attempt(step * Double(quarter) / 4)
    }
    var width = step / 8
    while best.lost > tolerance, width > step / 1000 {
      let middle = best.grid.offset
      attempt(middle - width)
      attempt(middle + width)
      width /= 2
    }
    return best.grid
  }
}

/// A distribution of losses weighted by exp(tilt * loss), and its cumulants.
///
/// Under the tilt that fits the question, the losses that decide the answer are the likely ones, so
/// that the rounding errors of the Fourier transform, which are relative to the largest masses, are
/// relative to the answer (the exponential change of measure of large deviations, Esscher 1932).
struct TiltedGrid {
  let start: Int
  let step: Double
  let offset: Double
  /// The weighted masses, divided by exp(`logMoment`).
  let masses: [Double]
  /// The logarithm of the sum of the weighted masses that all grids of one question share.
  let logMoment: Double

  init(_ grid: LossGrid, step: Double, tilt: Double, logMoment: Double) {
    start = grid.start
    self.step = step
    offset = grid.offset
    self.logMoment = logMoment
    var masses = grid.masses
    for index in masses.indices where masses[index] > 0 {
      masses[index] *= Double.exp(tilt * grid.loss(index, step: step) - logMoment)
    }
    self.masses = masses
  }

  /// log of the sum of masses weighted by exp(tilt * loss).
  static func logMoment(of grid: LossGrid, step: Double, tilt: Double) -> Double {
    var largest = -Double.infinity
    for index in grid.masses.indices where grid.masses[index] > 0 {
      largest = max(
        largest, Double.log(grid.masses[index]) + tilt * grid.loss(index, step: step))
    }
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for index in grid.masses.indices {
      sum +=
        Double.exp(tilt * grid.loss(index, step: step) - largest) * grid.masses[index]
    }
    return largest + Double.log(sum)
  }

  /// log of the sum of the masses weighted by exp(`further` * (loss - `center`)); 0 if there are none.
  func logMoment(further: Double, center: Double) -> Double {
    var sum = 0.0
    for index in masses.indices where masses[index] > 0 {
      sum += masses[index] * Double.exp(further * (Double(start + index) * step + offset - center))
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
    // A lower bound may be empty: it is 0.
    guard total > 0 else { return (0, 0) }
    let mean = first / total
    var second = 0.0
    for index in masses.indices {
      let distance = Double(start + index) - mean
      second += masses[index] * distance * distance
    }
    return (mean * step + offset, second / total * step * step)
  }

  /// The Euclidean norm of the masses.
  var norm: Double {
    var sum = 0.0
    for mass in masses { sum += mass * mass }
    return sum.squareRoot()
  }
}
