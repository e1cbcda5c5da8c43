internal import RealModule

/// An audit by many canaries in one run: each is in the run with probability 1/2, independently, and an
/// attack guesses of some of them whether they are (Steinke, Nasr and Jagielski 2023, "Privacy Auditing with
/// One (1) Training Run").
///
/// How many guesses the attack makes must not depend on which are right. The bound assumes nothing of the
/// mechanism and is weaker than that of many runs.
public struct OneRunAudit: Sendable, Hashable {
  /// The number of canaries.
  public let canaries: Int
  /// The number of canaries about which the attack made a guess.
  public let guesses: Int
  /// The number of guesses that were right.
  public let correct: Int

  /// - Throws: ``FLMathError/Audit/counts(successes:trials:)`` unless 0 <= correct <= guesses <= canaries and
  ///   1 <= guesses.
  public init(canaries: Int, guesses: Int, correct: Int) throws(FLMathError) {
    try FLMathError.Audit.requireCounts(guesses, of: canaries)
    try FLMathError.Audit.requireCounts(correct, of: guesses)
    self.canaries = canaries
    self.guesses = guesses
    self.correct = correct
  }

  /// Guesses "in the run" for the highest scores and "not in it" for as many of the lowest ones.
  ///
  /// - Parameters:
  ///   - scores: one for each canary, higher for those that are more likely in the run.
  ///   - isMember: whether each canary is in the run.
  ///   - guesses: chosen before the scores were seen; rounded down to an even number.
  /// - Throws: ``FLMathError/Audit/counts(successes:trials:)``,
  ///   ``FLMathError/Audit/nonFiniteScore(index:found:)``.
  public init(
    scores: [Double], isMember: [Bool], guesses: Int
  ) throws(FLMathError) {
    guard scores.count == isMember.count else {
      throw .audit(.counts(successes: isMember.count, trials: scores.count))
    }
    try FLMathError.Audit.requireCounts(guesses, of: scores.count)
    if let index = scores.firstIndex(where: { !$0.isFinite }) {
      throw .audit(.nonFiniteScore(index: index, found: scores[index]))
    }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    let half = guesses / 2
    let correct =
      order.prefix(half).count { !isMember[$0] } + order.suffix(half).count { isMember[$0] }
    try self.init(canaries: scores.count, guesses: 2 * half, correct: correct)
  }

  /// An upper bound of the probability of ``correct`` or more correct guesses. It holds if the run is
  /// (`epsilon`, `delta`)-differentially private (theorem 5.2, as in appendix D).
  ///
  /// - Throws: ``FLMathError/Audit/epsilon(found:)``, ``FLMathError/Audit/delta(found:)``.
  /// - Complexity: O(guesses).
  public func pValue(epsilon: Double, delta: Double) throws(FLMathError) -> Double {
    guard epsilon >= 0, epsilon.isFinite else { throw .audit(.epsilon(found: epsilon)) }
    try FLMathError.Audit.requireDelta(delta)
    return probability(epsilon: epsilon, delta: delta)
  }

  /// An epsilon for which the run is not (epsilon, `delta`)-differentially private, unless an event of
  /// probability 1 - `confidence` happened; 0 if the guesses tell nothing.
  ///
  /// - Throws: ``FLMathError/Audit/delta(found:)``, ``FLMathError/Audit/confidence(found:)``.
  /// - Complexity: O(guesses).
  public func epsilonLowerBound(
    delta: Double, confidence: Double
  ) throws(FLMathError) -> Double {
    try FLMathError.Audit.requireDelta(delta)
    try FLMathError.Audit.requireConfidence(confidence)
    func isRefuted(_ epsilon: Double) -> Bool {
      probability(epsilon: epsilon, delta: delta) < 1 - confidence
    }
    guard isRefuted(0) else { return 0 }
    // At an epsilon of 30 one guess in 10^13 is wrong. No number of canaries refutes that.
    var (low, high) = (0.0, 30.0)
    while high - low > 1e-9 {
      let middle = (low + high) / 2
      if isRefuted(middle) { low = middle } else { high = middle }
    }
    return low
  }

  private func probability(epsilon: Double, delta: Double) -> Double {
    let success = 1 / (1 + Double.exp(-epsilon))
    guard success < 1 else { return 1 }
    let tail = BinomialTail(trials: guesses, success: success)
    var probability = tail.atLeast(correct)
    if delta > 0 {
      var (largest, sum) = (0.0, 0.0)
      for distance in stride(from: 1, through: correct, by: 1) {
        sum += tail.probability(of: correct - distance)
        largest = max(largest, sum / Double(distance))
      }
      probability += 2 * Double(canaries) * delta * largest
    }
    return min(1, probability)
  }
}
