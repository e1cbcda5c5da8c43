/// The cohorts of released sums, and the rule that two of them never differ by only a few clients.
///
/// The difference of two sums is a sum over the clients that are in one of them only, as far as the
/// updates of the others are the same or known. With few such clients it reveals much of each; with one
/// client, it is its update (Lam et al. 2021, "Gradient Disaggregation"; So et al. 2023, "Securing Secure
/// Aggregation: Mitigating Multi-Round Privacy Leakage in Federated Learning"). So two cohorts are the
/// same, or at least ``minimumDifference`` clients are in one of them only. Sums of the same
/// cohort do not isolate a client. Their differences show how the cohort as a whole changes from sum to sum.
///
/// The rule is about pairs. Three or more sums can be combined so that few clients remain, although any two of them
/// differ by many. Only fixed groups that take part as a whole prevent that.
///
/// ```swift
/// var released = ReleasedCohorts<UInt32>(minimumDifference: 10)
/// // Before a session: can dropouts leave a cohort that is too near to an earlier one?
/// let mayOverlap = released.possibleOverlap(of: selected, minimumContributors: 50)
/// // When the inputs are in and nothing is unmasked yet: is it?
/// guard released.overlap(of: contributors) == nil else { … }
/// released.insert(contributors)
/// ```
///
/// Memory: O(clients) for each different cohort.
public struct ReleasedCohorts<Client: Hashable & Comparable & Sendable>: Sendable {
  /// The smallest number of clients by which two cohorts may differ, unless they are the same.
  public let minimumDifference: Int

  /// The different cohorts in the order of their release, each in ascending order.
  public private(set) var cohorts: [[Client]] = []

  private var known: Set<[Client]> = []

  /// No cohort yet.
  ///
  /// - Parameter minimumDifference: as a rule the smallest number of clients in a sum; with 1 or less
  ///   every cohort is allowed.
  public init(minimumDifference: Int) {
    self.minimumDifference = minimumDifference
  }

  /// Takes the contributors of a sum that is released, whether the rule allows it or not.
  ///
  /// - Returns: whether the cohort is another than all before.
  /// - Complexity: O(c log c) for c clients.
  @discardableResult
  public mutating func insert(_ contributors: some Sequence<Client>) -> Bool {
    let cohort = contributors.sorted()
    guard known.insert(cohort).inserted else { return false }
    cohorts.append(cohort)
    return true
  }

  /// The first earlier cohort that contributors differ from by too few clients; `nil` if there is none.
  ///
  /// - Complexity: O(c log c) to sort, then O(r c) for r different cohorts of c clients at most; of each
  ///   no more is compared than it takes to find ``minimumDifference`` clients.
  public func overlap(of contributors: some Sequence<Client>) -> CohortOverlap? {
    let cohort = contributors.sorted()
    guard !known.contains(cohort) else { return nil }
    for (index, earlier) in cohorts.enumerated() {
      let difference = Self.difference(earlier, cohort, upTo: minimumDifference)
      if difference > 0, difference < minimumDifference {
        return CohortOverlap(cohort: index, difference: difference)
      }
    }
    return nil
  }

  /// The first earlier cohort that the contributors of a session differ from by too few clients if
  /// unsuitable clients drop out; `nil` if that cannot be.
  ///
  /// Cohorts that are drawn from few clients nearly always can. Check ``overlap(of:)`` when the inputs
  /// are in: until shares are asked for, the session can be given up and nothing is released.
  ///
  /// - Parameters:
  ///   - selected: the clients that are asked to take part.
  ///   - minimumContributors: the smallest number of contributors of which the session releases a sum.
  /// - Complexity: O(r c).
  public func possibleOverlap(
    of selected: some Sequence<Client>, minimumContributors: Int
  ) -> CohortOverlap? {
    let selected = selected.sorted()
    guard selected.count >= minimumContributors else { return nil }
    for (index, earlier) in cohorts.enumerated() {
      let common = selected.count + earlier.count - Self.difference(earlier, selected, upTo: .max)
      let both = common / 2
      // The nearest contributors are those of both, and others only as far as there must be more.
      let nearest = earlier.count - both + max(0, minimumContributors - both)
      // If they are the same cohort, the nearest others have one more or one less.
      let canVary = selected.count > both || both > minimumContributors
      let difference = nearest > 0 ? nearest : canVary ? 1 : 0
      if difference > 0, difference < minimumDifference {
        return CohortOverlap(cohort: index, difference: difference)
      }
    }
    return nil
  }

  /// The number of clients in one of two sorted cohorts only, or `limit` if there are more.
  private static func difference(_ one: [Client], _ other: [Client], upTo limit: Int) -> Int {
    var (difference, i, j) = (0, 0, 0)
    while difference < limit, i < one.count, j < other.count {
      if one[i] == other[j] {
        (i, j) = (i + 1, j + 1)
      } else {
        difference += 1
        if one[i] < other[j] { i += 1 } else { j += 1 }
      }
    }
    return min(limit, difference + one.count - i + other.count - j)
  }
}

/// A released cohort from which another differs by too few clients.
public struct CohortOverlap: Sendable, Hashable {
  /// Its place among ``ReleasedCohorts/cohorts``.
  public let cohort: Int
  /// The number of clients that are in one of both only.
  public let difference: Int
}
