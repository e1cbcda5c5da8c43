/// What a session must withstand, from which its graph and its threshold are computed.
///
/// Fractions become whole clients as in Bell et al. 2020, section 3: floor(`corruptFraction` * n)
/// clients collude with the server, floor(`dropoutFraction` * n) drop out. A product within 10^-9 of
/// a whole number counts as that number, so that 0.29 of 100 clients are 29, although 0.29 * 100 is
/// below 29 in binary floating point.
public struct SessionAssumptions: Sendable, Hashable {
  /// How the clients are chosen that drop out.
  public enum Dropouts: Sendable, Hashable, CaseIterable {
    /// By chance: the server declares no client dropped that is there (Bell et al. 2020, section 3).
    case random
    /// By the server, after it has seen the graph: it declares the inputs of its choice late.
    case chosen
  }

  /// The rosters that the probability of a leak holds for.
  public enum Rosters: Sendable, Hashable, CaseIterable {
    /// The whole cohort: every client advertises keys in time.
    case full
    /// All rosters that can lead to a sum. The server can close round 0 while honest clients are
    /// missing and all corrupt clients are present, so that their fraction is larger.
    case any
  }

  /// The number n of clients.
  public let cohortSize: Int
  /// The fraction gamma of the cohort that colludes with the server, from 0 and below 1.
  public let corruptFraction: Double
  /// The fraction delta of the cohort that drops out at any time before the sum is unmasked, from 0
  /// and below 1.
  public let dropoutFraction: Double
  /// What is assumed of the server.
  public let threatModel: ThreatModel
  /// How the clients are chosen that drop out.
  public let dropouts: Dropouts
  /// The rosters that the probability of a leak holds for.
  public let rosters: Rosters
  /// Whether the corrupt clients drop out together, in addition to the dropout fraction, at a time
  /// when their shares are needed. They can then not prevent a sum.
  public let corruptClientsDropOut: Bool
  /// The smallest number of contributors whose sum may be released. The probability of a leak holds
  /// for all sums from this number up.
  public let minimumContributors: Int
  /// The statistical security sigma in bits: anything is learnt beyond the sum with a probability
  /// of at most 2^-sigma.
  public let securityBits: Int
  /// The correctness eta in bits: some client's secret cannot be recovered, although no more
  /// clients than assumed drop out, with a probability below 2^-eta.
  public let failureBits: Int

  /// The number of clients that collude with the server.
  public let corruptClients: Int
  /// The number of clients that drop out, without the corrupt clients of `corruptClientsDropOut`.
  public let droppedClients: Int
  /// The number of clients that stay to the end.
  public let stayingClients: Int

  /// The values of sigma and eta that may be asked for.
  static let bitsRange = 1...256

  /// Validates assumptions. The defaults are those to begin with.
  ///
  /// For the question of Bell et al. 2020, sections 3 and 4, pass `.random` dropouts and `.full`
  /// rosters.
  ///
  /// - Parameters:
  ///   - corruptFraction: leave out for 0.05, which Bell et al. 2020 compute their tables for, or
  ///     for one client where that would be none: among fewer than 20.
  ///   - dropoutFraction: 0.1 unless given, the upper end of the 6 to 10 per cent that dropped out
  ///     of rounds on phones (Bonawitz et al. 2019, "Towards federated learning at scale").
  ///   - dropouts: leave out for `.random` in the semi-honest model and `.chosen` in the malicious
  ///     one.
  ///   - corruptClientsDropOut: `false` unless given. Corrupt clients can then prevent a sum, which
  ///     a server that breaks the rules can do anyway.
  ///   - minimumContributors: leave out for the number of clients that stay.
  ///   - securityBits: 40 unless given, the usual statistical security.
  ///   - failureBits: 20 unless given: one session in a million fails by chance, and can be
  ///     repeated.
  public init(
    cohortSize: Int,
    corruptFraction: Double? = nil,
    dropoutFraction: Double = 0.1,
    threatModel: ThreatModel = .semiHonest,
    dropouts: Dropouts? = nil,
    rosters: Rosters = .any,
    corruptClientsDropOut: Bool = false,
    minimumContributors: Int? = nil,
    securityBits: Int = 40,
    failureBits: Int = 20
  ) throws(SessionAssumptionsError) {
    guard (3...SessionParameters.maximumCohortSize).contains(cohortSize) else {
      throw .cohortSize(found: cohortSize)
    }
    let corruptFraction = corruptFraction ?? max(0.05, 1 / Double(cohortSize))
    // Not a number is in no range.
    guard (0..<1).contains(corruptFraction) else { throw .corruptFraction(found: corruptFraction) }
    guard (0..<1).contains(dropoutFraction) else { throw .dropoutFraction(found: dropoutFraction) }
    guard Self.bitsRange.contains(securityBits) else { throw .securityBits(found: securityBits) }
    guard Self.bitsRange.contains(failureBits) else { throw .failureBits(found: failureBits) }
    let corruptClients = Self.wholeClients(corruptFraction, of: cohortSize)
    let droppedClients = Self.wholeClients(dropoutFraction, of: cohortSize)
    let silent = corruptClientsDropOut ? corruptClients : 0
    let stayingClients = max(0, cohortSize - droppedClients - silent)
    let minimumContributors = minimumContributors ?? max(2, stayingClients)
    guard (2...cohortSize).contains(minimumContributors) else {
      throw .minimumContributors(found: minimumContributors, cohortSize: cohortSize)
    }
    self.cohortSize = cohortSize
    self.corruptFraction = corruptFraction
    self.dropoutFraction = dropoutFraction
    self.threatModel = threatModel
    self.dropouts = dropouts ?? Self.usualDropouts(in: threatModel)
    self.rosters = rosters
    self.corruptClientsDropOut = corruptClientsDropOut
    self.minimumContributors = minimumContributors
    self.securityBits = securityBits
    self.failureBits = failureBits
    self.corruptClients = corruptClients
    self.droppedClients = droppedClients
    self.stayingClients = stayingClients
  }

  /// The dropouts of a threat model unless others are given.
  static func usualDropouts(in threatModel: ThreatModel) -> Dropouts {
    switch threatModel {
    case .semiHonest: .random
    case .malicious: .chosen
    }
  }

  static func wholeClients(_ fraction: Double, of cohortSize: Int) -> Int {
    // The error of the product is below 10^-9 up to the largest cohort.
    Int(fraction * Double(cohortSize) + 1e-9)
  }
}

/// Why assumptions are rejected.
public enum SessionAssumptionsError: Error, Hashable, Sendable {
  /// The cohort size is outside 3...2^20.
  case cohortSize(found: Int)
  /// The corrupt fraction is not in 0..<1.
  case corruptFraction(found: Double)
  /// The dropout fraction is not in 0..<1.
  case dropoutFraction(found: Double)
  /// The minimum of contributors is below 2 or above the cohort size.
  case minimumContributors(found: Int, cohortSize: Int)
  /// The statistical security is outside 1...256 bits.
  case securityBits(found: Int)
  /// The failure probability is outside 1...256 bits.
  case failureBits(found: Int)
}

extension SessionAssumptionsError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .cohortSize(let found):
      "a cohort has 3 to \(SessionParameters.maximumCohortSize) clients, found \(found)"
    case .corruptFraction(let found):
      "the corrupt fraction must be at least 0 and below 1, found \(found); 0.05 is usual"
    case .dropoutFraction(let found):
      "the dropout fraction must be at least 0 and below 1, found \(found); 0.1 is usual"
    case .minimumContributors(let found, let cohortSize):
      "the minimum of contributors must be 2 to \(cohortSize), the cohort's size, found \(found)"
    case .securityBits(let found):
      "the statistical security must be 1 to 256 bits, found \(found); 40 are usual"
    case .failureBits(let found):
      "the failure probability must be 1 to 256 bits, found \(found); 20 are usual"
    }
  }
}
