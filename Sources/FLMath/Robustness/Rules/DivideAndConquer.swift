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
  /// - Throws: ``RobustAggregationError`` if a number is out of its range.
  public init(
    attackers: Int, iterations: Int = 1, coordinates: Int = 10_000, filtering: Double = 1,
    seed: UInt64
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard iterations >= 1 else { throw .invalidIterations(iterations) }
    guard coordinates >= 1 else { throw .invalidCoordinates(Double(coordinates)) }
    guard filtering.isFinite, filtering >= 1 else { throw .invalidFiltering(filtering) }
    self.iterations = iterations
    self.coordinates = coordinates
    self.filtering = filtering
    self.seed = seed
  }

  /// The mean of the usable rows that were never removed.
  ///
  /// - Throws: ``RobustAggregationError``, also ``RobustAggregationError/nothingSelected`` if every row was
  ///   removed at some time.
  /// - Complexity: O(n^2 x coordinates + n^3) for each iteration, and O(dimension), for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    var generator = SimulationGenerator(seed: seed)
    return try aggregate(updates, using: &generator)
  }

  /// The mean of the usable rows that were never removed, with coordinates drawn from `generator` instead
  /// of the seed.
  ///
  /// - Throws: As ``aggregate(_:)``.
  public func aggregate(
    _ updates: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let removed = (filtering * Double(usable.attackers)).rounded(.up)
    guard removed < Double(count) else {
      throw .invalidSelection(maximum: count, found: 0)
    }
    var good = Set(usable.rows.indices)
    for _ in 0..<iterations {
      let columns = generator.sortedSample(coordinates, below: usable.dimension)
      good.formIntersection(
        Self.nearest(count - Int(removed), of: usable.rows, columns: columns))
    }
    guard !good.isEmpty else { throw .nothingSelected }
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
