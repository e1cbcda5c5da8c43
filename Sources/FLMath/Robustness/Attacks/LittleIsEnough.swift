extension ModelPoisoning {
  /// The largest z for which enough honest clients lie beyond the attackers' vector that the two
  /// together are a majority: z_max of A Little Is Enough (Baruch, Baruch and Goldberg 2019,
  /// Algorithm 3).
  ///
  /// With n clients of which f attack, s = floor(n/2 + 1) - f honest ones must lie farther out, and z
  /// is the normal quantile of (n - f - s) / (n - f). It is 0 or below where attackers are too few to
  /// hide, and infinite where they need nobody.
  ///
  /// - Throws: ``ModelPoisoningError/invalidAttackers(clients:found:)`` unless there are attackers and
  ///   honest clients.
  public static func alieFactor(
    clients: Int, attackers: Int
  ) throws(ModelPoisoningError) -> Double {
    guard attackers >= 1, attackers < clients else {
      throw .invalidAttackers(clients: clients, found: attackers)
    }
    let supporters = max(0, clients / 2 + 1 - attackers)
    let honest = clients - attackers
    // z is where the upper tail of the normal distribution holds the share of the supporters.
    if supporters == 0 { return .infinity }
    if supporters >= honest { return -.infinity }
    if 2 * supporters == honest { return 0 }
    return 2 * supporters < honest
      ? NormalTail.quantile(upper: Double(supporters) / Double(honest))
      : -NormalTail.quantile(upper: Double(honest - supporters) / Double(honest))
  }
}

extension UpdateMatrix {
  /// The mean of the rows, all of which are usable.
  func mean() -> [Double] {
    VectorArithmetic.mean(of: rows, at: Array(rows.indices))
  }

  /// In every coordinate the mean plus `z` standard deviations, the latter of a sample: squares over
  /// n - 1.
  func meanPlusDeviations(_ z: Double) throws(ModelPoisoningError) -> [Double] {
    guard rows.count >= 2 else { throw .tooFewHonestRows(rows.count) }
    var result = mean()
    let root = Double(rows.count - 1).squareRoot()
    for column in result.indices {
      let mean = result[column]
      result[column] = mean + z * (EuclideanNorm.norm(rows.map { $0[column] - mean }) / root)
    }
    return result
  }
}
