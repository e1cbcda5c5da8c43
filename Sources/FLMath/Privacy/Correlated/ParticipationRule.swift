/// The number of times that one client may take part in a training, and the distance between two of them.
///
/// Both bound the sensitivity of a training with correlated noise: (k, b)-participation with minimum
/// separation (Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization: A Unified Approach to
/// Private Training").
/// ``ParticipationSchedule`` enforces the rule.
public struct ParticipationRule: Sendable, Hashable, Codable {
  /// The largest number of rounds in which one client takes part.
  public let maximum: Int

  /// The smallest distance between two rounds of one client: 1 lets a client take part in every round, 10 in
  /// rounds 0 and 10.
  ///
  /// TensorFlow Privacy counts the rounds between the two instead, one fewer.
  public let minimumSeparation: Int

  /// One participation.
  public static let once = ParticipationRule(unchecked: 1, minimumSeparation: 1)

  /// Creates a rule.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are from 1 to 2^30.
  public init(maximum: Int, minimumSeparation: Int) throws(FLMathError) {
    try FLMathError.Privacy.require(
      maximum >= 1 && maximum <= 1 << 30, .participations, Double(maximum))
    try FLMathError.Privacy.require(
      minimumSeparation >= 1 && minimumSeparation <= 1 << 30, .separation,
      Double(minimumSeparation))
    self.init(unchecked: maximum, minimumSeparation: minimumSeparation)
  }

  private init(unchecked maximum: Int, minimumSeparation: Int) {
    self.maximum = maximum
    self.minimumSeparation = minimumSeparation
  }

  private enum CodingKeys: CodingKey {
    case maximum, minimumSeparation
  }

  /// Reads a rule and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let maximum = try container.decode(Int.self, forKey: .maximum)
    let separation = try container.decode(Int.self, forKey: .minimumSeparation)
    do throws(FLMathError) {
      try self.init(maximum: maximum, minimumSeparation: separation)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// The largest number of participations that fit in so many rounds.
  public func participations(in rounds: Int) -> Int {
    rounds < 1 ? 0 : min(maximum, (rounds - 1) / minimumSeparation + 1)
  }
}

/// The rounds in which clients took part, under a ``ParticipationRule``.
///
/// A round is counted by its noise: ``CorrelatedNoiseStream/finishedRounds`` when it begins. Select from
/// ``eligible(of:round:)``, and call ``record(_:round:)`` for each client whose update is in the sum before the sum
/// is released. A round without a sum uses no noise, and its number is that of the next round. The guarantee of
/// ``CorrelatedNoise`` holds if every sum went through one schedule, and if selections do not depend on the
/// clients' data. Under `addOrRemove` the schedule only checks: select fixed cohorts, because a choice among the
/// eligible clients changes if one of them is absent.
public struct ParticipationSchedule<Client: Hashable & Sendable>: Sendable {
  /// The rule.
  public let rule: ParticipationRule

  private var entries: [Client: Participations] = [:]

  /// Creates an empty record.
  public init(rule: ParticipationRule) {
    self.rule = rule
  }

  /// The number of rounds in which a client took part.
  public func participations(of client: Client) -> Int {
    entries[client]?.count ?? 0
  }

  /// Checks that a client may take part in a round.
  ///
  /// - Throws: ``FLMathError``, if it may not.
  public func check(_ client: Client, round: Int) throws(FLMathError) {
    guard round >= 0 else { throw .participation(.negativeRound(found: round)) }
    guard let entry = entries[client] else { return }
    guard entry.count < rule.maximum else {
      throw .participation(.tooManyParticipations(maximum: rule.maximum))
    }
    let (earliest, overflow) = entry.lastRound.addingReportingOverflow(rule.minimumSeparation)
    guard !overflow, round >= earliest else {
      throw .participation(
        .tooSoon(lastRound: entry.lastRound, earliest: overflow ? .max : earliest, found: round))
    }
  }

  /// The clients that may take part in a round, in their order.
  public func eligible(of clients: [Client], round: Int) -> [Client] {
    clients.filter { client in
      do throws(FLMathError) {
        try check(client, round: round)
        return true
      } catch {
        return false
      }
    }
  }

  /// Records that a client takes part in a round. Rounds of one client must increase.
  ///
  /// - Throws: ``FLMathError``, if the rule does not allow it; nothing is recorded.
  /// - Complexity: O(1).
  public mutating func record(_ client: Client, round: Int) throws(FLMathError) {
    try check(client, round: round)
    entries[client] = Participations(count: participations(of: client) + 1, lastRound: round)
  }
}

extension ParticipationSchedule: Codable where Client: Codable {}

/// What a record holds of one client.
private struct Participations: Sendable, Codable {
  var count: Int
  var lastRound: Int

  private enum CodingKeys: CodingKey {
    case count, lastRound
  }

  init(count: Int, lastRound: Int) {
    self.count = count
    self.lastRound = lastRound
  }

  /// A count below 1 would allow more participations than the rule.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    lastRound = try container.decode(Int.self, forKey: .lastRound)
    guard count >= 1, lastRound >= 0 else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "Expected a count from 1 and a round from 0, got \(count) and "
            + "\(lastRound); restore the record from a backup."))
    }
  }
}

extension FLMathError {
  /// The reason why a client cannot take part in a round.
  public enum Participation: Hashable, Sendable, CustomStringConvertible {
    /// The client has taken part as often as the rule allows.
    case tooManyParticipations(maximum: Int)
    /// The client took part a short time ago, or in a later round.
    case tooSoon(lastRound: Int, earliest: Int, found: Int)
    /// The round's number is below 0.
    case negativeRound(found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .tooManyParticipations(let maximum):
        "Expected at most \(maximum) participations of a client, got one more; select another client."
      case .tooSoon(let lastRound, let earliest, let found):
        "Expected round \(earliest) or a later one for a client of round \(lastRound), got \(found); "
          + "select another client."
      case .negativeRound(let found):
        "Expected a round from 0, got \(found); correct it."
      }
    }
  }
}
