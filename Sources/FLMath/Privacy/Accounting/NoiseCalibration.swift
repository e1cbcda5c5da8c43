/// How much noise a target needs.
public enum NoiseCalibration {
  /// The smallest noise multiplier with which events are (epsilon, delta)-differentially private
  /// according to an accountant: bracketed, then bisected.
  ///
  /// - Parameters:
  ///   - epsilon: the target, finite and at least 0.
  ///   - delta: above 0 and below 1.
  ///   - accountant: with what has been spent already, or nothing.
  ///   - tolerance: relative; the multiplier is so close to the smallest, from above.
  ///   - events: what a noise multiplier costs; more noise must not cost more.
  /// - Throws: ``PrivacyAccountingError``, with ``PrivacyParameterError/unreachableTarget`` in it if
  ///   no multiplier from 2^-10 to 2^40 suffices, and what `events` throws.
  public static func noiseMultiplier(
    epsilon: Double, delta: Double, accountant: some PrivacyAccountant, tolerance: Double = 1e-9,
    events: (_ noiseMultiplier: Double) throws(PrivacyParameterError) -> [PrivacyEvent]
  ) throws(PrivacyAccountingError) -> Double {
    guard epsilon >= 0, epsilon.isFinite else {
      throw .invalid(.outOfRange(.epsilon, found: epsilon))
    }
    guard delta > 0, delta < 1 else { throw .invalid(.outOfRange(.delta, found: delta)) }
    func isEnough(_ multiplier: Double) throws(PrivacyAccountingError) -> Bool {
      var accountant = accountant
      let spent: [PrivacyEvent]
      do throws(PrivacyParameterError) {
        spent = try events(multiplier)
      } catch {
        throw .invalid(error)
      }
      try accountant.compose(spent)
      return try accountant.epsilon(delta: delta) <= epsilon
    }
    var (low, high) = (1.0, 1.0)
    if try isEnough(1) {
      repeat {
        (high, low) = (low, low / 2)
        if low < 0x1p-10 { return high }
      } while try isEnough(low)
    } else {
      repeat {
        (low, high) = (high, high * 2)
        guard high <= 0x1p40 else {
          throw .invalid(.unreachableTarget(epsilon: epsilon, delta: delta))
        }
      } while try !isEnough(high)
    }
    return try MonotoneSearch.smallest(
      above: low, below: high, tolerance: max(tolerance, 0x1p-50), where: isEnough)
  }
}
