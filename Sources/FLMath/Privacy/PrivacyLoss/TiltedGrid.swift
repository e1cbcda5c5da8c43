internal import RealModule

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
