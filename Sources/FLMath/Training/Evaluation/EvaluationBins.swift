/// The bins by which clients count themselves in a secure sum, each by a metric of its own, such as the
/// accuracy of a model on its own held-out examples.
///
/// A client contributes a one-hot vector (``contribution(of:)``): 1 in the bin of its value, 0 in all others.
/// The sum of these vectors is a histogram of clients (``histogram(from:)``). It is the only result that the
/// server gets. All clients weigh the same. In fixed point with the bound 1, the numbers 0 and 1 have exact
/// codes, so `AlgorithmEncoder` carries the counts without an error:
///
/// ```swift
/// let bins = try EvaluationBins.accuracy(minimumClients: 10)
/// let secure = try AlgorithmEncoder(
///   bins.contribution, update: 1, path: 1, maximumWeight: 1, maximumContributors: 100,
///   minimumValueBits: 40)
/// let context = secure.applicationContext(of: bins.broadcast(of: model, round: 7), task: "evaluation")
/// // Client, within its session:
/// let vector = try secure.encode(bins.contribution(of: accuracy))
/// // Server, after the last round:
/// let histogram = try bins.histogram(from: secure.decode(aggregate))
/// ```
///
/// ## Values outside of the range
///
/// Two more bins count the clients below the first edge and above the last edge, infinities included.
/// Rejecting such a client would hide the clients for which the model is worst, and a place in the first or
/// last bin would claim an edge that does not hold. NaN has no place on the line. It is rejected, and the
/// caller decides: a client without held-out examples does not take part, a loss that has diverged is
/// infinite.
///
/// ## What the server learns
///
/// The server learns the number of clients in each bin. A bin with one client says that some contributor has
/// a value in it, but not which. A server that knows the values of all other clients learns the bin of the
/// last. So does a server that gets two histograms of cohorts that differ by one client: see
/// ``ReleasedCohorts``. Several histograms of the same clients and the same metric, with edges that are
/// shifted, are one histogram with finer bins. With moments, the server also learns the sums of the clipped
/// values and of their squares; in a small cohort these narrow the values down further than the bins do. The
/// edges are part of the ``broadcast(of:round:)``, to which clients bind their masks: a server cannot give one
/// client other edges than the rest.
///
/// A histogram is not differentially private. Without moments, a client changes the counts by 1 in the
/// Euclidean norm if its vector is replaced by zeros, and by the square root of 2 if it is replaced by another
/// vector. With moments, the norm of a client's vector is at most the square root of 3. Noise of
/// `DistributedNoiseMechanism` for such a sensitivity can be added to the counts; ``histogram(from:)`` rejects
/// counts with noise, because it checks that they are whole numbers.
public struct EvaluationBins: Sendable, Hashable {
  /// Which values are good ones.
  public enum Better: Sendable, Hashable {
    /// Accuracy, for example: the worst clients have the lowest values.
    case higher
    /// Loss, for example: the worst clients have the highest values.
    case lower
  }

  /// The largest number of bins between the edges.
  public static var maximumBins: Int { 65_536 }

  /// The edges of the bins, ascending. Bin i holds the values from `edges[i]` up to but without
  /// `edges[i + 1]`; the last bin holds its upper edge too.
  public let edges: [Double]

  /// Which values are good ones.
  public let better: Better

  /// Whether clients also contribute their value and its square, for a mean and a standard deviation.
  public let includesMoments: Bool

  /// The least number of clients of a histogram.
  public let minimumClients: Int

  /// Bins between fixed edges. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - edges: 2 to ``maximumBins`` + 1 finite numbers, each larger than the one before.
  ///   - better: which values are good ones.
  ///   - includesMoments: whether a mean and a standard deviation are wanted. They need an encoding of at
  ///     least 16 bits; counts are exact in any.
  ///   - minimumClients: the least number of clients of a histogram, at least 2. Give the session the same
  ///     `minimumContributors`: the check here comes after the sum has been decoded.
  /// - Throws: ``FLMathError``.
  public init(
    edges: [Double], better: Better, includesMoments: Bool = true, minimumClients: Int
  ) throws(FLMathError) {
    guard (2...Self.maximumBins + 1).contains(edges.count) else {
      throw .evaluation(.invalidBins(edges.count - 1))
    }
    for (index, edge) in edges.enumerated() {
      guard edge.isFinite, index == 0 || edges[index - 1] < edge else {
        throw .evaluation(.invalidEdge(index: index, found: edge))
      }
    }
    guard (edges[edges.count - 1] - edges[0]).isFinite else {
      throw .evaluation(.invalidEdge(index: edges.count - 1, found: edges[edges.count - 1]))
    }
    guard minimumClients >= 2 else { throw .evaluation(.invalidMinimumClients(minimumClients)) }
    self.edges = edges
    self.better = better
    self.includesMoments = includesMoments
    self.minimumClients = minimumClients
  }

  /// Bins of equal width.
  ///
  /// - Parameters:
  ///   - range: the first and the last edge.
  ///   - bins: the number of bins, 1 to ``maximumBins``.
  /// - Throws: ``FLMathError``, also if so many bins have no distinct edges.
  public init(
    range: ClosedRange<Double>, bins: Int, better: Better, includesMoments: Bool = true,
    minimumClients: Int
  ) throws(FLMathError) {
    guard (1...Self.maximumBins).contains(bins) else { throw .evaluation(.invalidBins(bins)) }
    let width = range.upperBound - range.lowerBound
    var edges = (0..<bins).map { range.lowerBound + width * (Double($0) / Double(bins)) }
    edges.append(range.upperBound)
    try self.init(
      edges: edges, better: better, includesMoments: includesMoments,
      minimumClients: minimumClients)
  }

  /// Bins of equal width for an accuracy, from 0 to 1.
  ///
  /// - Throws: ``FLMathError``.
  public static func accuracy(
    bins: Int = 20, includesMoments: Bool = true, minimumClients: Int
  ) throws(FLMathError) -> EvaluationBins {
    try EvaluationBins(
      range: 0...1, bins: bins, better: .higher, includesMoments: includesMoments,
      minimumClients: minimumClients)
  }

  /// The number of bins between the edges.
  public var count: Int { edges.count - 1 }

  /// The parts of a client's vector: the bin below the first edge, the bins, the bin above the last edge,
  /// and then the moments.
  public var contribution: ContributionParts {
    var parts = [
      ContributionParts.Part(name: "clients by metric", count: count + 2, magnitude: .atMost(1))
    ]
    if includesMoments {
      parts.append(.init(name: "metric and its square", count: 2, magnitude: .atMost(1)))
    }
    return ContributionParts(parts)
  }

  /// What the clients of an evaluation are sent, to bind their masks to: the model, the edges, and the
  /// least number of clients.
  public func broadcast(of model: ParameterVector, round: Int) -> Broadcast {
    Broadcast(model: model, round: round, control: edges + [Double(minimumClients)])
  }

  /// A client's contribution: 1 for the bin of `value`, 0 for all others, with the weight 1. With moments,
  /// the place of the value between the first and the last edge, from 0 to 1, and its square follow. A value
  /// outside of the edges counts as the nearest of them there.
  ///
  /// - Throws: ``FLMathError/Evaluation/notANumber`` for NaN.
  /// - Complexity: O(bins).
  public func contribution(of value: Double) throws(FLMathError) -> ClientUpdate {
    guard !value.isNaN else { throw .evaluation(.notANumber) }
    var vector = [Double](repeating: 0, count: contribution.count)
    vector[place(of: value)] = 1
    if includesMoments {
      let clipped = min(max(value, edges[0]), edges[count])
      let moment = min(1, (clipped - edges[0]) / (edges[count] - edges[0]))
      vector[count + 2] = moment
      vector[count + 3] = moment * moment
    }
    return ClientUpdate(delta: vector, weight: 1)
  }

  /// The histogram of the clients whose contributions have this mean.
  ///
  /// - Throws: ``FLMathError`` for a mean of fewer clients than the minimum, and for one that clients
  ///   that follow the algorithm do not have: counts that are not whole numbers or that do not add up to
  ///   the number of clients, and moments that do not belong to the counts.
  /// - Complexity: O(bins).
  public func histogram(from mean: WeightedMean) throws(FLMathError) -> ClientHistogram {
    let values = mean.mean
    guard values.count == contribution.count else {
      throw .evaluation(.dimensionMismatch(expected: contribution.count, found: values.count))
    }
    let clients = mean.contributors.count
    guard mean.totalWeight == UInt64(clients) else {
      throw .evaluation(.unequalWeights(contributors: clients, found: mean.totalWeight))
    }
    guard clients >= minimumClients else {
      throw .evaluation(.tooFewClients(minimum: minimumClients, found: clients))
    }
    var counts: [Int] = []
    counts.reserveCapacity(count + 2)
    for (place, share) in values.prefix(count + 2).enumerated() {
      let number = share * Double(clients)
      guard number > -0.5, number < Double(clients) + 0.5,
        (number - number.rounded()).magnitude <= Self.tolerance
      else { throw .evaluation(.impossibleCount(place: place, found: number)) }
      counts.append(Int(number.rounded()))
    }
    // No overflow: each is at most the number of clients, and there are at most 65,538.
    let sum = counts.reduce(0, +)
    guard sum == clients else { throw .evaluation(.impossibleSum(clients: clients, found: sum)) }
    let histogram = ClientHistogram(bins: self, places: counts, moments: nil)
    guard includesMoments else { return histogram }
    let moments = (values[count + 2], values[count + 3])
    guard histogram.allowsMoments(moments, tolerance: Self.tolerance) else {
      throw .evaluation(.impossibleMoments)
    }
    return ClientHistogram(bins: self, places: counts, moments: moments)
  }

  /// How far rounding may take a count, or a mean between 0 and 1. An encoding of 16 bits and more stays
  /// far below.
  private static let tolerance = 1.0 / 128

  /// The place of a value in a client's vector: 0 below the first edge, `count + 1` above the last.
  private func place(of value: Double) -> Int {
    if value < edges[0] { return 0 }
    if value > edges[count] { return count + 1 }
    // The number of edges that are not above the value.
    var (lower, upper) = (0, edges.count)
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if edges[middle] <= value { lower = middle + 1 } else { upper = middle }
    }
    return min(lower, count)
  }
}

extension FLMathError {
  /// Why clients cannot be counted by a metric, or a sum is not a histogram of clients.
  public enum Evaluation: Hashable, Sendable, CustomStringConvertible {
    /// The number of bins is below 1 or above ``EvaluationBins/maximumBins``.
    case invalidBins(Int)
    /// An edge is not finite, not above the one before, or too far from the first.
    case invalidEdge(index: Int, found: Double)
    /// The least number of clients is below 2.
    case invalidMinimumClients(Int)
    /// A client's metric is NaN.
    case notANumber
    /// A share of clients is not a number from 0 to 1, or a value is NaN.
    case invalidShare(Double)
    /// A mean does not have the numbers that clients contribute.
    case dimensionMismatch(expected: Int, found: Int)
    /// Clients contributed with other weights than 1.
    case unequalWeights(contributors: Int, found: UInt64)
    /// The sum has fewer clients than the minimum.
    case tooFewClients(minimum: Int, found: Int)
    /// A count is not a whole number from 0 to the number of clients.
    case impossibleCount(place: Int, found: Double)
    /// The counts do not add up to the number of clients.
    case impossibleSum(clients: Int, found: Int)
    /// The mean or the mean square is not one of values in these bins.
    case impossibleMoments

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidBins(let found):
        "Expected from 1 to \(EvaluationBins.maximumBins) bins, got \(found); 10 to 50 are usual."
      case .invalidEdge(let index, let found):
        "Expected finite, ascending edges at a finite distance, but edge \(index) is \(found); sort the edges "
          + "and leave out equal ones."
      case .invalidMinimumClients(let found):
        "Expected a minimum of at least 2 clients, got \(found); a histogram of one client is its value."
      case .notANumber:
        "Expected a metric that is a number, got NaN; leave out clients without held-out examples, and count "
          + "a loss that has diverged as infinite."
      case .invalidShare(let found):
        "Expected a share of clients from 0 to 1, got \(found); 0.1 is the worst decile."
      case .dimensionMismatch(let expected, let found):
        "Expected a mean of \(expected) numbers, as these bins have, got \(found); use the same bins on the "
          + "clients and on the server."
      case .unequalWeights(let contributors, let found):
        "Expected a total weight of \(contributors), 1 for each client, got \(found); average contributions to "
          + "these bins only."
      case .tooFewClients(let minimum, let found):
        "Expected a histogram of at least \(minimum) clients, got \(found); wait for more clients."
      case .impossibleCount(let place, let found):
        "Expected whole numbers of clients, but bin \(place) has \(found); discard the sum: a client has not "
          + "kept to the encoding."
      case .impossibleSum(let clients, let found):
        "Expected counts that add up to \(clients) clients, got \(found); discard the sum: a client has not "
          + "kept to the encoding."
      case .impossibleMoments:
        "Expected a mean and a mean square of values in these bins, got others; discard the sum: a client has "
          + "not kept to the encoding."
      }
    }
  }
}
