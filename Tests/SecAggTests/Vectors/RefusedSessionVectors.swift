import SecAggWire
import Testing

@testable import SecAgg

/// Parameters that a client is offered, and whether it joins (specification, section 3).
struct RefusedSessionVector: VectorCase {
  struct Policy: Codable {
    var applicationContext: Hex
    var minimumCohortSize: Int
    var minimumThreshold: Int
    var minimumContributors: Int
    var acceptedThreatModels: [UInt8]
    var acceptedMaskCiphers: [UInt8]
  }

  struct Input: Codable {
    var about: String
    /// A message with parameters.
    var parameters: Hex
    var client: UInt32
    var hasIdentity: Bool
    var policy: Policy
  }

  var input: Input
  /// The error; absent if the client joins.
  var error: String?
  /// What the policy does not accept, if that is the error.
  var violation: String?

  init(_ input: Input) throws {
    self.input = input
    let parameters = try SessionParameters(serialized: input.parameters.bytes)
    let policy = ClientPolicy(
      applicationContext: try input.policy.applicationContext.digest,
      minimumCohortSize: input.policy.minimumCohortSize,
      minimumThreshold: input.policy.minimumThreshold,
      minimumContributors: input.policy.minimumContributors,
      acceptedThreatModels: Set(
        try input.policy.acceptedThreatModels.map { try #require(ThreatModel(rawValue: $0)) }),
      acceptedMaskCiphers: Set(
        try input.policy.acceptedMaskCiphers.map { try #require(MaskCipher(rawValue: $0)) }))
    do {
      if input.hasIdentity {
        _ = try AdvertiseKeysRound(
          id: .of(input.client), parameters: parameters, policy: policy,
          signedBy: IdentityKey(seed: Hex.fixed("identity").secret))
      } else {
        _ = try AdvertiseKeysRound(
          id: .of(input.client), parameters: parameters, policy: policy)
      }
    } catch let refusal as ClientError {
      error = ErrorName.of(refusal)
      if case .policy(let found) = refusal { violation = ErrorName.of(found) }
    }
  }
}

/// The inputs.
enum RefusedSessionVectors {
  static let file = VectorFile<RefusedSessionVector>(
    name: "refused-sessions",
    about: "Parameters and a client with a policy -> whether it joins, or the error."
  ) {
    var inputs: [RefusedSessionVector.Input] = []
    for name in ["session-semi-honest", "session-malicious-sparse"] {
      let transcript = try #require(
        SessionVectors.all.first { $0.name == name }?.read().first)
      let record = transcript.input.parameters
      let isMalicious = record.threatModel == 2
      func add(
        _ about: String, client: UInt32 = 2, hasIdentity: Bool = isMalicious,
        _ change: (inout RefusedSessionVector.Policy) throws -> Void = { _ in }
      ) throws {
        var policy = RefusedSessionVector.Policy(
          applicationContext: record.applicationContext,
          minimumCohortSize: record.cohortSize, minimumThreshold: record.threshold,
          minimumContributors: record.minimumContributors,
          acceptedThreatModels: [record.threatModel], acceptedMaskCiphers: [record.maskCipher])
        try change(&policy)
        inputs.append(
          .init(
            about: about, parameters: transcript.parametersMessage, client: client,
            hasIdentity: hasIdentity, policy: policy))
      }
      try add("just what the policy demands")
      try add("another context") { $0.applicationContext = .fixed("another model") }
      try add("a larger cohort is demanded") { $0.minimumCohortSize += 1 }
      try add("a larger threshold is demanded") { $0.minimumThreshold += 1 }
      try add("more contributors are demanded") { $0.minimumContributors += 1 }
      try add("another threat model is demanded") {
        $0.acceptedThreatModels = [3 - record.threatModel]
      }
      try add("another cipher is demanded") { $0.acceptedMaskCiphers = [3 - record.maskCipher] }
      try add("everything at once: the context comes first") {
        $0.applicationContext = .fixed("another model")
        $0.minimumCohortSize += 1
        $0.minimumThreshold += 1
        $0.minimumContributors += 1
        ($0.acceptedThreatModels, $0.acceptedMaskCiphers) = ([], [])
      }
      try add("an id outside the cohort", client: UInt32(record.cohortSize + 1)) {
        $0.applicationContext = .fixed("another model")
      }
      try add(
        "an identity key in the wrong model, or none", client: UInt32(record.cohortSize + 1),
        hasIdentity: !isMalicious)
    }
    return inputs
  }
}
