/// The two numbers that decide how much a session costs and what it withstands.
public struct GraphParameters: Sendable, Hashable {
  /// The number k of neighbours of a client; cohort size - 1 is the complete graph.
  public let degree: Int
  /// The number t of shares that recover a secret of a client, of those its neighbours hold.
  public let threshold: Int

  /// A pair of numbers; whatever uses it checks that it suits the cohort.
  public init(degree: Int, threshold: Int) {
    self.degree = degree
    self.threshold = threshold
  }
}

extension GraphParameters: CustomStringConvertible {
  /// `degree 30, threshold 17`.
  public var description: String { "degree \(degree), threshold \(threshold)" }
}
