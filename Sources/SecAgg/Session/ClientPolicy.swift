public import FLMath

/// The least that a client accepts, whatever a server offers.
///
/// A server that asks for less is refused before the client has sent anything of value.
public struct ClientPolicy: Sendable, Hashable {
  /// The application context that the session must have: what the client itself makes of the model and
  /// the task that it is going to train, for example `SecureFedAvg.applicationContext`.
  ///
  /// A server could otherwise give this client another model than all others, and tell its update by that
  /// (Pasquini et al. 2022, "Eluding secure aggregation in federated learning via model inconsistency").
  public var applicationContext: Digest
  /// The smallest cohort, and the smallest roster actually joined.
  public var minimumCohortSize: Int
  /// The smallest threshold.
  public var minimumThreshold: Int
  /// The smallest number of contributors to a sum that this client helps to unmask.
  public var minimumContributors: Int
  /// The threat models that the client takes part in.
  public var acceptedThreatModels: Set<ThreatModel>
  /// The mask ciphers that the client trusts.
  public var acceptedMaskCiphers: Set<MaskCipher>
  /// The collusion that degree and threshold must withstand; `nil` accepts any.
  public var collusion: AssumedCollusion?

  /// Creates a policy. The floors that are left out are the lowest that still hide one client among
  /// others, which `SessionParameters` keep to anyway: set those of your application.
  public init(
    applicationContext: Digest,
    minimumCohortSize: Int = 3,
    minimumThreshold: Int = 2,
    minimumContributors: Int = 2,
    acceptedThreatModels: Set<ThreatModel> = Set(ThreatModel.allCases),
    acceptedMaskCiphers: Set<MaskCipher> = Set(MaskCipher.allCases),
    collusion: AssumedCollusion? = nil
  ) {
    self.applicationContext = applicationContext
    self.minimumCohortSize = minimumCohortSize
    self.minimumThreshold = minimumThreshold
    self.minimumContributors = minimumContributors
    self.acceptedThreatModels = acceptedThreatModels
    self.acceptedMaskCiphers = acceptedMaskCiphers
    self.collusion = collusion
  }

  /// The first floor that `parameters` fall below.
  func violation(by parameters: SessionParameters) -> PolicyViolation? {
    if parameters.applicationContext != applicationContext {
      return .applicationContext(
        found: parameters.applicationContext, expected: applicationContext)
    }
    if parameters.cohortSize < minimumCohortSize {
      return .cohortSize(found: parameters.cohortSize, floor: minimumCohortSize)
    }
    if parameters.threshold < minimumThreshold {
      return .threshold(found: parameters.threshold, floor: minimumThreshold)
    }
    if parameters.minimumContributors < minimumContributors {
      return .minimumContributors(
        found: parameters.minimumContributors, floor: minimumContributors)
    }
    if !acceptedThreatModels.contains(parameters.threatModel) {
      return .threatModel(parameters.threatModel)
    }
    if !acceptedMaskCiphers.contains(parameters.maskCipher) {
      return .maskCipher(parameters.maskCipher)
    }
    return collusion?.violation(by: parameters)
  }
}

/// What a server offered below a client's policy.
public enum PolicyViolation: Error, Hashable, Sendable {
  /// The session is for another model or task than the client expects.
  case applicationContext(found: Digest, expected: Digest)
  /// The cohort, or the roster that came of it, is too small.
  case cohortSize(found: Int, floor: Int)
  /// Too few shares recover a secret.
  case threshold(found: Int, floor: Int)
  /// Too few contributors would hide this client.
  case minimumContributors(found: Int, floor: Int)
  /// The threat model is not one that the client accepts.
  case threatModel(ThreatModel)
  /// The mask cipher is not one that the client accepts.
  case maskCipher(MaskCipher)
  /// More than the sum would be learnt with too high a probability.
  case leak(found: LogProbability, limit: LogProbability)
}

extension PolicyViolation: CustomStringConvertible {
  /// What the policy demands and what was offered.
  public var description: String {
    switch self {
    case .applicationContext(let found, let expected):
      "the policy expects the application context \(expected), the server offers \(found); check that "
        + "both have the same model, round and settings"
    case .cohortSize(let found, let floor):
      "the policy demands at least \(floor) clients, the server offers \(found)"
    case .threshold(let found, let floor):
      "the policy demands a threshold of at least \(floor), the server offers \(found)"
    case .minimumContributors(let found, let floor):
      "the policy demands at least \(floor) contributors, the server offers \(found)"
    case .threatModel(let found):
      "the policy does not accept the threat model \(found)"
    case .maskCipher(let found):
      "the policy does not accept the mask cipher \(found)"
    case .leak(let found, let limit):
      "the policy demands that more than the sum is learnt with a probability of at most \(limit), "
        + "the degree, threshold and minimum of contributors that the server offers allow \(found); "
        + "SessionParameters.recommended computes better ones"
    }
  }
}

extension ClientPolicy {
  func write(to writer: inout ByteWriter) {
    writer.write(applicationContext)
    // A floor below zero demands as little as zero.
    writer.write(count: max(0, minimumCohortSize))
    writer.write(count: max(0, minimumThreshold))
    writer.write(count: max(0, minimumContributors))
    writer.write(lengthPrefixed: acceptedThreatModels.map(\.rawValue).sorted())
    writer.write(lengthPrefixed: acceptedMaskCiphers.map(\.rawValue).sorted())
    writer.write(collusion == nil ? 0 as UInt8 : 1)
    collusion?.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    let context = try reader.digest()
    let cohort = try reader.count("policy", atMost: .max)
    let threshold = try reader.count("policy", atMost: .max)
    let contributors = try reader.count("policy", atMost: .max)
    let storedModels = try reader.lengthPrefixed()
    let storedCiphers = try reader.lengthPrefixed()
    let models = storedModels.compactMap(ThreatModel.init(rawValue:))
    let ciphers = storedCiphers.compactMap(MaskCipher.init(rawValue:))
    guard models.count == storedModels.count, ciphers.count == storedCiphers.count else {
      throw .invalidField("policy")
    }
    let hasCollusion = try reader.byte()
    guard hasCollusion <= 1 else { throw .invalidField("policy") }
    let collusion = hasCollusion == 1 ? try AssumedCollusion(from: &reader) : nil
    self.init(
      applicationContext: context, minimumCohortSize: cohort, minimumThreshold: threshold,
      minimumContributors: contributors, acceptedThreatModels: Set(models),
      acceptedMaskCiphers: Set(ciphers), collusion: collusion)
  }
}

/// The collusion that a client wants to be safe from, whatever parameters a server offers.
///
/// The client computes the risk of the parameters itself (`SessionAssumptions.risk`): for floor(
/// `corruptFraction` * cohort size) corrupt clients, for each roster that can lead to a sum of at least
/// the minimum of contributors, and in the malicious model for dropouts that the server chooses.
public struct AssumedCollusion: Sendable, Hashable {
  /// The fraction of the cohort that colludes with the server, from 0 and below 1.
  public let corruptFraction: Double
  /// The statistical security sigma in bits: the client rejects a session in which more than the sum
  /// is learnt with a probability above 2^-sigma.
  public let securityBits: Int

  /// Validates the two numbers.
  ///
  /// - Parameters:
  ///   - corruptFraction: 0.05 unless given.
  ///   - securityBits: 40 unless given.
  /// - Throws: `SessionAssumptionsError.corruptFraction`, `.securityBits`.
  public init(
    corruptFraction: Double = 0.05, securityBits: Int = 40
  ) throws(SessionAssumptionsError) {
    // Not a number is in no range.
    guard (0..<1).contains(corruptFraction) else { throw .corruptFraction(found: corruptFraction) }
    guard SessionAssumptions.bitsRange.contains(securityBits) else {
      throw .securityBits(found: securityBits)
    }
    self.corruptFraction = corruptFraction
    self.securityBits = securityBits
  }

  /// Why `parameters` leak too much, if they do.
  ///
  /// Complexity: some 100 tails, milliseconds at most for any parameters.
  func violation(by parameters: SessionParameters) -> PolicyViolation? {
    let leaks = LeakBounds(
      cohortSize: parameters.cohortSize,
      corruptClients: SessionAssumptions.wholeClients(
        corruptFraction, of: parameters.cohortSize),
      minimumContributors: parameters.minimumContributors,
      threatModel: parameters.threatModel,
      dropouts: SessionAssumptions.usualDropouts(in: parameters.threatModel), rosters: .any)
    let leak = leaks.leak(degree: parameters.degree, threshold: parameters.threshold)
    let limit = LogProbability(log2: -Double(securityBits))
    return leak > limit ? .leak(found: leak, limit: limit) : nil
  }
}

extension AssumedCollusion {
  func write(to writer: inout ByteWriter) {
    writer.write(corruptFraction.bitPattern)
    writer.write(count: securityBits)
  }

  init(from reader: inout ByteReader) throws(StoredStateError) {
    let fraction = Double(bitPattern: try reader.uint64())
    let bits = try reader.count("policy", atMost: SessionAssumptions.bitsRange.upperBound)
    do {
      try self.init(corruptFraction: fraction, securityBits: bits)
    } catch {
      throw .invalidField("policy")
    }
  }
}
