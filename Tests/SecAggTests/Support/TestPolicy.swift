@testable import SecAgg

extension Digest {
  /// The application context of `testParameters`.
  static let testContext = SessionParameters.applicationContext(of: Array("test".utf8))
}

extension ClientPolicy {
  /// A policy for sessions of `testParameters`, with the default floors unless a test says otherwise.
  static func testing(
    minimumCohortSize: Int = 3, minimumThreshold: Int = 2, minimumContributors: Int = 2,
    acceptedThreatModels: Set<ThreatModel> = Set(ThreatModel.allCases),
    acceptedMaskCiphers: Set<MaskCipher> = Set(MaskCipher.allCases),
    collusion: AssumedCollusion? = nil
  ) -> ClientPolicy {
    ClientPolicy(
      applicationContext: .testContext, minimumCohortSize: minimumCohortSize,
      minimumThreshold: minimumThreshold, minimumContributors: minimumContributors,
      acceptedThreatModels: acceptedThreatModels, acceptedMaskCiphers: acceptedMaskCiphers,
      collusion: collusion)
  }

  /// The policy of a client that expects the context of a session and nothing else.
  static func expecting(_ parameters: SessionParameters) -> ClientPolicy {
    ClientPolicy(applicationContext: parameters.applicationContext)
  }
}
