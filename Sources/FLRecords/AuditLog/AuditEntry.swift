#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif
internal import FLMath
public import SecAgg

/// The content of a line of an audit log.
public enum AuditEntry: Sendable, Hashable, Codable {
  /// A sum was released. The selection excluded the `optedOut` clients that had opted out up to the
  /// line `optOutsAsOfLine`.
  case released(sum: ReleasedSum, optOutsAsOfLine: Int, optedOut: Int)
  /// The next recorded sum has nearly the same clients as the sum of an earlier line. `differing`
  /// clients are in only one of the two sums, fewer than the minimum group size.
  case overlapping(line: Int, differing: Int)
  /// A client opted out: no later selection includes it.
  case optedOut(client: UInt32)
  /// A client that had opted out may be selected again.
  case optedIn(client: UInt32)
  /// A repair replaced a torn line of so many bytes. The call that wrote it had not returned.
  case repaired(bytes: Int)
}

/// A line of an audit log.
public struct AuditLine: Sendable, Hashable {
  /// Counted from 1; the first is the log's header.
  public let line: Int
  /// The time of writing by the writer's clock, in seconds since 1970 (UTC).
  public let time: Int64
  /// The content.
  public let entry: AuditEntry
}

/// A sum that was released: its clients, and digests of its session and model. It has no values.
///
/// A round with several sums, such as one in buckets, has one value for each sum.
public struct ReleasedSum: Sendable, Hashable {
  /// The application's number of the round.
  public let round: Int
  /// The clients whose updates are in the sum: the application's ids in ascending order.
  public let participants: [UInt32]
  /// The smallest number of contributors that the session allowed.
  public let minimumContributors: Int
  /// The digest of the session's parameters.
  public let sessionParameters: Digest
  /// A digest of the session's ids of all contributors.
  public let contributorSet: Digest
  /// The digest of the global model that the clients started from.
  public let model: Digest

  /// Describes a released sum.
  ///
  /// - Parameters:
  ///   - participants: the contributors by the application's ids, in any order.
  ///   - contributors: the same clients by their ids within the session, as
  ///     `UnmaskedAggregate.contributors` has them.
  ///   - parameters: the parameters of the session.
  ///   - model: the digest of the global model that the clients started from.
  /// - Throws: ``FLRecordsError/Audit/repeatedParticipant(round:client:)``,
  ///   ``FLRecordsError/Audit/participantCount(round:participants:contributors:)``,
  ///   ``FLRecordsError/Audit/groupTooSmall(round:found:minimum:)`` if the session should not have released
  ///   the sum.
  public init(
    round: Int, participants: [UInt32], contributors: [ClientID],
    parameters: SessionParameters, model: Digest
  ) throws(FLRecordsError) {
    let sorted = participants.sorted()
    for (client, next) in zip(sorted, sorted.dropFirst()) where client == next {
      throw .audit(.repeatedParticipant(round: round, client: client))
    }
    guard participants.count == Set(contributors).count, participants.count == contributors.count
    else {
      throw .audit(
        .participantCount(
          round: round, participants: participants.count, contributors: Set(contributors).count))
    }
    guard participants.count >= parameters.minimumContributors else {
      throw .audit(
        .groupTooSmall(
          round: round, found: participants.count, minimum: parameters.minimumContributors))
    }
    self.round = round
    self.participants = sorted
    minimumContributors = parameters.minimumContributors
    sessionParameters = parameters.digest
    contributorSet = RecordDigest.ofContributors(contributors, session: parameters.digest)
    self.model = model
  }
}

extension ReleasedSum {
  /// Returns whether a client's update is in the sum.
  ///
  /// - Complexity: O(log participants).
  public func contains(_ client: UInt32) -> Bool {
    var (low, high) = (0, participants.count)
    while low < high {
      let middle = low + (high - low) / 2
      if participants[middle] < client { low = middle + 1 } else { high = middle }
    }
    return low < participants.count && participants[low] == client
  }
}

extension ReleasedSum: Codable {
  private enum CodingKeys: CodingKey {
    case round, participants, minimumContributors, sessionParameters, contributorSet, model
  }

  /// Reads the form that ``encode(to:)`` writes.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func digest(_ key: CodingKeys) throws -> Digest {
      let text = try container.decode(String.self, forKey: key)
      guard let digest = Digest(hexadecimal: text.utf8) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "\(key.stringValue) is not a digest")
      }
      return digest
    }
    round = try container.decode(Int.self, forKey: .round)
    participants = try container.decode([UInt32].self, forKey: .participants)
    minimumContributors = try container.decode(Int.self, forKey: .minimumContributors)
    sessionParameters = try digest(.sessionParameters)
    contributorSet = try digest(.contributorSet)
    model = try digest(.model)
    guard zip(participants, participants.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .participants, in: container,
        debugDescription: "participants are not in ascending order")
    }
  }

  /// Writes digests in hexadecimal.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(round, forKey: .round)
    try container.encode(participants, forKey: .participants)
    try container.encode(minimumContributors, forKey: .minimumContributors)
    try container.encode(sessionParameters.description, forKey: .sessionParameters)
    try container.encode(contributorSet.description, forKey: .contributorSet)
    try container.encode(model.description, forKey: .model)
  }
}

/// The content of the other lines.
struct AuditRecord: Codable, Hashable, Sendable {
  let time: Int64
  let entry: AuditEntry
}

/// The content of an audit log's first line.
struct AuditSettings: Codable, Hashable, Sendable {
  static let format = "audit log"
  static let version = 1

  let minimumGroupSize: Int
  /// Absent in logs from before this setting existed.
  let overlaps: OverlapPolicy?
  /// Absent if no rule bounds the rounds of a client.
  let participation: ParticipationRule?
}

/// The response of an audit log to a sum whose clients differ from those of an earlier sum by fewer
/// than the minimum group size. The difference of the two sums reveals data of those few clients.
public enum OverlapPolicy: String, Codable, Hashable, Sendable {
  /// Rejects the sum.
  case reject
  /// Records the overlap and then the sum.
  case warn
}

/// The time of day.
enum Clock {
  /// Returns the time by the system's clock.
  static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
