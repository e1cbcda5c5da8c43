/// A way to put updates together such that a few arbitrary ones cannot move the result arbitrarily.
///
/// A rule compares the vectors of single clients, so it runs where these are in the clear. Under
/// secure aggregation it runs over the sums of buckets: see ``BucketPlan``. Rules use all active processors,
/// unless ``ThreadLimit`` says otherwise.
public protocol RobustAggregationRule: Sendable {
  /// The number of vectors that may be anything, f.
  var attackers: Int { get }

  /// How many vectors the rule needs for that, and so its breakdown point.
  var tolerance: AttackerTolerance { get }

  /// Puts the updates of a round together.
  ///
  /// Unusable rows are left out, count as attackers, and are named in the result.
  ///
  /// - Throws: ``FLMathError`` if there are fewer vectors than ``tolerance`` asks for, or
  ///   more unusable ones than attackers.
  func aggregate(_ updates: UpdateMatrix) throws(FLMathError) -> RobustAggregate
}

/// What a robust rule makes of a round.
public struct RobustAggregate: Sendable, Hashable {
  /// One finite number per parameter.
  public let vector: [Double]

  /// The rows that were left out because they are not finite or too long to be computed with, in
  /// ascending order.
  public let unusableRows: [Int]

  /// The rows that the vector is the mean of, in ascending order; `nil` where the rule does not
  /// choose rows.
  public let selectedRows: [Int]?

  /// For rules that iterate towards a point that is defined: the distance of the vector from it is at
  /// most this, which is proven. `nil` for other rules, and where nothing is proven.
  public let distanceBound: Double?

  init(
    vector: [Double], unusableRows: [Int], selectedRows: [Int]?, distanceBound: Double? = nil
  ) {
    self.vector = vector
    self.unusableRows = unusableRows
    self.selectedRows = selectedRows
    self.distanceBound = distanceBound
  }
}

/// How many vectors a rule needs for each attacker that it is to withstand: with f attackers at
/// least `vectorsPerAttacker * f + additionalVectors`.
public struct AttackerTolerance: Sendable, Hashable {
  /// The slope: how many more vectors one more attacker takes; at least 1.
  public let vectorsPerAttacker: Int

  /// The vectors that are needed beside those; at least 1.
  public let additionalVectors: Int

  /// The share of attackers that the rule withstands among many vectors.
  public var breakdownPoint: Double { 1 / Double(vectorsPerAttacker) }

  /// The largest number of attackers that the rule withstands among so many vectors; -1 if there are
  /// too few vectors for the rule even without attackers.
  public func maximumAttackers(among vectors: Int) -> Int {
    vectors < additionalVectors ? -1 : (vectors - additionalVectors) / vectorsPerAttacker
  }

  func tolerates(attackers: Int, among vectors: Int) -> Bool {
    attackers <= maximumAttackers(among: vectors)
  }

  /// At least 2f + 1 vectors: attackers are a minority.
  static let majority = AttackerTolerance(vectorsPerAttacker: 2, additionalVectors: 1)

  /// Passes on a number of attackers that is not negative.
  static func validated(_ attackers: Int) throws(FLMathError) -> Int {
    guard attackers >= 0 else { throw .robustAggregation(.invalidAttackers(attackers)) }
    return attackers
  }
}

extension FLMathError {
  /// Why a robust rule cannot be made, or refuses the updates of a round.
  public enum RobustAggregation: Hashable, Sendable, CustomStringConvertible {
    /// The number of attackers is negative.
    case invalidAttackers(Int)
    /// The rule does not withstand so many attackers among so many vectors; a maximum of -1 says that
    /// there are too few vectors even without attackers.
    case beyondBreakdown(vectors: Int, attackers: Int, maximum: Int)
    /// More rows are not finite or too long than there may be attackers.
    case tooManyUnusableRows(attackers: Int, found: [Int])
    /// A rule is to select no vectors, or more than are there besides the attackers.
    case invalidSelection(maximum: Int, found: Int)
    /// A radius or a bound is not a finite number above 0.
    case invalidRadius(Double)
    /// The smoothing is not a finite number above 0.
    case invalidSmoothing(Double)
    /// The tolerance is not a finite number above 0.
    case invalidTolerance(Double)
    /// The number of iterations is below 1.
    case invalidIterations(Int)
    /// An iteration has not come provably near to its limit within its steps; `excess` is the share of the
    /// weight that still pulls the point in one direction.
    case notConverged(iterations: Int, excess: Double)
    /// A vector of the server does not have the dimension of the updates.
    case dimensionMismatch(expected: Int, found: Int)
    /// A vector of the server is not finite, or too long to be computed with.
    case unusableReference
    /// The trusted update is zero, so that nothing can be compared with it.
    case zeroReference
    /// No client's update points in the direction of the trusted one.
    case nothingTrusted
    /// There is not one weight for each vector.
    case weightCountMismatch(expected: Int, found: Int)
    /// The heaviest rows, as many as there may be attackers, hold half of the weight or more.
    case weightBeyondBreakdown(attackers: Int, share: Double)
    /// The weights of usable rows sum to 0.
    case zeroTotalWeight
    /// A bucket is to have fewer than one vector, or more than there are.
    case invalidBucketSize(maximum: Int, found: Int)
    /// The order does not name each row exactly once.
    case notAPermutation(count: Int)
    /// There is no row with this index.
    case noSuchRow(Int)
    /// A search may take more steps than are allowed.
    case tooExpensive(cost: Double, maximum: Int)
    /// The number of coordinates is below 1, or their share not above 0 and at most 1.
    case invalidCoordinates(Double)
    /// The multiple of attackers that is removed is not a finite number of at least 1.
    case invalidFiltering(Double)
    /// The cut-off is not a finite number above 0.
    case invalidCutoff(Double)
    /// Filters that have to agree have left no row.
    case nothingSelected

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidAttackers(let found):
        "Expected 0 attackers or more, got \(found); pass the number to be withstood."
      case .beyondBreakdown(let vectors, let attackers, let maximum) where maximum < 0:
        "Expected more than \(vectors) vectors, too few for this rule even without the "
          + "\(attackers) attackers named; wait for more clients or choose another rule."
      case .beyondBreakdown(let vectors, let attackers, let maximum):
        "Expected at most \(maximum) attackers among \(vectors) vectors, got \(attackers); "
          + "take more clients or a rule with a higher breakdown point."
      case .tooManyUnusableRows(let attackers, let found):
        "Expected at most \(attackers) rows that are not finite or too long, got \(found.count), "
          + "\(found); there are more attackers than assumed: discard the round."
      case .invalidSelection(let maximum, let found):
        "Expected from 1 to \(maximum) vectors to select, got \(found); attackers must stay out."
      case .invalidRadius(let found):
        "Expected a finite radius above 0, got \(found); choose one by the size of updates."
      case .invalidSmoothing(let found):
        "Expected a finite smoothing above 0, got \(found); it keeps weights finite, 1e-6 is usual."
      case .invalidTolerance(let found):
        "Expected a finite tolerance above 0, got \(found); 1e-9 is usual."
      case .invalidIterations(let found):
        "Expected at least 1 iteration, got \(found); 3 are usual for secure sums."
      case .notConverged(let iterations, let excess):
        "Expected the geometric median within \(iterations) iterations, but a pull of \(excess) is left; "
          + "raise the iterations or the tolerance."
      case .dimensionMismatch(let expected, let found):
        "Expected a vector of \(expected) elements, as the updates have, got \(found); "
          + "use one of the same model."
      case .unusableReference:
        "Expected a finite vector of moderate length from the server, got one that is not; "
          + "train it anew."
      case .zeroReference:
        "Expected a trusted update other than zero; train it for at least one step on clean data."
      case .nothingTrusted:
        "Expected some update in the direction of the trusted one, but all point away; "
          + "discard the round or check the trusted data."
      case .weightCountMismatch(let expected, let found):
        "Expected \(expected) weights, one for each row, got \(found); pass one for each client."
      case .weightBeyondBreakdown(let attackers, let share):
        "Expected the \(attackers) heaviest rows to hold less than half of the weight, "
          + "but they hold \(share) of it; bound the weights."
      case .zeroTotalWeight:
        "Expected weights of usable rows that sum to more than 0; leave out clients without examples."
      case .invalidBucketSize(let maximum, let found):
        "Expected buckets of 1 to \(maximum) vectors, got \(found); 2 is usual."
      case .notAPermutation(let count):
        "Expected each of the rows 0 to \(max(1, count) - 1) once in the order; shuffle the indices."
      case .noSuchRow(let found):
        "Expected the index of a row, got \(found); pass the place of the trusted vector."
      case .tooExpensive(let cost, let maximum):
        "Expected a search of at most \(maximum) steps, but it may take \(cost); "
          + "take fewer vectors or attackers, or a rule without a search."
      case .invalidCoordinates(let found):
        "Expected at least 1 coordinate, or a share above 0 and at most 1, got \(found); "
          + "10,000 coordinates or a tenth are usual."
      case .invalidFiltering(let found):
        "Expected to remove a finite multiple of the attackers, 1 or more, got \(found); 1 is usual."
      case .invalidCutoff(let found):
        "Expected a finite cut-off above 0, got \(found); 3 is usual."
      case .nothingSelected:
        "Expected rows that pass all filters, but none does; "
          + "discard the round, or remove fewer rows or less often."
      }
    }
  }
}
