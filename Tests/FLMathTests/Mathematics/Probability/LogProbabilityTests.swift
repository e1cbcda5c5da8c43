import FLMath
import Testing

@Suite("Probabilities as logarithms")
struct LogProbabilityTests {
  @Test("sums, also of numbers far apart and of zero")
  func sum() {
    let quarter = LogProbability(log2: -2)
    #expect((quarter + quarter).log2 == -1)
    #expect((quarter + .zero) == quarter)
    #expect((.zero + quarter) == quarter)
    #expect((LogProbability.zero + .zero) == .zero)
    #expect((quarter + LogProbability(log2: -5000)) == quarter)
    #expect((LogProbability(log2: -5000) + LogProbability(log2: -5001)).log2 > -5000)
    #expect((LogProbability(log2: 0) + quarter).log2 == 0)
  }

  @Test("a union bound is never more than 1 and nothing for no events")
  func unionBound() {
    #expect(LogProbability(log2: -10).unionBound(over: 8).log2 == -7)
    #expect(LogProbability(log2: -10).unionBound(over: 4096).log2 == 0)
    #expect(LogProbability(log2: -10).unionBound(over: 0) == .zero)
    #expect(LogProbability.zero.unionBound(over: 1e6) == .zero)
  }

  @Test("value and description")
  func value() {
    #expect(LogProbability(log2: -3).value == 0.125)
    #expect(LogProbability.zero.value == 0)
    #expect("\(LogProbability(log2: -41.26))" == "2^-41.3")
    #expect("\(LogProbability.zero)" == "0")
  }
}
