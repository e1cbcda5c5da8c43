import FLMath
import SecAgg
import Testing

@Suite("Threat models")
struct ThreatModelTests {
  @Test("there is no session of a model that nothing implements")
  func malicious() throws {
    let layout = try VectorLayout(
      elementCount: 5, lanes: LaneLayout(minimumValueBits: 8, maximumContributors: 10))
    #expect(throws: SessionParametersError.threatModel(.malicious)) {
      try SessionParameters(
        threatModel: .malicious, cohortSize: 10, threshold: 6, layout: layout,
        minimumContributors: 7,
        applicationContext: SessionParameters.applicationContext(of: []))
    }
  }
}
