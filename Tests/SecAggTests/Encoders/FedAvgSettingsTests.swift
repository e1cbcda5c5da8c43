import FLMath
import Testing

@testable import SecAgg

/// Which settings there are.
@Suite("Settings of secure FedAvg")
struct FedAvgSettingsTests {
  private func refusal(
    parameterCount: Int = 10, clippingBound: Double = 1, normBound: Double? = nil,
    maximumWeight: UInt64 = 100, maximumContributors: Int = 10, minimumValueBits: Int = 16
  ) -> SecureFedAvgError? {
    do {
      _ = try SecureFedAvg(
        parameterCount: parameterCount, clippingBound: clippingBound, normBound: normBound,
        maximumWeight: maximumWeight, maximumContributors: maximumContributors,
        minimumValueBits: minimumValueBits)
      return nil
    } catch {
      return error
    }
  }

  /// The weight takes one element here, and a vector has at most 2^32.
  @Test(
    "the model and its weight fit one vector",
    arguments: [
      (1, true), (1 << 32 - 1, true), (0, false), (-1, false), (Int.min, false), (1 << 32, false),
      (Int.max, false),
    ])
  func parameterCount(count: Int, isAccepted: Bool) {
    #expect(
      refusal(parameterCount: count) == (isAccepted ? nil : .parameterCount(found: count)))
  }

  @Test("weights sum to less than 2^64")
  func maximumWeight() {
    let largest = UInt64.max / 10
    #expect(refusal(maximumWeight: 1) == nil)
    #expect(refusal(maximumWeight: largest) == nil)
    for weight in [0, largest + 1, UInt64.max] {
      #expect(refusal(maximumWeight: weight) == .maximumWeight(found: weight))
    }
  }

  @Test("lanes for at least one contributor and 2 to 62 bits")
  func lanes() {
    #expect(refusal(maximumContributors: 1) == nil)
    for contributors in [0, -1, Int.min] {
      #expect(
        refusal(maximumContributors: contributors)
          == .lanes(.lanes(.invalidMaximumContributors(contributors))))
    }
    #expect(refusal(maximumContributors: 4, minimumValueBits: 62) == nil)
    #expect(
      refusal(maximumContributors: 5, minimumValueBits: 62)
        == .lanes(.lanes(.laneTooWide(minimumValueBits: 62, headroom: 3))))
    for bits in [1, 0, -1, 63] {
      #expect(refusal(minimumValueBits: bits) == .lanes(.lanes(.invalidMinimumValueBits(bits))))
    }
  }

  @Test(
    "bounds are finite and positive", arguments: [0.0, -1.0, Double.infinity, -Double.infinity])
  func bounds(bound: Double) {
    #expect(refusal(clippingBound: bound) == .clipping(.clipping(.invalidBound(bound))))
    #expect(refusal(normBound: bound) == .clipping(.clipping(.invalidBound(bound))))
  }

  @Test("a bound that is not a number is refused")
  func notANumber() {
    for error in [refusal(clippingBound: .nan), refusal(normBound: .nan)] {
      if case .clipping(.clipping(.invalidBound(let found))) = error {
        #expect(found.isNaN)
      } else {
        Issue.record("accepted or refused otherwise: \(String(describing: error))")
      }
    }
  }

  @Test("a bound whose step no Double is")
  func tinyBound() {
    #expect(
      refusal(clippingBound: .leastNormalMagnitude)
        == .fixedPoint(.fixedPoint(.invalidBound(.leastNormalMagnitude))))
  }
}
