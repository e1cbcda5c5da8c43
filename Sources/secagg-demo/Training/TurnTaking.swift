import FLMath

/// Fixed cohorts that take turns, and what has been paid for.
///
/// The place of a client in the list decides its cohort, and nothing else does. If one client were absent, all
/// others would take part in the same rounds: `addOrRemove` compares these two worlds. A cohort that is filled up
/// from those who are free would differ by many clients.
struct TurnTaking {
  private var schedule: ParticipationSchedule<Int>
  private let size: Int
  /// The rounds that released a sum.
  private(set) var finishedRounds = 0
  /// The round that was paid for last.
  private var paidRound: Int?

  /// - Parameters:
  ///   - cohort: the number of clients of a round; there are as many times more as `turns` says.
  ///   - rounds: the number of rounds of the training.
  init(cohort: Int, turns: Int, rounds: Int) throws(PrivacyParameterError) {
    schedule = ParticipationSchedule(
      rule: try ParticipationRule(
        maximum: (rounds + turns - 1) / turns, minimumSeparation: turns))
    size = cohort
  }

  /// The clients of the next round. A round that released no sum is repeated with its cohort.
  var cohort: [Int] {
    let turn = finishedRounds % schedule.rule.minimumSeparation
    return Array(turn * size..<(turn + 1) * size)
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
