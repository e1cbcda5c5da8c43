internal import RealModule

/// Finds the clients that make sums inconsistent, by sums of smaller cohorts.
///
/// An inconsistent sum does not show which client spoiled it, since the masked inputs of all contributors look
/// alike. The search divides its clients into two cohorts, each with a session of its own, and repeats this. A
/// released sum clears its cohort. Cleared clients fill up cohorts that would be too small. One
/// disruptor of n clients is found in ceil(log2 n) attempts after the first if n is at least three times
/// the minimum size; with fewer clients the search may need more, or end with an error.
///
/// ```swift
/// var history = [Attempt(everybody, .inconsistent)]
/// while true {
///   let plan = try DisruptorSearch.plan(
///     after: history, of: everybody, minimumCohortSize: 10)
///   if plan.cohorts.isEmpty { return plan.disruptors }
///   for cohort in plan.cohorts { history.append(Attempt(cohort, runSession(with: cohort))) }
/// }
/// ```
///
/// The cohorts of an attempt are disjoint and have at least the minimum size. Any two cohorts of all attempts differ
/// by at least as many clients (``ReleasedCohorts``), even if their sums were not released: the server has seen
/// the inconsistent sums too.
///
/// The result is right if a disruptor spoils every sum that it is in. A disruptor that sometimes behaves clears
/// itself, and a client in its later cohort is suspected instead.
public enum DisruptorSearch {
  /// The cohorts to run next, and what is known by now.
  public struct Plan<Client: Hashable & Comparable & Sendable>: Sendable, Hashable {
    /// Disjoint cohorts in ascending order, each for a session of its own; none if the search is over.
    public let cohorts: [[Client]]
    /// The clients that spoiled a sum, in ascending order: leave them out.
    public let disruptors: [Client]
    /// The clients that may have, in ascending order.
    public let suspects: [Client]
  }

  /// Plans the next attempt.
  ///
  /// - Parameters:
  ///   - history: all cohorts attempted so far and what became of their sums, in any order. A cohort
  ///     consists of the contributors; clients that dropped out are not part of it.
  ///   - clients: all clients that can take part.
  ///   - minimumCohortSize: the smallest number of clients in a sum, at least 2. If clients may drop
  ///     out, plan for as many more.
  ///   - released: the contributors of other sums that were released, from which the cohorts have to
  ///     differ as well.
  /// - Throws: ``FLMathError`` if no allowed cohort tells suspects apart.
  /// - Complexity: O(a (n log n + m a)) for a cohorts attempted, n clients and the minimum size m.
  public static func plan<Client: Hashable & Comparable & Sendable>(
    after history: [CohortAttempt<Client>], of clients: some Sequence<Client>,
    minimumCohortSize: Int, besides released: [[Client]] = []
  ) throws(FLMathError) -> Plan<Client> {
    guard minimumCohortSize >= 2 else {
      throw .disruptors(.minimumCohortSize(found: minimumCohortSize))
    }
    let clients = Set(clients)
    guard clients.count >= 2 * minimumCohortSize else {
      throw .disruptors(.tooFewClients(found: clients.count, needed: 2 * minimumCohortSize))
    }
    let findings = try Findings(history, of: clients)
    guard !findings.suspects.isEmpty else {
      return Plan(cohorts: [], disruptors: findings.disruptors.sorted(), suspects: [])
    }
    var padding = CohortPadding(
      findings.cleared.intersection(clients), beside: history.map(\.cohort) + released,
      minimumSize: minimumCohortSize)
    var cohorts: [[Client]] = []
    // Small groups first: they are nearest to an answer.
    for part in findings.parts {
      if let cohort = padding.take(for: part) { cohorts.append(cohort) }
    }
    guard !cohorts.isEmpty else {
      throw .disruptors(
        .tooFewCleared(suspects: findings.suspects.count, cleared: findings.cleared.count))
    }
    return Plan(
      cohorts: cohorts, disruptors: findings.disruptors.sorted(),
      suspects: findings.suspects.sorted())
  }
}

/// A cohort whose sum was attempted.
public struct CohortAttempt<Client: Hashable & Comparable & Sendable>: Sendable, Hashable {
  /// What became of a sum.
  public enum Outcome: Sendable, Hashable {
    /// It was released.
    case released
    /// It contradicted itself (`ServerError.sumInconsistent`).
    case inconsistent
  }

  /// The contributors.
  public let cohort: [Client]
  /// What became of their sum.
  public let outcome: Outcome

  /// States what became of the sum of a cohort.
  public init(_ cohort: some Sequence<Client>, _ outcome: Outcome) {
    self.cohort = Array(cohort)
    self.outcome = outcome
  }
}

extension FLMathError {
  /// Why there is no further attempt.
  public enum Disruptors: Hashable, Sendable, CustomStringConvertible {
    /// A cohort has at least 2 clients.
    case minimumCohortSize(found: Int)
    /// Fewer clients than make two cohorts.
    case tooFewClients(found: Int, needed: Int)
    /// Not enough clients are cleared to fill up a cohort that differs enough from those before.
    case tooFewCleared(suspects: Int, cleared: Int)
    /// A sum was inconsistent although each of its clients is in a released one.
    case changingBehaviour(attempt: Int)

    /// What was expected, what came, what to do.
    public var description: String {
      switch self {
      case .minimumCohortSize(let found):
        "Expected a minimum cohort size of at least 2, got \(found); the sum of one is its update."
      case .tooFewClients(let found, let needed):
        "Expected at least \(needed) clients for two cohorts, got \(found); "
          + "wait for more clients, or leave all of them out."
      case .tooFewCleared(let suspects, let cleared):
        "Expected enough cleared clients to tell \(suspects) suspects apart, got \(cleared); "
          + "add clients that were in no inconsistent sum, or leave the suspects out."
      case .changingBehaviour(let attempt):
        "Expected a disruptor to spoil each of its sums, but all clients of attempt \(attempt) are "
          + "also in released sums; trust no finding of this search."
      }
    }
  }
}

/// What follows from the attempts so far.
private struct Findings<Client: Hashable & Comparable & Sendable> {
  private(set) var cleared: Set<Client> = []
  private(set) var disruptors: Set<Client> = []
  /// Neither cleared nor found out.
  private(set) var suspects: Set<Client>
  /// The groups of suspects to test next, disjoint.
  private(set) var parts: [[Client]] = []

  init(
    _ history: [CohortAttempt<Client>], of clients: Set<Client>
  ) throws(FLMathError) {
    for attempt in history where attempt.outcome == .released { cleared.formUnion(attempt.cohort) }
    // In each of these is a disruptor.
    var groups: [Set<Client>] = []
    for (index, attempt) in history.enumerated() where attempt.outcome == .inconsistent {
      let group = Set(attempt.cohort).subtracting(cleared)
      guard !group.isEmpty else { throw .disruptors(.changingBehaviour(attempt: index)) }
      if group.count == 1 { disruptors.formUnion(group) }
      groups.append(group)
    }
    suspects = clients.subtracting(cleared).subtracting(disruptors)
    // Sums that a known disruptor explains say nothing of the other clients.
    groups = groups.filter { $0.isDisjoint(with: disruptors) }
    var rest = suspects
    for group in groups.sorted(by: { $0.count < $1.count }) where group.isSubset(of: rest) {
      rest.subtract(group)
      let group = group.sorted()
      parts += [Array(group.prefix(group.count / 2)), Array(group.dropFirst(group.count / 2))]
    }
    // Of the others nothing is known.
    if !rest.isEmpty { parts.append(rest.sorted()) }
  }
}

/// Fills up groups of suspects with cleared clients to cohorts that the rule allows.
private struct CohortPadding<Client: Hashable & Comparable & Sendable> {
  private let attempted: [Set<Client>]
  private let minimumSize: Int
  /// The cleared clients that are in no cohort yet, by the attempted cohorts that they were in.
  private var available: [[Int]: [Client]] = [:]

  init(_ cleared: Set<Client>, beside attempted: [[Client]], minimumSize: Int) {
    self.attempted = attempted.map { Set($0) }
    self.minimumSize = minimumSize
    for client in cleared.sorted() {
      let cohorts = self.attempted.indices.filter { self.attempted[$0].contains(client) }
      available[cohorts, default: []].append(client)
    }
  }

  /// A cohort of a group and as few cleared clients as are needed; `nil` if there are not enough that
  /// do not make it too similar to a cohort before.
  mutating func take(for group: [Client]) -> [Client]? {
    var left = available
    var cohort = group
    var differences = attempted.map { $0.symmetricDifference(group).count }
    while cohort.count < minimumSize || differences.contains(where: { $0 < minimumSize }) {
      // The cohorts that this one is nearest to weigh most.
      let weights = differences.map {
        Double.exp2(16 * Double(minimumSize - $0) / Double(minimumSize))
      }
      guard
        let best = left.keys.min(by: {
          let (one, other) = (Self.weight(of: $0, weights), Self.weight(of: $1, weights))
          return one != other ? one < other : $0.lexicographicallyPrecedes($1)
        }), let client = left[best]?.popLast()
      else { return nil }
      if left[best]?.isEmpty ?? true { left[best] = nil }
      cohort.append(client)
      let inCohorts = Set(best)
      for index in differences.indices {
        differences[index] += inCohorts.contains(index) ? -1 : 1
      }
    }
    available = left
    return cohort.sorted()
  }

  private static func weight(of cohorts: [Int], _ weights: [Double]) -> Double {
    cohorts.reduce(0) { $0 + weights[$1] }
  }
}
