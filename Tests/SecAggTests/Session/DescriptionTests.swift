import FLMath
import Testing

@testable import SecAgg

/// What errors of this half say: something, each something else, with the numbers found.
@Suite("Error descriptions")
struct DescriptionTests {
  private static let errors: [any Error] = [
    SessionParametersError.cohortSize(found: 8123),
    SessionParametersError.degree(found: 8123, cohortSize: 20),
    SessionParametersError.threshold(found: 8123, degree: 6),
    SessionParametersError.minimumContributors(found: 8123, atMost: 7),
    SessionParametersError.maximumContributors(found: 8123, threshold: 12, cohortSize: 20),
    VectorLayoutError.elementCount(found: 8123),
    PolicyViolation.cohortSize(found: 8123, floor: 9000),
    PolicyViolation.threshold(found: 8123, floor: 9000),
    PolicyViolation.minimumContributors(found: 8123, floor: 9000),
    PackingError.elementCount(found: 8123, expected: 10),
    PackingError.elementTooLarge(index: 8123, valueBits: 16),
    SecretShareError.wrongLength(found: 8123),
    SecretShareError.notReduced(word: 8123),
    PublicKeyError.wrongLength(found: 8123),
    StoredStateError.truncated(expectedAtLeast: 9000, found: 8123),
    StoredStateError.trailingBytes(8123),
    SecureFedAvgError.parameterCount(found: 8123),
    SecureFedAvgError.maximumWeight(found: 8123),
    SecureFedAvgError.updateLength(found: 8123, expected: 10),
    SecureFedAvgError.weight(found: 8123, maximum: 64),
    SecureFedAvgError.totalWeight(maximum: 8123),
    SecureRobustnessError.privacyFloor(found: 8123),
    SecureRobustnessError.belowPrivacyFloor(floor: 9000, found: 8123),
    SecureRobustnessError.tooFewClients(floor: 9000, found: 8123),
    SecureRobustnessError.sumCount(expected: 10, found: 8123),
    SecureRobustnessError.weights(expected: 2, found: 8123),
    SecureRobustnessError.beyondBound(8123),
  ]

  private static let wordless: [any Error] = [
    PublicKeyError.notCanonical, PublicKeyError.lowOrder, StoredStateError.damaged,
    StoredStateError.notThisKind(expected: "a suspended client"),
    StoredStateError.invalidField("cohort size"), SecureFedAvgError.layoutMismatch,
    PolicyViolation.threatModel(.semiHonest), PolicyViolation.maskCipher(.chacha20),
    SecureRobustnessError.noSums, SecureRobustnessError.impossibleStep,
  ]

  @Test("say what was found, in a sentence of their own")
  func numbers() {
    let texts = Self.errors.map { "\($0)" }
    for text in texts { #expect(text.contains("8123"), "\(text)") }
    #expect(Set(texts + Self.wordless.map { "\($0)" }).count == 27 + 10)
  }

  @Test("are sentences, not the names of cases")
  func sentences() {
    for error in Self.errors + Self.wordless {
      let text = "\(error)"
      #expect(text.count { $0 == " " } >= 4, "\(text)")
    }
  }

  @Test("errors that wrap another pass on what it says")
  func wrapped() {
    let (clipping, fixedPoint) = (
      FLMathError.clipping(.invalidBound(-1)), FLMathError.fixedPoint(.invalidBits(99))
    )
    let (lanes, mean) = (
      FLMathError.lanes(.invalidMinimumValueBits(99)), FLMathError.update(.zeroTotalWeight)
    )
    #expect("\(SecureFedAvgError.clipping(clipping))" == clipping.description)
    #expect("\(SecureFedAvgError.fixedPoint(fixedPoint))" == fixedPoint.description)
    #expect("\(SecureFedAvgError.lanes(lanes))" == lanes.description)
    #expect("\(SecureFedAvgError.mean(mean))" == mean.description)
    let (rule, session) = (
      FLMathError.robustAggregation(.zeroTotalWeight), SessionParametersError.cohortSize(found: 2)
    )
    #expect("\(SecureRobustnessError.rule(rule))" == rule.description)
    #expect("\(SecureRobustnessError.session(session))" == session.description)
    #expect(
      "\(SecureRobustnessError.encoding(.mean(mean)))" == "\(SecureFedAvgError.mean(mean))")
  }
}
