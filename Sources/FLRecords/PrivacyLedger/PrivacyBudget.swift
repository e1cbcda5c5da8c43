/// How much privacy may be spent in all: everything released together shall be (epsilon,
/// delta)-differentially private.
public struct PrivacyBudget: Sendable, Hashable {
  /// Finite and above 0.
  public let epsilon: Double
  /// Above 0 and below 1; well below 1 / number of clients.
  public let delta: Double

  /// States a budget.
  ///
  /// - Throws: ``PrivacyLedgerError/budget(epsilon:delta:)`` if a number is outside its range.
  public init(epsilon: Double, delta: Double) throws(PrivacyLedgerError) {
    guard epsilon > 0, epsilon.isFinite, delta > 0, delta < 1 else {
      throw .budget(epsilon: epsilon, delta: delta)
    }
    self.epsilon = epsilon
    self.delta = delta
  }
}

extension PrivacyBudget: Codable {
  private enum CodingKeys: CodingKey {
    case epsilon, delta
  }

  /// Reads a budget and checks it.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let epsilon = try container.decode(Double.self, forKey: .epsilon)
    let delta = try container.decode(Double.self, forKey: .delta)
    do throws(PrivacyLedgerError) {
      try self.init(epsilon: epsilon, delta: delta)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }
}
