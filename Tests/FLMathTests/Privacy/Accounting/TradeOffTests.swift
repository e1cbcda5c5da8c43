import FLMath
import Testing

@Suite("Trade-off curves")
struct TradeOffTests {
  private static func gaussian(_ multiplier: Double, _ repetitions: Int = 1) throws -> PrivacyEvent
  {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: multiplier), relation: .zeroOut, sampling: .none,
      repetitions: repetitions)
  }

  @Test("Gaussian privacy agrees with mpmath in 120 digits")
  func gaussianCurve() throws {
    for row in try ReferenceValues.file("dp_trade_off").list("curves") {
      let privacy = try GaussianPrivacy(mu: row.number("mu"))
      for point in try row.list("points") {
        let (alpha, expected) = (try point.list[0].number, try point.list[1].number)
        let found = try privacy.typeIIError(typeIError: alpha)
        #expect(relativeError(found, expected) < 1e-12, "\(alpha), \(privacy): \(found)")
      }
      for pair in try row.list("deltas") {
        let (epsilon, delta) = (try pair.list[0].number, try pair.list[1].number)
        #expect(relativeError(try privacy.delta(epsilon: epsilon), delta) < 1e-12, "\(row)")
        // Where delta is near 1, many an epsilon has the same.
        let found = try privacy.epsilon(delta: delta)
        #expect(relativeError(try privacy.delta(epsilon: found), delta) < 1e-12, "\(row)")
        if epsilon > 0, delta < 0.3 {
          #expect(relativeError(found, epsilon) < 1e-10, "\(row): \(found)")
        }
      }
    }
    for row in try ReferenceValues.file("dp_trade_off").list("mus") {
      let (epsilon, delta) = (try row.number("epsilon"), try row.number("delta"))
      let privacy = try GaussianPrivacy(sufficientForEpsilon: epsilon, delta: delta)
      #expect(relativeError(privacy.mu, try row.number("mu")) < 1e-12, "\(row)")
      #expect(try privacy.epsilon(delta: delta) <= epsilon)
    }
  }

  @Test("Compositions add up mu^2, and rho is its half")
  func composition() throws {
    let events = [try Self.gaussian(2, 3), try Self.gaussian(0.5)]
    let privacy = try GaussianPrivacy(of: events)
    #expect(relativeError(privacy.mu * privacy.mu, 4.75) < 1e-15)
    var concentrated = ZeroConcentratedAccountant(relation: .zeroOut)
    try concentrated.compose(events)
    #expect(relativeError(privacy.rho, concentrated.rho) < 1e-14)
    var exact = try PrivacyLossAccountant(relation: .zeroOut)
    try exact.compose(events)
    #expect(relativeError(try privacy.epsilon(delta: 1e-6), try exact.epsilon(delta: 1e-6)) < 1e-12)
  }

  @Test("What is not Gaussian privacy is rejected")
  func rejected() throws {
    let sampled = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .zeroOut, sampling: .poisson(probability: 0.1),
      repetitions: 1)
    let skellam = try PrivacyEvent(
      .skellam(l1Sensitivity: 1, l2Sensitivity: 1, variance: 100), relation: .zeroOut,
      sampling: .none, repetitions: 1)
    let replaced = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .replace, sampling: .none, repetitions: 1)
    for event in [sampled, skellam] {
      #expect(throws: FLMathError.accounting(.unsupported(event))) {
        try GaussianPrivacy(of: [Self.gaussian(1), event])
      }
    }
    #expect(throws: FLMathError.accounting(.otherRelation(event: .replace, accountant: .zeroOut))) {
      try GaussianPrivacy(of: [Self.gaussian(1), replaced])
    }
    #expect(throws: FLMathError.self) { try GaussianPrivacy(of: []) }
    for mu in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: FLMathError.self) { try GaussianPrivacy(mu: mu) }
    }
    let privacy = try GaussianPrivacy(mu: 1)
    for alpha in [-1e-9, 1 + 1e-9, .nan] as [Double] {
      #expect(throws: FLMathError.self) { try privacy.typeIIError(typeIError: alpha) }
    }
    #expect(try privacy.typeIIError(typeIError: 0) == 1)
    #expect(try privacy.typeIIError(typeIError: 1) == 0)
    let accountant = try RenyiAccountant(relation: .zeroOut)
    for count in [0, 10_001] {
      #expect(throws: FLMathError.self) {
        try TradeOffCurve(of: accountant, count: count)
      }
    }
    let curve = try TradeOffCurve(of: accountant)
    #expect(throws: FLMathError.self) { try curve.points(count: 1) }
    #expect(throws: FLMathError.self) { try curve.typeIIError(typeIError: 2) }
  }

  /// The chords of 100 lines are below the curve by at most the square of their distance.
  @Test(
    "The curve of an exact accountant touches the Gaussian one from below", arguments: [0.3, 1, 4])
  func touching(mu: Double) throws {
    var accountant = try PrivacyLossAccountant(relation: .zeroOut)
    try accountant.compose(Self.gaussian(1 / mu))
    let curve = try TradeOffCurve(of: accountant)
    let privacy = try GaussianPrivacy(mu: mu)
    for alpha in [1e-6, 1e-3, 0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 1 - 1e-4] {
      let (found, exact) = (
        try curve.typeIIError(typeIError: alpha), try privacy.typeIIError(typeIError: alpha)
      )
      #expect(found <= exact * (1 + 1e-12))
      #expect(found >= exact - 1e-3, "\(alpha): \(found) of \(exact)")
    }
  }

  @Test("Curves are convex, symmetric, below 1 - alpha, and above 0 where delta is below 1")
  func shape() throws {
    let sampled = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .zeroOut, sampling: .poisson(probability: 0.02),
      repetitions: 200)
    var renyi = try RenyiAccountant(relation: .zeroOut)
    try renyi.compose(sampled)
    var loss = try PrivacyLossAccountant(relation: .zeroOut, accuracy: 1e-2)
    try loss.compose(sampled)
    let curves = [try TradeOffCurve(of: renyi), try TradeOffCurve(of: loss, count: 12)]
    for curve in curves {
      let points = try curve.points(count: 201)
      #expect(points.first?.typeIError == 0 && points.last?.typeIError == 1)
      #expect(points.last?.typeIIError == 0)
      for (index, point) in points.enumerated() {
        #expect(point.typeIIError >= 0 && point.typeIIError <= 1 - point.typeIError)
        // The least type I error of a test with that type II error.
        if point.typeIIError > 0 {
          let back = try curve.typeIIError(typeIError: point.typeIIError)
          #expect(abs(back - point.typeIError) < 1e-9)
        }
        guard index > 0, index < 200 else { continue }
        let chord = (points[index - 1].typeIIError + points[index + 1].typeIIError) / 2
        #expect(point.typeIIError <= chord + 1e-12)
      }
      #expect(points[20].typeIIError > 0.3)
    }
    // Privacy losses are tighter than divergences.
    #expect(
      try curves[1].typeIIError(typeIError: 0.1) > curves[0].typeIIError(typeIError: 0.1))
    let nothing = try TradeOffCurve(of: RenyiAccountant(relation: .zeroOut))
    #expect(try nothing.points(count: 5).map(\.typeIIError) == [1, 0.75, 0.5, 0.25, 0])
  }
}
