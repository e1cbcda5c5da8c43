internal import FLMath

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
