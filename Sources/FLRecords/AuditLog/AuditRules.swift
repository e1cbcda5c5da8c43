internal import FLMath

/// The rules for entries of an audit log. They apply when an entry is written and when it is read.
struct AuditRules {
  let minimumGroupSize: Int
  let overlaps: OverlapPolicy
  /// The rounds of each client; `nil` without a participation rule.
  private(set) var participation: ParticipationSchedule<UInt32>?
  /// The round of the last sum.
  private var lastRound: Int?
  private(set) var register = OptOutRegister()

  /// The different groups of clients in the sums so far.
  private(set) var released: ReleasedCohorts<UInt32>

  /// The line and the round of the first sum of each group.
  private var firstSums: [(line: Int, round: Int)] = []

  /// The lines at which each client opted out, in, out, ...
  private var changes: [UInt32: [Int]] = [:]

  /// - Throws: ``FLRecordsError/Audit/minimumGroupSize(found:)`` below 2: the sum of one is its update.
  init(
    minimumGroupSize: Int, overlaps: OverlapPolicy, participation: ParticipationRule?
  ) throws(FLRecordsError) {
    guard minimumGroupSize >= 2 else { throw .audit(.minimumGroupSize(found: minimumGroupSize)) }
    self.minimumGroupSize = minimumGroupSize
    self.overlaps = overlaps
    self.participation = participation.map { ParticipationSchedule(rule: $0) }
    released = ReleasedCohorts(minimumDifference: minimumGroupSize)
  }

  /// Throws unless the entry may follow the entries so far.
  func check(_ entry: AuditEntry) throws(FLRecordsError) {
    switch entry {
    case .released(let sum, let line, _):
      guard sum.minimumContributors >= minimumGroupSize else {
        throw .audit(
          .sessionMinimum(
            round: sum.round, found: sum.minimumContributors, minimum: minimumGroupSize))
      }
      guard sum.participants.count >= sum.minimumContributors else {
        throw .audit(
          .groupTooSmall(
            round: sum.round, found: sum.participants.count, minimum: sum.minimumContributors))
      }
      guard line >= 1, line <= register.line else {
        throw .audit(.otherRegister(round: sum.round, line: line, lines: register.line))
      }
      for client in sum.participants {
        if let since = optedOutSince(client, asOf: line) {
          throw .audit(.optedOut(round: sum.round, client: client, line: since))
        }
      }
      try checkParticipation(in: sum)
      if overlaps == .reject, let overlap = overlap(of: sum.participants) {
        throw .audit(
          .overlap(
            round: sum.round, earlier: overlap.round, line: overlap.line,
            differing: overlap.differing, minimum: minimumGroupSize))
      }
    case .overlapping, .optedOut, .optedIn, .repaired: return
    }
  }

  /// Throws if a client is in the sum too often or too soon. With a gap in the numbers, two rounds
  /// of a client would seem further apart than their noise is.
  private func checkParticipation(in sum: ReleasedSum) throws(FLRecordsError) {
    guard let participation else { return }
    let next = lastRound.map { $0 + 1 } ?? 0
    guard sum.round == next || sum.round == lastRound else {
      throw .audit(.roundGap(round: sum.round, last: lastRound))
    }
    for client in sum.participants {
      do throws(FLMathError) {
        try participation.check(client, round: sum.round)
      } catch {
        throw .audit(.participation(round: sum.round, client: client, error))
      }
    }
  }

  /// Returns the first sum whose clients differ from these by too few.
  func overlap(of participants: [UInt32]) -> OverlappingSum? {
    overlappingSum(released.overlap(of: participants))
  }

  /// Returns the first sum whose clients can differ from the contributors of a session by too few.
  func possibleOverlap(of selected: [UInt32], minimumContributors: Int) -> OverlappingSum? {
    overlappingSum(
      released.possibleOverlap(
        of: selected, minimumContributors: max(minimumContributors, minimumGroupSize)))
  }

  private func overlappingSum(_ overlap: CohortOverlap?) -> OverlappingSum? {
    overlap.map {
      OverlappingSum(
        line: firstSums[$0.cohort].line, round: firstSums[$0.cohort].round,
        differing: $0.difference)
    }
  }

  /// Applies an entry that has been checked.
  mutating func take(_ entry: AuditEntry, line: Int) {
    switch entry {
    case .optedOut(let client) where !register.clients.contains(client),
      .optedIn(let client) where register.clients.contains(client):
      changes[client, default: []].append(line)
    case .released(let sum, _, _):
      lastRound = sum.round
      for client in sum.participants {
        // The entry has been checked, so this does not throw.
        try? participation?.record(client, round: sum.round)
      }
      if released.insert(sum.participants) { firstSums.append((line, sum.round)) }
    default: break
    }
    register.advance(to: line, by: entry)
  }

  private func optedOutSince(_ client: UInt32, asOf line: Int) -> Int? {
    let known = (changes[client] ?? []).prefix { $0 <= line }
    return known.count % 2 == 1 ? known.last : nil
  }
}

/// A recorded sum from which another sum differs by too few clients.
public struct OverlappingSum: Sendable, Hashable {
  /// The line of the recorded sum.
  public let line: Int
  /// The round of the recorded sum.
  public let round: Int
  /// The number of clients that are in only one of the two sums.
  public let differing: Int
}

/// The clients that have opted out, as of a line of an audit log.
///
/// Pass ``clients`` to `Candidates(_:optedOut:)`, and the register itself to the record of the
/// round. So the log shows which opt-outs the selection honoured.
public struct OptOutRegister: Sendable, Hashable {
  /// The clients, by the application's ids.
  public private(set) var clients: Set<UInt32> = []
  /// The number of lines that the register covers.
  public private(set) var line = 1

  init() {}

  /// Applies one more line.
  mutating func advance(to line: Int, by entry: AuditEntry) {
    switch entry {
    case .optedOut(let client): clients.insert(client)
    case .optedIn(let client): clients.remove(client)
    case .released, .overlapping, .repaired: break
    }
    self.line = line
  }
}
