/// Why clients cannot be counted by a metric, or a sum is not a histogram of clients.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
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
