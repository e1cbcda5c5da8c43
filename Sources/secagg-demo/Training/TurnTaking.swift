import FLMath

/// Whose turn it is: cohorts of a fixed size, so that a client that is in a sum is in none of the next ones, and
/// what of that has been paid for.
struct TurnTaking {
  private var schedule: ParticipationSchedule<Int>
  private let clients: [Int]
  private let size: Int
  /// The rounds that released a sum.
  private(set) var finishedRounds = 0
  /// The round that was paid for last.
  private var paidRound: Int?

  /// - Parameters:
  ///   - clients: the number of all clients.
  ///   - cohort: the number of clients of a round, at most a part of `turns` of all.
  ///   - rounds: the number of rounds of the training.
  init(clients: Int, cohort: Int, turns: Int, rounds: Int) throws(PrivacyParameterError) {
    schedule = ParticipationSchedule(
      rule: try ParticipationRule(
        maximum: (rounds + turns - 1) / turns, minimumSeparation: turns))
    self.clients = Array(0..<clients)
    size = cohort
  }

  /// The clients of the next round: of those that may take part, the ones that did least often. There are always
  /// enough: the others were in the sums of the rounds just before, each at most one cohort.
  var cohort: [Int] {
    let eligible = schedule.eligible(of: clients, round: finishedRounds)
    let rarest = eligible.sorted {
      (schedule.participations(of: $0), $0) < (schedule.participations(of: $1), $1)
    }
    return rarest.prefix(size).sorted()
  }

  /// Counts a round that released a sum of these clients.
  mutating func finish(with contributors: [Int]) throws(ParticipationError) {
    for client in contributors { try schedule.record(client, round: finishedRounds) }
    finishedRounds += 1
  }

  /// Whether the next round is paid for. Where cohorts take turns, a round costs those clients only that are in
  /// it, so that one payment is enough for one turn of all.
  ///
  /// - Parameter atOnce: whether the first payment is for all rounds.
  func isPaid(atOnce: Bool) -> Bool {
    guard let paidRound else { return false }
    return atOnce
      || finishedRounds < paidRound + schedule.rule.minimumSeparation
        && schedule.rule.minimumSeparation > 1
  }

  /// Pays for the next round.
  mutating func pay() {
    paidRound = finishedRounds
  }
}
