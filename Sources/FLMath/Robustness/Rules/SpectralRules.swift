/// Lowers the weights of vectors that lie far out along the direction of the largest variance, again and
/// again, and takes the weighted mean with the smallest variance (CAF).
///
/// Allouah, Guerraoui and Stephan 2025, "Towards Trustworthy Federated Learning with Untrusted
/// Participants", the rule of CafCor. It has the guarantee of ``SmallestEigenvalueAveraging``, but for a
/// constant, at a polynomial cost: for every set of n - f vectors, the distance of the result from its mean
/// is at most `(sqrt(f / (n - f)) + sqrt(2f / (n - 2f))) * b + sqrt(f / (n - 2f))` times the root of the
/// largest eigenvalue of its covariance, with `b = sqrt(2n (n - f)) / (n - 2f)`. For as long as the vectors
/// of the set lose no more weight than the others, they keep n - 2f of it. The first step in which they lose
/// more has a root of at most b times theirs, because the others cause less than half of its variance. Later
/// steps only take away weight from it, so their means are near to its mean.
///
/// Two things differ from ByzFL. Weights are taken relative to the farthest vector *that still has a
/// weight*: in ByzFL a huge vector whose weight is 0 remains the farthest, so that no other weight
/// changes any more and the loop does not end. Here each step takes the weight of a vector to 0, so there
/// are at most 2f + 1 steps. And the eigenvalues are exact, where ByzFL makes one step of the power method
/// from a random start.
public struct CovarianceBoundAgnosticFilter: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The weighted mean of the usable rows. The rows named as selected are those with a weight above 0.
  ///
  /// - Complexity: O(n^2 x dimension + f n^3) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let distances = EuclideanDistances(of: usable.rows)
    var weights = [Double](repeating: 1, count: count)
    var best = (weights: weights, deviation: Double.infinity)
    // The paper stops at n - 2f already. With that step included, all weights of attackers are gone after
    // one of the steps, even if honest vectors lost as much, and without attackers there is one step.
    while weights.reduce(0, +) >= Double(count - 2 * usable.attackers) {
      let positions = weights.indices.filter { weights[$0] > 0 }
      let axis = PrincipalAxis(
        of: distances, at: positions, weights: positions.map { weights[$0] })
      if axis.deviation < best.deviation { best = (weights, axis.deviation) }
      guard let farthest = axis.distances.max(), farthest > 0 else { break }
      for (position, distance) in zip(positions, axis.distances) {
        let share = distance / farthest
        weights[position] *= 1 - share * share
      }
    }
    let selected = best.weights.indices.filter { best.weights[$0] > 0 }
    let total = best.weights.reduce(0, +)
    return RobustAggregate(
      vector: VectorArithmetic.weightedSum(
        of: selected.map { usable.rows[$0] }, weights: selected.map { best.weights[$0] / total }),
      unusableRows: usable.unusableRows,
      selectedRows: selected.map { usable.indices[$0] })
  }
}

/// The mean of the vectors that never were among the farthest along the direction of the largest variance
/// of randomly chosen coordinates (DnC).
///
/// Shejwalkar and Houmansadr 2021, "Manipulating the Byzantine: Optimizing Model Poisoning Attacks and
/// Defenses for Federated Learning", Algorithm 2. It is made for many attackers that push in the same
/// direction. It has no bound that holds for arbitrary vectors: the farthest attacker decides the direction,
/// and another one that lies at the mean along it may be anywhere else. Clip vectors before it, such as by
/// ``AdaptiveRobustClipping``, or take ``CovarianceBoundAgnosticFilter``.
public struct DivideAndConquer: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The number of times that vectors are removed.
  public let iterations: Int

  /// The number of coordinates that are looked at each time; all if a vector has no more.
  public let coordinates: Int

  /// How many vectors are removed each time, as a multiple of the number of attackers; rounded up.
  public let filtering: Double

  /// The start of the sequence of random coordinates.
  public let seed: UInt64

  /// At least 2f + 1 vectors. One arbitrary vector is withstood, or several equal ones.
  public var tolerance: AttackerTolerance { .majority }

  /// Removes `filtering * attackers` vectors in each iteration.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - iterations: at least 1.
  ///   - coordinates: at least 1.
  ///   - filtering: finite, at least 1.
  ///   - seed: attackers must not foresee it, so draw a new one for each round from a secure generator.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  public init(
    attackers: Int, iterations: Int = 1, coordinates: Int = 10_000, filtering: Double = 1,
    seed: UInt64
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard iterations >= 1 else { throw .robustAggregation(.invalidIterations(iterations)) }
    guard coordinates >= 1 else {
      throw .robustAggregation(.invalidCoordinates(Double(coordinates)))
    }
    guard filtering.isFinite, filtering >= 1 else {
      throw .robustAggregation(.invalidFiltering(filtering))
    }
    self.iterations = iterations
    self.coordinates = coordinates
    self.filtering = filtering
    self.seed = seed
  }

  /// The mean of the usable rows that were never removed.
  ///
  /// - Throws: ``FLMathError``, also ``FLMathError/RobustAggregation/nothingSelected`` if every row was
  ///   removed at some time.
  /// - Complexity: O(n^2 x coordinates + n^3) for each iteration, and O(dimension), for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    var generator = SimulationGenerator(seed: seed)
    return try aggregate(updates, using: &generator)
  }

  /// The mean of the usable rows that were never removed, with coordinates drawn from `generator` instead
  /// of the seed.
  ///
  /// - Throws: As ``aggregate(_:)``.
  public func aggregate(
    _ updates: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let removed = (filtering * Double(usable.attackers)).rounded(.up)
    guard removed < Double(count) else {
      throw .robustAggregation(.invalidSelection(maximum: count, found: 0))
    }
    var good = Set(usable.rows.indices)
    for _ in 0..<iterations {
      let columns = generator.sortedSample(coordinates, below: usable.dimension)
      good.formIntersection(
        Self.nearest(count - Int(removed), of: usable.rows, columns: columns))
    }
    guard !good.isEmpty else { throw .robustAggregation(.nothingSelected) }
    return usable.mean(selected: good.sorted())
  }

  /// The rows that are nearest to the mean along the direction in which these columns vary most.
  private static func nearest(_ kept: Int, of rows: [[Double]], columns: [Int]) -> [Int] {
    let parts = columns.count == rows[0].count ? rows : rows.map { row in columns.map { row[$0] } }
    let axis = PrincipalAxis(of: EuclideanDistances(of: parts), at: Array(rows.indices))
    return axis.distances.positionsOfSmallest(kept)
  }
}

extension RandomNumberGenerator {
  /// `count` of the numbers from 0 to below `bound`, in ascending order, every set being equally likely;
  /// all of them if there are no more.
  ///
  /// Floyd's algorithm (Bentley and Floyd 1987, "A sample of brilliance").
  ///
  /// - Complexity: O(count log count), O(bound) if all are taken.
  mutating func sortedSample(_ count: Int, below bound: Int) -> [Int] {
    guard count < bound else { return Array(0..<bound) }
    var chosen: Set<Int> = []
    for last in bound - count..<bound {
      let candidate = uniformIndex(below: last + 1)
      chosen.insert(chosen.contains(candidate) ? last : candidate)
    }
    return chosen.sorted()
  }
}

/// The direction in which weighted rows vary most, and how much they do.
///
/// The covariance is that of the weights, `sum of w (x - mean)(x - mean)^T / sum of w`. It has as many
/// rows and columns as a model has parameters, so it is never formed: distances of the rows say what
/// their inner products are (classical scaling, Torgerson 1952), and the matrix of these, of the size
/// of the number of rows, has the same largest eigenvalue.
struct PrincipalAxis {
  /// The standard deviation along the axis: the root of the covariance's largest eigenvalue.
  let deviation: Double

  /// How far each row lies from the mean along the axis, in an unspecified unit that is the same for all;
  /// in the order of the positions.
  let distances: [Double]

  /// - Parameters:
  ///   - distances: the distances of all rows.
  ///   - positions: the rows to take, at least one.
  ///   - weights: one above 0 for each position.
  /// - Complexity: O(positions^3) time and O(positions^2) memory.
  init(of distances: EuclideanDistances, at positions: [Int], weights: [Double]) {
    let count = positions.count
    let diameter = distances.diameter(of: positions)
    guard diameter > 0 else {
      deviation = 0
      self.distances = [Double](repeating: 0, count: count)
      return
    }
    let scale = PowerOfTwo(normalising: diameter)
    let total = weights.reduce(0, +)
    let shares = weights.map { $0 / total }
    let products = Self.innerProducts(distances, positions, shares: shares, scale: scale.factor)
    let roots = shares.map { $0.squareRoot() }
    var matrix = products
    for row in 0..<count {
      for column in 0..<count { matrix[row * count + column] *= roots[row] * roots[column] }
    }
    let (variance, vector) = SymmetricMatrix(matrix, size: count).largestEigenpair()
    deviation = max(0, variance).squareRoot() * scale.inverse
    self.distances = (0..<count).map { row in
      var sum = 0.0
      for column in 0..<count {
        sum += products[row * count + column] * roots[column] * vector[column]
      }
      return sum.magnitude
    }
  }

  /// All weights the same.
  init(of distances: EuclideanDistances, at positions: [Int]) {
    self.init(
      of: distances, at: positions,
      weights: [Double](repeating: 1, count: positions.count))
  }

  /// The inner products of the rows' differences from their weighted mean, scaled.
  private static func innerProducts(
    _ distances: EuclideanDistances, _ positions: [Int], shares: [Double], scale: Double
  ) -> [Double] {
    let count = positions.count
    var products = [Double](repeating: 0, count: count * count)
    var rowMeans = [Double](repeating: 0, count: count)
    for row in 0..<count {
      for column in 0..<count {
        let scaled = distances[positions[row], positions[column]] * scale
        products[row * count + column] = scaled * scaled
        rowMeans[row] += shares[column] * scaled * scaled
      }
    }
    var mean = 0.0
    for row in 0..<count { mean += shares[row] * rowMeans[row] }
    for row in 0..<count {
      for column in 0..<count {
        let square = products[row * count + column]
        products[row * count + column] = (rowMeans[row] + rowMeans[column] - square - mean) / 2
      }
    }
    return products
  }
}
