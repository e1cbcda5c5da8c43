internal import RealModule

extension BandedStrategy {
  /// The most steps of one evaluation of the objective, rounds x bands^2.
  private static let workLimit = 1 << 26

  /// Finds the banded strategy with the least error at equal privacy.
  ///
  /// The error is minimised over all banded matrices C, at a fixed sensitivity under `participation`.
  /// Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization", give every column the same norm. Here norms are free as well:
  /// where a client may take part in all its turns, the sensitivity is spent better if turns count
  /// differently. The mean error is least with more noise in late rounds than in early ones: choose the
  /// largest error where the last model counts.
  ///
  /// The problem is convex in C^T C (see `BandedProblem`), so the minimum is the global one. Quasi-Newton
  /// steps end when ten of them lower the error by less than 1e-9 of itself. For the largest error they minimise a power
  /// mean of the errors of all rounds, of which the largest one is at most rounds^(1/2048) times the least possible:
  /// 0.2 % for 50 rounds. The result depends on the arguments only.
  ///
  /// - Parameters:
  ///   - bands: from 1 to the minimum separation, so that the sensitivity is exact. A client that takes part
  ///     once has none: the number of rounds is then the limit.
  ///   - rounds: the number of rounds, from 1 to ``maximumRounds``; rounds x bands^2 at most 2^26.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)``.
  /// - Complexity: O(rounds x bands^2) for each of some hundred steps, for the largest error of some thousand. With
  ///   rounds x bands^2 = 2^20 they take seconds, with 2^26 many minutes.
  public static func optimal(
    bands: Int, rounds: Int, participation: ParticipationRule, error: NoiseErrorMeasure
  ) throws(FLMathError) -> BandedStrategy {
    try FLMathError.Privacy.require(
      rounds >= 1 && rounds <= maximumRounds, .rounds, Double(rounds))
    let once = participation.participations(in: rounds) == 1
    let limit = min(
      once ? rounds : participation.minimumSeparation, rounds,
      Int((Double(workLimit) / Double(rounds)).squareRoot()))
    try FLMathError.Privacy.require(bands >= 1 && bands <= limit, .bands, Double(bands))
    var problem = BandedProblem(rounds: rounds, bands: bands, participation: participation)
    var point = problem.start(try ToeplitzStrategy.squareRoot(bands: bands).coefficients)
    // A large power is minimised from the minimum of a smaller one.
    for power in error == .mean ? [1] : [1, 8, 64, 512, 2048] as [Double] {
      problem.power = power
      point = problem.minimum(from: point)
    }
    return problem.strategy(at: point)
  }
}

/// The minimisation of the error times the squared sensitivity over banded matrices.
///
/// Let X = C^T C. The variance of the sum up to a round is a^T X^-1 a, where a is the round's row of A. It is convex
/// in X, and so is a power mean over the rounds. The squared sensitivity is the largest sum of diagonal elements
/// of X over the sets of rounds that the rule allows: at most one in any `separation` rounds, at most k in all. These
/// conditions are an interval matrix, so that the linear program has whole solutions and its dual has the same
/// value: the least sum(y) + k z over y, z >= 0 for which z + (the sum of y over the windows that hold round i) is
/// at least X_ii. The unknowns here are the directions of the columns of C, and the roots of y and z. The squared
/// norm of a column is the largest that they allow.
struct BandedProblem {
  let rounds: Int
  let bands: Int
  /// The error is the power mean of the variances of the sums up to each round: 1 for their mean.
  var power = 1.0
  private let separation: Int
  private let participations: Double

  init(rounds: Int, bands: Int, participation: ParticipationRule) {
    self.rounds = rounds
    self.bands = bands
    let count = participation.participations(in: rounds)
    participations = Double(count)
    // A client that takes part once does so in any window.
    separation = count == 1 ? 1 : min(participation.minimumSeparation, rounds)
  }

  /// A point of Toeplitz columns of nearly equal norms, half of them from y and half from z.
  func start(_ coefficients: [Double]) -> [Double] {
    var start: [Double] = []
    for column in 0..<rounds {
      for band in 0..<bands { start.append(column + band < rounds ? coefficients[band] : 0) }
    }
    start += [Double](repeating: (0.5 / Double(separation)).squareRoot(), count: rounds)
    start.append(0.5.squareRoot())
    return start
  }

  func minimum(from start: [Double]) -> [Double] {
    QuasiNewtonDescent(memory: 20, tolerance: 1e-9, limit: 2_000)
      .minimum(from: start) { value(at: $0) }
  }

  func strategy(at point: [Double]) -> BandedStrategy {
    var elements = columns(at: point).elements
    // The sign of a row does not change C^T C. With positive diagonals C is unique.
    for row in 0..<rounds where elements[row * bands] < 0 {
      for band in 0..<min(bands, row + 1) { elements[(row - band) * bands + band].negate() }
    }
    return BandedStrategy(unchecked: elements, bands: bands)
  }

  private struct Columns {
    /// The elements of C.
    var elements: [Double]
    /// The norms of the columns before and after they are scaled.
    var lengths: [Double]
    var norms: [Double]
  }

  private func columns(at point: [Double]) -> Columns {
    var columns = Columns(elements: Array(point.prefix(rounds * bands)), lengths: [], norms: [])
    columns.lengths.reserveCapacity(rounds)
    columns.norms.reserveCapacity(rounds)
    let roots = rounds * bands
    let everywhere = point[roots + rounds] * point[roots + rounds]
    for column in 0..<rounds {
      let place = column * bands
      // Not a running sum: it would keep the rounding of large windows.
      var squared = everywhere
      for window in max(0, column - separation + 1)...column {
        squared += point[roots + window] * point[roots + window]
      }
      let length = columns.elements[place..<(place + bands)]
        .reduce(0) { $0 + $1 * $1 }.squareRoot()
      let norm = squared.squareRoot()
      for index in place..<(place + bands) { columns.elements[index] *= norm / length }
      columns.lengths.append(length)
      columns.norms.append(norm)
    }
    return columns
  }

  /// The logarithm of the objective and its derivative.
  func value(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let roots = rounds * bands
    let columns = columns(at: point)
    let covariance = PrefixSumCovariance(factor: PrefixSumFactor(columns.elements, bands: bands))
    let variances = covariance.variances
    let largest = variances.reduce(0, max)
    let powers = variances.map { Double.pow($0 / largest, power) }
    let sum = powers.reduce(0, +)
    let (windows, everywhere) = (point[roots..<(roots + rounds)], point[roots + rounds])
    let sensitivity =
      windows.reduce(0) { $0 + $1 * $1 } + participations * everywhere * everywhere
    let slopes = PrefixSumFactor.derivativeOfBands(
      covariance.derivative(slopes: zip(powers, variances).map { $0 / $1 / sum }), bands: bands)

    var gradient = [Double](repeating: 0, count: point.count)
    // The derivative by the squared norm of each column.
    var bySquare = [Double](repeating: 0, count: rounds)
    for column in 0..<rounds {
      let range = (column * bands)..<((column + 1) * bands)
      let (length, norm) = (columns.lengths[column], columns.norms[column])
      var along = 0.0
      for index in range { along += slopes[index] * columns.elements[index] / norm }
      for index in range {
        let direction = columns.elements[index] / norm
        gradient[index] = (slopes[index] - along * direction) * norm / length
      }
      bySquare[column] = along / (2 * norm)
    }
    for window in 0..<rounds {
      let inside = bySquare[window..<min(rounds, window + separation)].reduce(0, +)
      gradient[roots + window] = 2 * point[roots + window] * (inside + 1 / sensitivity)
    }
    gradient[roots + rounds] =
      2 * everywhere * (bySquare.reduce(0, +) + participations / sensitivity)
    let value = Double.log(largest) + Double.log(sum) / power + Double.log(sensitivity)
    return (value.isFinite ? value : .infinity, gradient)
  }
}
