import Testing

@testable import FLMath

/// The mass of what is truncated is too small to show in an epsilon, so these tests look at it directly.
@Suite("Discretised privacy losses")
struct PrivacyLossDistributionTests {
  private static let loss = GaussianLoss(
    noiseMultiplier: 1, probability: 0.3, direction: .remove)

  @Test("What lies above the cells is at infinity, what lies below in the first cell")
  func tails() {
    // So large a tail that both ends show.
    let estimates = PrivacyLossEstimates(
      of: Self.loss, interval: 0.05, tail: 0.02, tolerance: 1e-3)
    let (upper, lower) = (estimates.pessimistic, estimates.optimistic)
    let end = Double(upper.start + upper.masses.count - 1) * 0.05
    let above = Self.loss.masses(between: end, and: .infinity).first
    #expect(above > 1e-4)
    #expect(abs(upper.infinityMass - above) < 1e-15)
    let start = Double(upper.start) * 0.05
    #expect(upper.masses[0] >= Self.loss.masses(between: -.infinity, and: start).first)
    #expect(abs(upper.masses.reduce(upper.infinityMass, +) - 1) < 1e-12)
    // The lower bound leaves both out.
    #expect(lower.infinityMass == 0)
    #expect(lower.masses.reduce(0, +) < 1 - above)
  }

  @Test("A composition allows for its window, its rounding and for infinity in every release")
  func slack() throws {
    let estimates = PrivacyLossEstimates(
      of: Self.loss, interval: 0.05, tail: 1e-6, tolerance: 1e-3)
    let part = PrivacyLossComposition.Part(estimates: estimates, repetitions: 7)
    let composition = try #require(
      PrivacyLossComposition([part], interval: 0.05, tilt: 3))
    // 10^-14 on either side of the window, and roundings on top.
    #expect(composition.slack > 2e-14)
    #expect(composition.slack < 1e-9)
    let finite = (0..<7).reduce(1.0) { product, _ in
      product * (1 - estimates.pessimistic.infinityMass)
    }
    #expect(abs(composition.infinityMass - (1 - finite)) < 1e-15)
    let (below, above) = composition.deltaBounds(epsilon: 2)
    #expect(below > 0 && above > below + composition.infinityMass)
  }
}
