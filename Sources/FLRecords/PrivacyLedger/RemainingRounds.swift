internal import FLMath

extension PrivacyAccount {
  private static let mostRounds = 1 << 30

  /// How many more such events fit in the budget, up to 2^30: doubled until they do not, then
  /// bisected.
  func remainingRounds(of event: PrivacyEvent) throws(PrivacyLedgerError) -> Int {
    var fitting = 0
    var exceeding = 1
    while try affords(exceeding, of: event) {
      fitting = exceeding
      if fitting == Self.mostRounds { return fitting }
      exceeding *= 2
    }
    while exceeding - fitting > 1 {
      let middle = fitting + (exceeding - fitting) / 2
      if try affords(middle, of: event) { fitting = middle } else { exceeding = middle }
    }
    return fitting
  }

  private func affords(_ rounds: Int, of event: PrivacyEvent) throws(PrivacyLedgerError) -> Bool {
    let (repetitions, overflow) = event.repetitions.multipliedReportingOverflow(by: rounds)
    if overflow { return false }
    let all: PrivacyEvent
    do throws(PrivacyParameterError) {
      all = try event.repeated(repetitions)
    } catch {
      throw .accounting(.invalid(error))
    }
    return try after([all]).isWithinBudget
  }
}
